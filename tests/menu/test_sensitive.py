"""A PIN is kept nowhere: not in a session, not in the growing text of a gateway; and a repeat is
still told from an answer."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from menu import walking
from menu.choices import Choice
from menu.compiler import compile_menu
from menu.engine import MAX_QUERY
from menu.hearing import MOST_KEPT, Heard, Repeat, hear, kept
from menu.place import Crumb, Place
from menu.rehearsal import Rehearsal
from menu.services import Inquiry, Reply, ServiceSpec
from menu.session import Session
from menu.value_types import ValueKind
from menu.walking import MAX_INSIDE, MAX_PATH
from menu.ways import Target
from state.sessions import MAX_SESSION_BYTES
from telecom.events import Cumulative, Last
from telecom.msisdn import Msisdn

PIN = "4321"
MENU = """
version: 1
name: Bank
languages: [en]
entry_points: { ussd: { "*384*7#": home, "*384*8#": pin }, sms: { keywords: { BALANCE: pin } } }
screens:
  home: { text: Bank, options: [ { label: Balance, go: pin } ] }
  pin:
    text: PIN?
    ask: { kind: text, max_length: 8, sensitive: true, save_as: pin }
    go: balance
  balance:
    call: { service: balance, with: { pin: "{pin}" }, save_as: pf, on_error: sorry }
    text: "Balance: {pf.amount:money}"
    options: [ { label: Home, go: home }, { label: Again, go: pin } ]
  sorry: { text: Try later., end: true }
"""
SERVICES = {"balance": ServiceSpec(takes=frozenset({"pin"}), gives={"amount": ValueKind.MONEY})}
PROGRAM = compile_menu({"menus.yaml": MENU}, SERVICES)


class Bank:
    """A service in a thimble; it remembers how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def ask(self, inquiry: Inquiry) -> Reply:
        self.asked += 1
        is_right = inquiry.told == {"pin": PIN}
        return Reply(parts={"amount": "125000"}) if is_right else Reply(outcome="refused")


def rehearsal(bank: Bank | None = None) -> Rehearsal:
    return Rehearsal(PROGRAM, Msisdn.parse("+919812345678", "IN"), None, bank or Bank())


def kept_in(played: Rehearsal) -> str:
    """Everything that the store of sessions has."""
    return repr([*played._sessions.stored.values()])


@pytest.mark.parametrize("dialled", ["*384*7#", "*384*7*1#", "*384*8#"])
def test_a_pin_is_told_to_the_service_and_kept_nowhere(dialled: str) -> None:
    bank = Bank()
    played = rehearsal(bank)
    played.dial(dialled)
    if dialled == "*384*7#":
        played.press("1")
    played.press(PIN)
    assert played.reply
    assert "Balance: Rs 1,25,000" in played.reply.text
    played.repeat()
    assert bank.asked == 1
    assert PIN not in kept_in(played)
    for typed in ("1", "1", "99999999", "2"):
        played.press(typed)
        assert "9999" not in kept_in(played)
        assert PIN not in kept_in(played)
        played.repeat()
        if played.reply.ends:
            break
    assert bank.asked == 2
    assert played.reply.text == "Try later."


def test_a_wrong_pin_is_not_kept_either() -> None:
    played = rehearsal()
    played.dial("*384*8#")
    played.press("123456789")
    assert played.reply
    assert played.reply.text.startswith("Too long")
    assert "123456789" not in kept_in(played)
    played.press(PIN)
    assert "Balance" in played.reply.text
    assert PIN not in kept_in(played)


def test_a_session_that_was_lost_asks_for_the_pin_anew_and_keeps_nothing_of_it() -> None:
    bank = Bank()
    played = rehearsal(bank)
    played.dial("*384*7#")
    played.press("1")
    played.press(PIN)
    played.drop()
    played.press("1")
    assert played.reply
    assert played.reply.text.startswith("PIN?")
    assert PIN not in kept_in(played)
    played.press(PIN)
    assert "Balance" in played.reply.text
    assert PIN not in kept_in(played)
    assert bank.asked == 2


def test_by_sms() -> None:
    played = rehearsal()
    played.text("BALANCE 4321")
    assert "Balance" in played.unread.popleft()
    assert PIN not in kept_in(played)


def session(heard: str, hidden: int) -> Session:
    return Session(
        menu_version=1, turn=1, screen="home", language="en", heard=heard, hidden=hidden, at=1000.0
    )


