"""Providers that do their worst, as a phone sees them: its screen stays valid and clean, nothing
internal is touched, and the log says what happened without what anybody typed."""

from __future__ import annotations

import gzip
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from menu.compiler import compile_menu
from menu.rehearsal import Rehearsal
from services.address_guard import AddressGuard
from services.table import ServiceDesk
from telecom.encoding import Encoding, size_of
from telecom.msisdn import Msisdn
from tests.conftest import StandingClock
from tests.services.conftest import Desk, declared, provider_module

Answer, says = provider_module.Answer, provider_module.says
TYPED = "onion98123"
MENU = """version: 1
name: Names
languages: [en]
entry_points: {{ ussd: {{ "*384*7#": home }} }}
services:
  names:
    url: {origin}/v1
    takes: {{ who: {{ max: 80 }} }}
    query: {{ q: "{{who}}" }}
    gives: {{ name: {{ max: 60 }} }}
    timeout_seconds: 0.6
screens:
  home: {{ text: Who?, ask: {{ kind: text, save_as: who, tries: 1 }}, go: name }}
  name:
    call: {{ service: names, with: {{ who: "{{who}}" }}, save_as: it, on_error: sorry }}
    text: "Name: {{it.name}}"
    end: true
  sorry: {{ text: Please try later., end: true }}
"""
SORRY = "Please try later."
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def endless() -> Iterator[bytes]:
    yield HEAD + b"Content-Length: 10737418240\r\n\r\n"
    yield b'{"name": "'
    while True:
        yield b"A" * 65536


def drip() -> Iterator[bytes]:
    yield HEAD + b"Content-Length: 9999\r\n\r\n"
    while True:
        yield b" "


GZIP = {"Content-Encoding": "gzip"}
ROWS = [
    # what it does, its answer, the whole screen, why (for the log)
    ("10 GB", Answer(raw=endless), SORRY, "bad_answer"),
    ("a byte now and then", Answer(raw=drip, pause=0.05), SORRY, "slow"),
    ("gzip bomb", Answer(body=gzip.compress(b" " * 50_000_000), headers=GZIP), SORRY, "bad_answer"),
    ("a bomb in a bomb", Answer(body=gzip.compress(gzip.compress(b"0" * 9_000_000)), headers=GZIP),
     SORRY, "bad_answer"),
    ("a number", says({"name": 5}), "Name: 5", ""),
    ("a list", says({"name": ["x"]}), SORRY, "bad_answer"),
    ("an object", says({"name": {"x": 1}}), SORRY, "bad_answer"),
    ("nothing", says({"name": None}), SORRY, "bad_answer"),
    ("HTML", Answer(body=b"<html><h1>502</h1>", kind="text/html"), SORRY, "bad_answer"),
    ("HTML in the name", says({"name": "<b>Asha</b>"}), "Name: <b>Asha</b>", ""),
    ("control characters", says({"name": "A\x00s\x1bh\r\na\x7f\u202e\u2066"}), "Name: As h a", ""),
    ("40 KB", says({"name": "x" * 40_000}), "Name: " + "x" * 60, ""),
    ("40 KB of Hindi", says({"name": "\u0915\u094d\u0937\u093f" * 1_600}),
     "Name: " + "\u0915\u094d\u0937\u093f" * 15, ""),
    ("END and CON", says({"name": "a\nEND b\r\nCON c"}), "Name: a END b CON c", ""),
    ("blanks of a menu", says({"name": "{who} ${TOKEN} {{x}}"}), "Name: {who} ${TOKEN} {{x}}", ""),
    ("to the metadata", Answer(status=302, headers={"Location": "http://169.254.169.254/"}),
     SORRY, "bad_answer"),
    ("to this computer", Answer(status=307, headers={"Location": "/inside"}), SORRY, "bad_answer"),
    ("headers of 10 MB", Answer(raw=lambda: iter([b"HTTP/1.1 200 OK\r\n"] + [b"X: y\r\n"] * 99999)),
     SORRY, "down"),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "screen", "why"), [row[1:] for row in ROWS],
                         ids=[row[0] for row in ROWS])  # fmt: skip
def test_the_screen_is_clean_whatever_the_provider_does(
    provider: Any,
    new_desk: Callable[..., Desk],
    clock: StandingClock,
    capsys: pytest.CaptureFixture[str],
    answer: Any,
    screen: str,
    why: str,
) -> None:
    provider.script("/v1", answer)
    provider.script("/inside", says({"name": "inside"}))
    program = compile_menu({"menus.yaml": MENU.format(origin=provider.origin).encode()})
    port = ServiceDesk(clock, caller=new_desk(clock=clock).caller)
    caller = Msisdn.parse("+919812345678", "IN")
    played = Rehearsal(program, caller, None, port, clock.now().timestamp())
    played.dial("*384*7#")
    played.press(TYPED)
    assert played.reply is not None
    text = unicodedata.normalize("NFC", played.reply.text)
    assert (text, played.reply.ends) == (screen, True)
    assert not [char for char in text if unicodedata.category(char) in ("Cc", "Cs", "Co", "Cn")]
    size = size_of(text)
    assert size.units <= (160 if size.encoding is Encoding.GSM7 else 70)
    assert provider.asked("/inside") == 0
    assert provider.asked("/v1") >= 1
    written = "".join(capsys.readouterr())
    assert (f"{why}" in written) if why else ("service failed" not in written)
    assert TYPED not in written
    assert "9812345678" not in written


MOVES = ["10.0.0.1", "169.254.169.254", "::ffff:10.0.0.1", "64:ff9b::a9fe:a9fe", "100.64.0.1"]


@pytest.mark.parametrize("inside", MOVES)
def test_a_name_that_moves_inside_between_two_calls_is_not_followed(
    provider: Any, new_desk: Callable[..., Desk], inside: str
) -> None:
    """The first answer closes the connection, so the second call looks the name up again."""
    answers = [["127.0.0.1"], [inside], [inside], ["127.0.0.1", inside]]
    guard = AddressGuard(allows_loopback=True, resolve=lambda *_: answers.pop(0))
    desk = new_desk(guard=guard)
    body = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
    provider.script("/x", Answer(raw=lambda: iter([body + b'{"a": "b"}'])))
    service = declared(f"url: http://name.example:{provider.port}/x\ngives: {{ a: {{}} }}")
    assert desk.ask(service, key="1").parts == {"a": "b"}
    assert desk.ask(service, key="2").outcome == "down"
    assert provider.asked("/x") == 1
    assert len(answers) <= 2


@pytest.mark.parametrize("inside", [*MOVES, "127.0.0.2"])
def test_a_redirect_to_a_name_that_leads_inside_is_not_followed(
    provider: Any, new_desk: Callable[..., Desk], inside: str
) -> None:
    names = {"name.example": ["127.0.0.1"], "there.example": [inside]}
    loopback = AddressGuard(allows_loopback=True, resolve=lambda host, _: names[host])
    desk = new_desk(guard=loopback)
    there = f"http://there.example:{provider.port}/end"
    provider.script("/x", Answer(status=302, headers={"Location": there}))
    provider.script("/end", says({"a": "b"}))
    service = declared(
        f"url: http://name.example:{provider.port}/x\ngives: {{ a: {{}} }}\n"
        "redirects: { most: 1, hosts: [there.example] }"
    )
    assert desk.ask(service).outcome in ("down", "slow")
    assert provider.asked("/x") >= 1
    assert provider.asked("/end") == 0
