"""Whole dialogues against a strict bridge on loopback: what is typed, and what is read."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.dialogue import run_keyboard, run_script
from simulator.phone import Phone
from simulator.terminal import VERBS, Patience, Terminal
from simulator.wire import Line
from telecom.clock import SystemClock

MSISDN: Final = "+919812345678"
LINK: Final = "Get UMANG: http://127.0.0.1:8000/l/Ab3xY"
HINDI_LINK: Final = "उमंग ऐप: http://127.0.0.1:8000/l/Ab3xY"
BENGALI_LINK: Final = "উমঙ্গ অ্যাপ: http://127.0.0.1:8000/l/Ab3xY"
REJECT: Final = '<?xml version="1.0" encoding="UTF-8"?><Response><Reject/></Response>'

# By the cumulative text of Africa's Talking: the answer, and the SMS that it brings.
MENU: Final = {
    "": ("CON UMANG services\n1. Get the app\n2. हिन्दी\n3. বাংলা", None),
    "1": ("END You will get an SMS with the link.", LINK),
    "2": ("CON उमंग सेवाएं\n1. ऐप पाएं", None),
    "2*1": ("END आपको लिंक SMS से मिलेगा।", HINDI_LINK),
    "3": ("CON উমঙ্গ পরিষেবা\n1. অ্যাপ নিন", None),
    "3*1": ("END আপনি এসএমএসে লিঙ্ক পাবেন।", BENGALI_LINK),
    "4": ("CON " + "x" * 161, None),
    "6": ("<h1>Hello</h1>", None),
}
FIELDS: Final = {
    "/ussd/simulator": "sessionId serviceCode phoneNumber networkCode text",
    "/ussd/simulator/end": "date sessionId serviceCode networkCode phoneNumber status cost "
    "durationInMillis hopsCount input lastAppResponse errorMessage",
    "/sms/simulator": "id from to text date",
    "/missed-call/simulator": "isActive sessionId direction callerNumber destinationNumber",
}
FINAL_CALL_FIELDS: Final = " durationInSeconds currencyCode amount hangupCause"


class Bridge(ThreadingHTTPServer):
    """Takes exactly the vendor's forms (else 400), and delivers SMS when it is told to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Webhooks)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.paths: list[str] = []
        self.outbox: list[tuple[str, str]] = []
        self.inbox: list[tuple[str, str]] = []

    def deliver(self, _seconds: float = 0) -> None:
        """Stands for the time that passes while the phone waits."""
        self.inbox += self.outbox
        self.outbox.clear()

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, str]:
        fields = FIELDS[path] + (FINAL_CALL_FIELDS if form.get("isActive") == "0" else "")
        if sorted(form) != sorted(fields.split()):
            return 400, ""
        if path == "/ussd/simulator":
            if form["serviceCode"] != "*384*97183#" or form["text"] not in MENU:
                return 500, ""
            said, sms = MENU[form["text"]]
            if sms:
                self.outbox.append((form["phoneNumber"], sms))
            return 200, said
        if path == "/sms/simulator":
            self.outbox.append((form["from"], LINK))
        if path == "/missed-call/simulator" and form["isActive"] == "1":
            self.outbox.append((form["callerNumber"], LINK))
            return 200, REJECT
        return 200, ""

    def list_inbox(self, msisdn: str, after: str) -> str:
        start = int(after or 0)
        entries = [
            {"id": str(at), "at": "2026-01-02T03:04:05+00:00", "from": "UMANG", "text": text}
            for at, (to, text) in enumerate(self.inbox)
            if to == msisdn and at >= start
        ]
        return json.dumps({"messages": entries, "after": str(len(self.inbox))})


