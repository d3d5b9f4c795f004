"""The handset: what it sends for each key, and what its owner sees whatever the bridge does."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import parse_qsl

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.phone import Phone, full_number
from simulator.seen import NotPossible, Rung, Screen, Sent
from simulator.wire import Line

MSISDN = "+919812345678"
CODE = "*384*97183#"
REJECT = "<Response><Reject/></Response>"
PROBLEM = "Connection problem or invalid MMI code."
NOBODY = "nobody listens at http://bridge.test"
NO_NETWORK = "No network. Is the bridge running? make run"


class StoppedClock:
    def now(self) -> datetime:
        return datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class Bridge:
    """Answers each path from a table; None stands for a bridge that is not there."""

    def __init__(self, **answers: str | int | None) -> None:
        self.posts: list[dict[str, str]] = []
        self._answers: dict[str, str | int | None] = {
            "ussd": "CON more",
            "end": "",
            "sms": "",
            "call": REJECT,
            **answers,
        }

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        name = {
            "/ussd/simulator": "ussd",
            "/ussd/simulator/end": "end",
            "/sms/simulator": "sms",
            "/sms/simulator/inbox": "inbox",
            "/missed-call/simulator": "call",
        }[request.url.path]
        form = dict(parse_qsl(request.read().decode(), keep_blank_values=True))
        self.posts.append({"path": name, **form})
        answer = self._answers[name]
        if answer is None:
            raise httpx2.ConnectError("refused")
        if isinstance(answer, int):
            return httpx2.Response(answer)
        return httpx2.Response(200, text=answer)

    def asked(self, *fields: str) -> list[tuple[str, ...]]:
        return [tuple(post.get(field, "") for field in fields) for post in self.posts]


def phone_on(bridge: Bridge, service_code: str = CODE) -> Phone:
    client = httpx2.Client(transport=httpx2.MockTransport(bridge))
    line = Line("http://bridge.test", MSISDN, clock=StoppedClock(), client=client)
    return Phone(line, service_code=service_code)


@pytest.mark.parametrize(
    ("dialled", "service_code", "text"),
    [
        (CODE, CODE, ""),
        ("*384*97183*1#", CODE, "1"),
        ("*384*97183*1*2#", CODE, "1*2"),
        ("*384*97183**2#", CODE, "*2"),
        ("*384*971#", "*384*971#", ""),  # another service: the bridge has to say no
        ("*384*971834#", "*384*971834#", ""),
        ("*#06#", "*#06#", ""),
        ("#100#", "#100#", ""),
    ],
)
def test_what_is_dialled(dialled: str, service_code: str, text: str) -> None:
    bridge = Bridge()

    assert phone_on(bridge).dial(dialled) == Screen("more", ends=False)
    assert bridge.asked("path", "serviceCode", "text") == [("ussd", service_code, text)]


@pytest.mark.parametrize("code", ["", "384", "*384", "384#", "*38a#", "*384# ", "97183-97183"])
def test_what_is_no_service_code(code: str) -> None:
    bridge = Bridge()

    with pytest.raises(NotPossible, match=r"begins with \* and ends with #"):
        phone_on(bridge).dial(code)
    assert bridge.posts == []


def test_answers_add_up() -> None:
    bridge = Bridge()
    phone = phone_on(bridge)

    phone.dial("*384*97183*1#")
    for keys in ("2", "*", "गेहूं"):
        phone.press(keys)

    assert bridge.asked("text") == [("1",), ("1*2",), ("1*2**",), ("1*2***गेहूं",)]
    assert len(set(bridge.asked("sessionId"))) == 1
    assert re.fullmatch(r"ATUid_[0-9a-f]{32}", bridge.posts[0]["sessionId"])


@pytest.mark.parametrize(
    ("answer", "screen", "end"),
    [
        ("END bye", Screen("bye", ends=True), ("Success", "bye", "")),
        (
            "hello",
            Screen(
                PROBLEM,
                ends=True,
                is_own=True,
                fault="POST /ussd/simulator: the answer begins with neither CON nor END",
            ),
            ("Failed", "", "POST /ussd/simulator: the answer begins with neither CON nor END"),
        ),
        (
            500,
            Screen(PROBLEM, ends=True, is_own=True, fault="POST /ussd/simulator: HTTP 500"),
            ("Failed", "", "POST /ussd/simulator: HTTP 500"),
        ),
    ],
)
def test_how_a_session_ends(answer: str | int, screen: Screen, end: tuple[str, str, str]) -> None:
    bridge = Bridge(ussd=answer)
    phone = phone_on(bridge)

    assert phone.dial("*384*97183*1#") == screen
    assert not phone.is_in_session
    fields = ("path", "status", "lastAppResponse", "errorMessage", "input", "hopsCount")
    assert bridge.asked(*fields)[1:] == [("end", *end, "1", "1")]


def test_without_a_network_nobody_is_told() -> None:
    bridge = Bridge(ussd=None)
    phone = phone_on(bridge)

    assert phone.dial(CODE) == Screen(NO_NETWORK, ends=True, is_own=True, fault=NOBODY)
    assert not phone.is_in_session
    assert bridge.asked("path") == [("ussd",)]


def test_hanging_up() -> None:
    bridge = Bridge()
    phone = phone_on(bridge)
    phone.dial(CODE)
    phone.press("7")

    assert phone.hang_up() == Screen("Session ended.", ends=True, is_own=True)
    fields = ("path", "status", "input", "hopsCount", "lastAppResponse")
    assert bridge.asked(*fields)[2:] == [("end", "Incomplete", "7", "2", "more")]
    with pytest.raises(NotPossible, match="No session is open"):
        phone.hang_up()


def test_dialling_again_or_changing_the_sim_hangs_up_first() -> None:
    bridge = Bridge()
    phone = phone_on(bridge)

    phone.dial(CODE)
    phone.dial(CODE)
    phone.change_sim("98765 43210")

    assert bridge.asked("path", "phoneNumber") == [
        ("ussd", MSISDN),
        ("end", MSISDN),
        ("ussd", MSISDN),
        ("end", MSISDN),
    ]
    assert len(set(bridge.asked("sessionId"))) == 2
    assert (phone.msisdn, phone.is_in_session) == ("+919876543210", False)


def test_an_end_that_is_not_heard_is_told_beside_the_screen() -> None:
    screen = phone_on(Bridge(ussd="END bye", end=404)).dial(CODE)

    assert screen == Screen("bye", ends=True, fault="POST /ussd/simulator/end: HTTP 404")


@pytest.mark.parametrize("keys", ["1", ""])
def test_nothing_to_answer(keys: str) -> None:
    phone = phone_on(Bridge())
    with pytest.raises(NotPossible, match=r"No session is open\. Dial first: dial \*384\*97183#"):
        phone.press(keys)
    phone.dial(CODE)
    with pytest.raises(NotPossible, match="Type an answer first"):
        phone.press("")


@pytest.mark.parametrize(
    ("call", "rung", "cause"),
    [
        (REJECT, Rung("Call ended. Not charged.", "+919718397183"), ["CALL_REJECTED"]),
        (
            "<Response><Say>Hi</Say></Response>",
            Rung(
                "Call answered. You are being charged.",
                "+919718397183",
                fault="POST /missed-call/simulator: not just <Response><Reject/></Response>",
            ),
            ["NORMAL_CLEARING"],
        ),
        (
            500,
            Rung("Call failed.", "+919718397183", fault="POST /missed-call/simulator: HTTP 500"),
            ["SERVICE_UNAVAILABLE"],
        ),
        (None, Rung(NO_NETWORK, "+919718397183", fault=NOBODY), []),
    ],
)
def test_calls(call: str | int | None, rung: Rung, cause: list[str]) -> None:
    bridge = Bridge(call=call)

    assert phone_on(bridge).ring("97183-97183") == rung
    fields = ("isActive", "hangupCause", "callerNumber", "destinationNumber")
    assert bridge.asked(*fields) == [
        ("1", "", MSISDN, "+919718397183"),
        *[("0", each, MSISDN, "+919718397183") for each in cause],
    ]
    assert len(set(bridge.asked("sessionId"))) == 1
    assert re.fullmatch(r"ATVId_[0-9a-f]{32}", bridge.posts[0]["sessionId"])


@pytest.mark.parametrize(
    ("sms", "sent"),
    [
        ("", Sent("Message sent.", "97183")),
        (500, Sent("Message not sent.", "97183", fault="POST /sms/simulator: HTTP 500")),
        (None, Sent(NO_NETWORK, "97183", fault=NOBODY)),
    ],
)
def test_texts(sms: str | int | None, sent: Sent) -> None:
    bridge = Bridge(sms=sms)

    assert phone_on(bridge).text("UMANG") == sent
    assert bridge.asked("from", "to", "text") == [(MSISDN, "97183", "UMANG")]
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", bridge.posts[0]["id"])


@pytest.mark.parametrize(
    ("to", "address"), [("971 83", "97183"), ("+91 97183-97183", "+919718397183")]
)
def test_an_address_is_sent_without_its_spaces(to: str, address: str) -> None:
    assert phone_on(Bridge()).text("UMANG", to).to == address


@pytest.mark.parametrize("to", ["", "UMANG", "12", "9" * 16])
def test_what_is_no_address(to: str) -> None:
    with pytest.raises(NotPossible, match="shortcode or a number"):
        phone_on(Bridge()).text("UMANG", to)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("97183-97183", "+919718397183"),
        ("097183 97183", "+919718397183"),
        ("+91 (97183) 97183", "+919718397183"),
        ("0091 97183 97183", "+919718397183"),
        ("+254711000111", "+254711000111"),
    ],
)
def test_full_numbers(typed: str, number: str) -> None:
    assert full_number(typed) == number


@given(st.text(alphabet="+0123456789 -()x९", max_size=18))
@settings(max_examples=150)
def test_a_number_is_full_or_refused(typed: str) -> None:
    try:
        number = full_number(typed)
    except NotPossible:
        return
    assert re.fullmatch(r"\+[1-9][0-9]{7,14}", number)


def sms(sms_id: str) -> str:
    return f'{{"id": "{sms_id}", "at": "2026-01-02T03:04:05Z", "from": null, "text": "hi"}}'


def test_a_long_inbox_is_read_to_its_end_and_an_sms_is_new_once() -> None:
    answers = iter([[sms("a"), sms("b")], [sms("c")], [], [sms("c"), sms("d")], [], []])
    cursors: list[str] = []

    def inbox(request: httpx2.Request) -> httpx2.Response:
        cursors.append(request.url.params["after"])
        listed = ", ".join(next(answers))
        return httpx2.Response(200, text=f'{{"messages": [{listed}], "after": "{len(cursors)}"}}')

    client = httpx2.Client(transport=httpx2.MockTransport(inbox))
    phone = Phone(Line("http://bridge.test", MSISDN, clock=StoppedClock(), client=client))

    news = [[new.sms_id for new in phone.read_inbox()] for _ in range(3)]

    assert news == [["a", "b", "c"], ["d"], []]
    assert [kept.sms_id for kept in phone.received] == ["a", "b", "c", "d"]
    assert cursors == ["", "1", "2", "3", "4", "5"]
    phone.change_sim("+254711000111")
    assert phone.received == ()
