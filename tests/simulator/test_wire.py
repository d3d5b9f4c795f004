"""The line: forms to the letter, and every way in which a bridge can fail it."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

import httpx2
import pytest

from simulator.seen import Screen
from simulator.wire import BadAnswer, Line, LineFault, NoNetwork, SessionEnd

MSISDN = "+919812345678"
REJECT = '<?xml version="1.0" encoding="UTF-8"?><Response><Reject/></Response>'
END = SessionEnd(
    session_id="ATUid_1",
    service_code="*384*97183#",
    outcome="Success",
    duration_seconds=1.5,
    hops=2,
    input="1*2",
    last_answer="Bye",
)


class SlowClock:
    """Every look at it is `step_seconds` later."""

    def __init__(self, step_seconds: float = 0.0) -> None:
        self._now = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
        self._step = timedelta(seconds=step_seconds)

    def now(self) -> datetime:
        self._now += self._step
        return self._now


class Recorder:
    """A bridge that answers everything alike and remembers what it was asked."""

    def __init__(self, answer: str | bytes = "", media_type: str = "text/plain") -> None:
        self.asked: list[httpx2.Request] = []
        self._answer = answer
        self._media_type = media_type

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        request.read()
        self.asked.append(request)
        headers = {"content-type": self._media_type}
        return httpx2.Response(200, content=self._answer, headers=headers)


def line_to(handler: Callable[[httpx2.Request], httpx2.Response]) -> Line:
    client = httpx2.Client(transport=httpx2.MockTransport(handler))
    return Line("http://bridge.test/", MSISDN, clock=SlowClock(), client=client)


def turn(line: Line) -> Screen:
    return line.ussd(session_id="ATUid_1", service_code="*384*97183#", text="1*2")


USSD_FORM = {
    "sessionId": "ATUid_1",
    "serviceCode": "*384*97183#",
    "phoneNumber": MSISDN,
    "networkCode": "99999",
}
CALL_FORM = {
    "sessionId": "ATVId_1",
    "direction": "Inbound",
    "callerNumber": MSISDN,
    "destinationNumber": "+919718397183",
}


@pytest.mark.parametrize(
    ("ask", "answer", "path", "form"),
    [
        (turn, "CON ok", "/ussd/simulator", USSD_FORM | {"text": "1*2"}),
        (
            lambda line: line.end_ussd(END),
            "",
            "/ussd/simulator/end",
            USSD_FORM
            | {
                "date": "2026-01-02 03:04:05",
                "status": "Success",
                "cost": "0",
                "durationInMillis": "1500",
                "hopsCount": "2",
                "input": "1*2",
                "lastAppResponse": "Bye",
                "errorMessage": "",
            },
        ),
        (
            lambda line: line.send_sms(sms_id="u-1", to="97183", text="a+b & उमंग"),
            "",
            "/sms/simulator",
            {
                "id": "u-1",
                "from": MSISDN,
                "to": "97183",
                "text": "a+b & उमंग",
                "date": "2026-01-02T03:04:05Z",
            },
        ),
        (
            lambda line: line.ring(call_id="ATVId_1", called="+919718397183"),
            REJECT,
            "/missed-call/simulator",
            CALL_FORM | {"isActive": "1"},
        ),
        (
            lambda line: line.end_call(
                call_id="ATVId_1", called="+919718397183", cause="CALL_REJECTED"
            ),
            "",
            "/missed-call/simulator",
            CALL_FORM
            | {
                "isActive": "0",
                "durationInSeconds": "0",
                "currencyCode": "INR",
                "amount": "0",
                "hangupCause": "CALL_REJECTED",
            },
        ),
    ],
)
def test_forms(ask: Callable[[Line], object], answer: str, path: str, form: dict[str, str]) -> None:
    bridge = Recorder(answer)

    ask(line_to(bridge))

    (asked,) = bridge.asked
    assert (asked.method, asked.url.path) == ("POST", path)
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    assert sorted(parse_qsl(asked.content.decode(), keep_blank_values=True)) == sorted(form.items())


def test_the_inbox_is_asked_for_by_number_and_cursor() -> None:
    bridge = Recorder('{"messages": [], "after": "9"}', "application/json")
    line = line_to(bridge)

    assert line.read_inbox("").after == "9"
    assert line.with_sim("+254711000111").read_inbox("9").messages == ()
    assert [str(asked.url) for asked in bridge.asked] == [
        "http://bridge.test/sms/simulator/inbox?msisdn=%2B919812345678&after=",
        "http://bridge.test/sms/simulator/inbox?msisdn=%2B254711000111&after=9",
    ]


@pytest.mark.parametrize(
    ("body", "screen"),
    [
        ("CON UMANG\n1. Link", Screen("UMANG\n1. Link", ends=False)),
        ("END धन्यवाद", Screen("धन्यवाद", ends=True)),
        ("END ", Screen("", ends=True)),
    ],
)
def test_screens(body: str, screen: Screen) -> None:
    assert turn(line_to(Recorder(body, "text/plain; charset=utf-8"))) == screen


@pytest.mark.parametrize(
    ("body", "rejected"),
    [
        (REJECT, True),
        ("<Response><Reject/></Response>", True),
        ("<Response>\n <Reject />\n</Response>\n", True),
        ("<Response><Reject></Reject></Response>", True),
        ("<Response><Say>Hello</Say><Reject/></Response>", False),  # answered, and billed
        ("<Response><Reject/><Say>Hello</Say></Response>", False),
        ("<Response/>", False),
        ("<p><Response><Reject/></Response></p>", False),
        ("Reject", False),
        ("", False),
    ],
)
def test_rejects(body: str, rejected: bool) -> None:
    assert line_to(Recorder(body)).ring(call_id="c", called="+919718397183") is rejected


@pytest.mark.parametrize(
    ("response", "why"),
    [
        (httpx2.Response(500, text="CON hello"), "POST /ussd/simulator: HTTP 500"),
        (httpx2.Response(403), "HTTP 403"),
        (httpx2.Response(302, headers={"location": "/console"}), "HTTP 302"),
        (httpx2.Response(204), "HTTP 204"),
        (httpx2.Response(200, html="<p>CON</p>"), "text/html is not text/plain"),
        (httpx2.Response(200, content=b"CON hi"), "no media type is not text/plain"),
        (httpx2.Response(200, text="UMANG"), "neither CON nor END"),
        (httpx2.Response(200, text="CON"), "neither CON nor END"),
        (httpx2.Response(200, text="con hi"), "neither CON nor END"),
        (httpx2.Response(200, text=" CON hi"), "neither CON nor END"),
        (httpx2.Response(200, text="\ufeffCON hi"), "neither CON nor END"),
        (httpx2.Response(200, text=""), "neither CON nor END"),
        (
            httpx2.Response(200, content=b"CON \xff", headers={"content-type": "text/plain"}),
            "not UTF-8",
        ),
        (httpx2.Response(200, text="CON " + "x" * 1_000_000), "more than 1000000 bytes"),
    ],
)
def test_answers_that_the_gateway_would_refuse(response: httpx2.Response, why: str) -> None:
    with pytest.raises(BadAnswer, match=re.escape(why)):
        turn(line_to(lambda _: response))


@pytest.mark.parametrize(
    ("fault", "raised", "why"),
    [
        (httpx2.ConnectError("refused"), NoNetwork, "nobody listens at http://bridge.test"),
        (httpx2.ConnectTimeout("late"), NoNetwork, "nobody listens"),
        (httpx2.ReadTimeout("late"), BadAnswer, "POST /ussd/simulator: no answer in 10 s"),
        (httpx2.ReadError("reset"), BadAnswer, "broken off (ReadError)"),
        (httpx2.RemoteProtocolError("junk"), BadAnswer, "broken off (RemoteProtocolError)"),
    ],
)
def test_a_line_that_fails(fault: httpx2.TransportError, raised: type[LineFault], why: str) -> None:
    def fail(_: httpx2.Request) -> httpx2.Response:
        raise fault

    with pytest.raises(raised, match=re.escape(why)):
        turn(line_to(fail))


@pytest.mark.parametrize(
    "url",
    ["", "127.0.0.1:8000", "ftp://127.0.0.1", "http://", "http://[::1", "http://a..b", "http://\n"],
)
def test_an_address_is_checked_at_once(url: str) -> None:
    with pytest.raises(ValueError, match=r"looks like http://127\.0\.0\.1:8000"):
        Line(url, MSISDN, clock=SlowClock())


def test_nobody_listens() -> None:
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))  # taken, but nobody answers there
        line = Line(f"http://127.0.0.1:{unheard.getsockname()[1]}", MSISDN, clock=SlowClock())

        with pytest.raises(NoNetwork):
            turn(line)


@pytest.fixture
def hung_up() -> Iterator[str]:
    """The address of a server that breaks off in the middle of each answer."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            taken, _ = server.accept()
            with taken:
                taken.recv(65536)
                taken.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nCON half")

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        thread.join()


def test_a_connection_that_breaks_in_the_middle(hung_up: str) -> None:
    with pytest.raises(BadAnswer, match="broken off"):
        turn(Line(hung_up, MSISDN, clock=SlowClock()))


def test_an_answer_that_drips_is_cut_at_the_deadline() -> None:
    def drip() -> Iterator[bytes]:
        while True:  # only the deadline ends it: every byte alone is in time
            yield b"x"

    client = httpx2.Client(
        transport=httpx2.MockTransport(lambda _: httpx2.Response(200, content=drip()))
    )
    line = Line("http://bridge.test", MSISDN, clock=SlowClock(step_seconds=1), client=client)

    with pytest.raises(BadAnswer, match="no whole answer in 10 s"):
        turn(line)


def test_faults_name_no_person() -> None:
    with pytest.raises(BadAnswer) as caught:
        turn(line_to(lambda _: httpx2.Response(500, text=f"who is {MSISDN}?")))

    assert MSISDN not in str(caught.value)