class Webhooks(BaseHTTPRequestHandler):
    server: Bridge

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        pairs = parse_qsl(body, keep_blank_values=True, strict_parsing=True)
        self.server.paths.append(self.path)
        self._reply(*self.server.answer(self.path, dict(pairs)))

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        wanted = dict(parse_qsl(asked.query, keep_blank_values=True, strict_parsing=True))
        assert asked.path == "/sms/simulator/inbox"
        self._reply(200, self.server.list_inbox(wanted["msisdn"], wanted["after"]))

    def _reply(self, code: int, body: str) -> None:
        self.send_response(code)
        self.send_header("content-type", "text/plain; charset=utf-8")
        self.send_header("content-length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def bridge() -> Iterator[Bridge]:
    with Bridge() as server:
        # The default poll of half a second would be waited for at every shutdown.
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


class Talk:
    """A handset on a bridge, and everything that was written."""

    def __init__(self, bridge: Bridge, *, scrolls: bool = False) -> None:
        self.written: list[str] = []
        self.waits: list[float] = []
        self._bridge = bridge
        self.phone = Phone(Line(bridge.url, MSISDN, clock=SystemClock()))
        self.terminal = Terminal(
            self.phone,
            write=self.written.append,
            patience=Patience(wait=self._wait, looks=3),
            scrolls=scrolls,
        )

    def script(self, script: str) -> int:
        return run_script(self.terminal, script.split(";"), self.written.append)

    @property
    def text(self) -> str:
        return "\n".join(self.written)

    def _wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self._bridge.deliver()


def test_a_bengali_dialogue_to_the_letter(bridge: Bridge) -> None:
    talk = Talk(bridge)

    assert talk.script("dial *384*97183*3#; 1") == 0
    assert talk.text.splitlines() == [
        "phone> dial *384*97183*3#",
        "  ┌────────────────────┐",
        "  │উমঙ্গ পরিষেবা        │",
        "  │1. অ্যাপ নিন         │",
        *["  │                    │"] * 6,
        "  ├────────────────────┤",
        "  │Answer        Cancel│",
        "  └────────────────────┘",
        "   26/70 UCS-2",
        "phone> 1",
        "  ┌────────────────────┐",
        "  │আপনি এসএমএসে লিঙ্ক   │",
        "  │পাবেন।              │",
        *["  │                    │"] * 6,
        "  ├────────────────────┤",
        "  │OK                  │",
        "  └────────────────────┘",
        "   25/70 UCS-2",
        "  1. UMANG, 02 Jan 03:04 UTC",
        f"  │ {BENGALI_LINK}",
        "    1 SMS, 42/70 UCS-2",
    ]
    assert bridge.paths == ["/ussd/simulator", "/ussd/simulator", "/ussd/simulator/end"]


@pytest.mark.parametrize(
    ("script", "lines"),
    [
        ("ring 97183-97183", ["  +919718397183: Call ended. Not charged.", f"  │ {LINK}"]),
        ("text UMANG", ["  Message sent. To 97183: 1 SMS, 5/160 GSM-7", f"  │ {LINK}"]),
        ("text come to tea", ["  Message sent. To 97183: 1 SMS, 11/160 GSM-7"]),
        ("text उमंग to 971 83", ["  Message sent. To 97183: 1 SMS, 4/70 UCS-2"]),
        ("TEXT hi to +91 97183-97183", ["  Message sent. To +919718397183: 1 SMS, 2/160 GSM-7"]),
        ("*384*97183#; 1", ["  │1. Get the app      │", "   34/160 GSM-7", f"  │ {LINK}"]),
        ("dial *384*97183#; press 2; 1", ["  │उमंग सेवाएं            │", f"  │ {HINDI_LINK}"]),
        ("dial *384*97183#; hang", ["  │Session ended.      │"]),
        (
            "ring 9718397183; inbox; read 1",
            [
                "  Inbox of +919812345678: 1 SMS",
                "  1. UMANG, 02 Jan 03:04 UTC",
                "  │http://127.0.0.1:800│",
                "  │0/l/Ab3xY           │",
                "   1 SMS, 40/160 GSM-7",
            ],
        ),
        ("as 98765 43210; inbox", ["  SIM: +919876543210", "  Inbox of +919876543210: 0 SMS"]),
        (
            "dial *384*97183*4#",
            [
                "   161/160 GSM-7, 1 too long: a network may cut it",
                "  ├┄┄┄┄┄┄ ▼ more ┄┄┄┄┄┄┤",
                "  │x                   │",
            ],
        ),
        ("dial *384*97183*4#; d; u", ["  │▲ more              │", "  │              ▼ more│"]),
        ("quit; no such command", ["phone> quit"]),
        (" ; help;; ", ["phone> help", "  ring 97183-97183         give a missed call"]),
    ],
)
def test_dialogues(bridge: Bridge, script: str, lines: list[str]) -> None:
    talk = Talk(bridge)

    assert talk.script(script) == 0
    assert [line for line in lines if line not in talk.text.splitlines()] == []
    assert not talk.phone.is_in_session


@pytest.mark.parametrize(
    ("script", "last"),
    [
        ("jump", "  No such command. What the phone can do: help"),
        ("1", "  No session is open. Dial first: dial *384*97183#"),
        ("hang", "  No session is open. Dial first: dial *384*97183#"),
        ("text", "  What shall it say? Like this: text MENU"),
        ("text hi to 12 34", None),
        ("ring", "  That is no full number. Write 97183-97183 or +919718397183."),
        ("ring 97183", "  That is no full number. Write 97183-97183 or +919718397183."),
        ("as 12", "  That is no full number. Write 97183-97183 or +919718397183."),
        ("dial 97183", "  A service code begins with * and ends with #, like *384*97183#."),
        ("read 1", "  Which SMS? Look into the inbox first, then: read 1"),
        ("inbox; read 0", "  Which SMS? Look into the inbox first, then: read 1"),
        ("*384*7#", "   bridge fault: POST /ussd/simulator: HTTP 500"),
        (
            "*384*97183*6#",
            "   bridge fault: POST /ussd/simulator: the answer begins with neither CON nor END",
        ),
    ],
)
def test_a_failure_ends_a_script(bridge: Bridge, script: str, last: str | None) -> None:
    talk = Talk(bridge)

    code = talk.script(f"{script}; help")

    assert code == (0 if last is None else 1)
    assert talk.written[-1] == last if last else talk.written[-1].startswith("  quit")


def test_a_fault_is_shown_as_a_phone_shows_it(bridge: Bridge) -> None:
    talk = Talk(bridge)

    assert talk.script("*384*7#") == 1
    assert "│Connection problem  │\n  │or invalid MMI code.│" in talk.text


@pytest.mark.parametrize("command", ["ring 97183-97183", "text UMANG", "*384*97183*1#"])
def test_only_what_comes_from_now_on_is_new(bridge: Bridge, command: str) -> None:
    talk = Talk(bridge)
    bridge.inbox.append((MSISDN, "from yesterday"))

    assert talk.terminal.obey(command)
    assert "  Inbox: 1 SMS from before" in talk.written
    assert f"│ {LINK}" in talk.written[-1]
    bridge.inbox.append((MSISDN, "it came meanwhile"))
    assert talk.terminal.obey(command)
    assert "│ it came meanwhile" in talk.written[-1]
    assert "from yesterday" not in talk.text


def test_half_a_character_is_sent_as_a_question_mark(bridge: Bridge) -> None:
    talk = Talk(bridge)

    assert talk.terminal.obey("text a\ud800")
    assert "  Message sent. To 97183: 1 SMS, 2/160 GSM-7" in talk.written


def test_an_sms_is_waited_for_a_while_and_no_longer(bridge: Bridge) -> None:
    talk = Talk(bridge)

    assert talk.script("text a") == 0
    assert talk.waits == [0.5]
    bridge.deliver = lambda _seconds=0: None  # type: ignore[method-assign]
    assert talk.script("text b") == 0
    assert talk.waits == [0.5] * 3
    assert talk.written[-1] == "  No SMS so far."


def test_the_keyboard_scrolls_shows_what_came_and_leaves(bridge: Bridge) -> None:
    talk = Talk(bridge, scrolls=True)
    typed = iter(["inbox", "*384*97183*4#", "", "", "u", "jump"])

    def read(prompt: str) -> str:
        assert prompt == "phone> "
        if (line := next(typed, None)) is None:
            raise EOFError
        if line == "jump":
            bridge.inbox.append((MSISDN, "it came meanwhile"))
        return line

    assert run_keyboard(talk.terminal, read, talk.written.append) == 0
    screens = [drawn for drawn in talk.written if drawn.startswith("  ┌")]
    assert ["▲" in drawn for drawn in screens] == [False, True, False]
    assert ["▼" in drawn for drawn in screens] == [True, False, True]
    assert "it came meanwhile" in talk.text.split("No such command")[1]
    assert bridge.paths[-1] == "/ussd/simulator/end"  # leaving hangs up


def test_ctrl_c_leaves(bridge: Bridge) -> None:
    def interrupted(_: str) -> str:
        raise KeyboardInterrupt

    talk = Talk(bridge)
    assert run_keyboard(talk.terminal, interrupted, talk.written.append) == 0
    assert talk.written == [
        "A phone with the SIM +919812345678. What it can do: help",
        "",
    ]


def test_without_a_bridge_every_command_says_so() -> None:
    with Bridge() as gone:
        url = gone.url
    for command in ("dial *384*97183#", "text UMANG", "ring 97183-97183", "inbox"):
        written: list[str] = []
        phone = Phone(Line(url, MSISDN, clock=SystemClock()))
        patience = Patience(wait=lambda _: None)
        terminal = Terminal(phone, write=written.append, patience=patience)

        assert not terminal.obey(command)
        assert "No network. Is the bridge" in " ".join("\n".join(written).replace("│", "").split())
        assert written[-1] == f"   bridge fault: nobody listens at {url}"


@given(
    st.lists(
        st.tuples(
            st.sampled_from([*(f"{verb.word} " for verb in VERBS), "", "*384*97183#", "1"]),
            st.text(max_size=12) | st.text(alphabet="+0123456789*# ", max_size=12),
        ).map("".join),
        max_size=6,
    )
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_that_is_typed_breaks_the_phone(bridge: Bridge, typed: list[str]) -> None:
    talk = Talk(bridge)

    for line in typed:
        assert talk.terminal.obey(line) in (True, False)
    talk.phone.switch_off()


def test_the_page_names_every_command() -> None:
    page = (Path(__file__).parents[2] / "docs" / "handset.md").read_text(encoding="utf-8")

    assert len(VERBS) == 12
    assert [verb.word for verb in VERBS if f"`{verb.usage}`" not in page] == []
    assert [verb.does for verb in VERBS if verb.does not in page] == []