HEARD = [
    # kept, characters behind it, text now, meaning
    ("1", 5, "1*4321", Repeat()),
    ("1", 5, "1*4321*2", Heard("2")),
    ("1", 5, "1*4321*", Heard("")),
    ("1", 5, "1*4321*2*3", Heard("2*3")),
    ("1", 5, "1*43", Repeat()),  # an older turn, late
    ("1", 5, "1", Repeat()),
    ("1", 5, "", Repeat()),
    ("", 4, "4321", Repeat()),
    ("", 4, "4321*1", Heard("1")),
    ("1", 5, "2*4321*7", Heard("7")),  # another dialogue in its place
]


@pytest.mark.parametrize(("clear", "hidden", "text", "meaning"), HEARD)
def test_hearing_behind_what_is_hidden(
    clear: str, hidden: int, text: str, meaning: Repeat | Heard
) -> None:
    assert hear(session(clear, hidden), Cumulative(text), None, 1001.0) == meaning


def test_hearing_where_only_the_last_input_comes() -> None:
    before = session("", 4)
    assert hear(before, Last("4321"), None, 1000.5) == Repeat()
    assert hear(before, Last("4321"), None, 1002.0) == Heard("4321")
    assert hear(before, Last("1"), None, 1000.5) == Heard("1")


@given(st.lists(st.tuples(st.text("12*#", max_size=5), st.booleans()), max_size=12))
def test_what_grows_is_told_apart_however_much_of_it_is_hidden(
    turns: list[tuple[str, bool]],
) -> None:
    text, now = "", Session(menu_version=1, turn=1, screen="home", language="en", at=0.0)
    for typed, is_secret in turns:
        text = f"{text}*{typed}" if text else typed
        if not text:
            continue
        assert hear(now, Cumulative(text), None, 9.0) == Heard(typed)
        clear, hidden = kept(now, Cumulative(text), is_secret=is_secret)
        assert len(clear) + hidden == len(text)
        assert len(clear) <= MOST_KEPT
        now = msgspec.structs.replace(now, heard=clear, hidden=hidden)
        assert hear(now, Cumulative(text), None, 9.0) == Repeat()


def test_a_session_of_the_old_code_still_loads() -> None:
    """As an array of 13, with crumbs of three."""
    old = [1, 4, "more", "hi", [["home", 1, "fire"]], "1*2", "shown", False, 5.0, None, 0, "", {}]
    loaded = msgspec.msgpack.decode(msgspec.msgpack.encode(old), type=Session)
    assert loaded.place.path == (Crumb("home", 1, "fire"),)
    assert (loaded.place.values, loaded.place.returns, loaded.hidden) == ({}, (), 0)
    assert hear(loaded, Cumulative("1*2*3"), None, 9.0) == Heard("3")


def test_the_largest_session_has_room() -> None:
    """What is kept of each part is capped: twelve screens with searches, values, rows, texts."""
    place = Place(
        screen="s" * 40,
        language="hi-Latn",
        path=tuple(
            Crumb("s" * 38 + str(n), 3, "क" * MAX_QUERY, 5) for n in range(10, 10 + MAX_PATH)
        ),
        returns=("s" * 40,) * MAX_INSIDE,
    )
    for n in range(30):
        choice = Choice("1", "s" * 40, saves=(f"{'r' * 38}{n:02}", "k" * 40))
        rows = walking.went(place, Target("s" * 40), choice).rows
        place = replace(place, rows=rows)
    assert 0 < len(place.rows) < 30
    assert list(place.rows)[-1].endswith("29")
    place = walking.with_values(place, {f"value{n}": "क" * 60 for n in range(50)})
    for typed in ("क" * 2000, "\U0001f600" * 2000):
        assert len(kept(None, Cumulative(typed), is_secret=False)[0].encode()) <= 450
    clear, hidden = kept(None, Cumulative("क" * 2000), is_secret=False)
    session = Session(
        menu_version=1, turn=9, screen=place.screen, language=place.language, path=place.path,
        heard=clear, hidden=hidden, shown="क" * 80, query="क" * MAX_QUERY, rows=dict(place.rows),
        values=dict(place.values), returns=place.returns, code="*384*97183#".ljust(64, "1"),
        origin="ussd:" + "f" * 64, ahead=1000, is_private=True,
    )  # fmt: skip
    assert 0 < len(place.values) < 50
    assert list(place.values)[-1] == "value49"  # what is oldest was forgotten
    assert len(msgspec.msgpack.encode(session)) + 4 <= MAX_SESSION_BYTES
