"""Who looks for a row and is guessed at: nothing happens before he has seen what is meant."""

from __future__ import annotations

import pytest

from menu.compiler import compile_menu
from menu.rehearsal import Rehearsal
from menu.services import Inquiry, Reply, ServiceSpec
from menu.value_types import ValueKind
from telecom.msisdn import Msisdn

MENU = """
version: 1
name: Seeds
languages: [en, hi]
entry_points:
  ussd: { "*384*7#": which }
  sms: { keywords: { SEND: which } }
links: { app: { web: "https://app.example/", sms: "App: {link}" } }
helplines: { shop: { label: Shop, number: "112" } }
data:
  crops:
    file: data/prices.csv
    columns: { id: key, name: label, long: label, also: words, price: number, shop: phone }
screens:
  which: { text: Which crop?, ask: { find_in: crops, save_as: crop }, go: GO }
  name: { text: Name?, ask: { kind: text, save_as: name }, go: quiet }
  quiet: { text: "{crop.name}", end: true }
  other: { text: Other., end: true }
  sends: { send_sms: "{crop.name}!", text: Sent., end: true }
  link: { send_link: app, text: Sent., end: true }
  people: { helpline: { name: shop, sms: true } }
  told: { helpline: shop }
  sure: { text: "{crop.name}?", confirm: { yes: sends, no: quiet } }
  counts: { set: { n: n + 1 }, go: [ { when: n > 5, go: quiet }, sends ] }
  books: { call: { service: book, on_error: quiet }, text: Booked., end: true }
  looks: { call: { service: look, on_error: quiet }, text: Seen., end: true }
  fails: { call: { service: look, on_error: sends }, text: Seen., end: true }
  ends: { set: { n: n + 1 }, go: { return: true } }
  asked: { text: "{crop.name}.", options: [ { label: Send, go: sends } ] }
"""
TABLE = """id,name:en,name:hi,long:en,long:hi,also,price,shop
gram-1,Green gram,मूंग,Green gram of Pune,पुणे की मूंग,moong;mung bean,90,1800-180-1551
"""
SPECS = {
    "book": ServiceSpec(takes=frozenset(), gives={"at": ValueKind.TEXT}, reads=False),
    "look": ServiceSpec(takes=frozenset(), gives={"at": ValueKind.TEXT}, reads=True),
}
CALLER = Msisdn.parse("+919812345678", "IN")


class Desk:
    def ask(self, inquiry: Inquiry) -> Reply:
        return Reply(parts={"at": "noon"})


def phone(go: str) -> Rehearsal:
    files = {"menus.yaml": MENU.replace("GO", go), "data/prices.csv": TABLE}
    return Rehearsal(compile_menu(files, SPECS), CALLER, None, Desk())


def shown(played: Rehearsal) -> str:
    assert played.reply
    return played.reply.text


EXACT = [
    "Green gram", " green  GRAM. ", "मूंग", "moong", "mung bean", "green gram of pune",
    "पुणे की मूंग", "1800 180 1551", "18001801551",
]  # fmt: skip
GUESSED = ["gre", "gram", "gram green", "473364726", "4733604726", "mungg", "gg", "मुंग", "mun", "gren gram"]  # noqa: E501  # fmt: skip
ACTS = ["sends", "link", "people", "counts", "books", "fails"]
QUIET = ["quiet", "told", "sure", "looks", "asked"]


@pytest.mark.parametrize("typed", EXACT)
def test_who_names_a_row_is_taken_at_his_word(typed: str) -> None:
    played = phone("sends")
    played.dial("*384*7#")
    played.press(typed)
    assert shown(played) == "Sent."
    assert list(played.unread) == ["Green gram!"]


@pytest.mark.parametrize("typed", GUESSED)
def test_a_guess_is_shown_before_anything_happens(typed: str) -> None:
    played = phone("sends")
    played.dial("*384*7#")
    played.press(typed)
    assert shown(played) == "Which one?\n1 Green gram\n0 Exit"
    assert not played.unread
    played.press("1")
    assert list(played.unread) == ["Green gram!"]
    played.repeat()


@pytest.mark.parametrize("go", ACTS)
def test_whatever_happens_behind_it(go: str) -> None:
    played = phone(go)
    played.dial("*384*7#")
    played.press("gre")
    assert shown(played).startswith("Which one?\n1 Green gram")
    assert not played.unread


@pytest.mark.parametrize("go", QUIET)
def test_where_nothing_happens_a_guess_is_chosen_at_once(go: str) -> None:
    played = phone(go)
    played.dial("*384*7#")
    played.press("gre")
    assert "Which one?" not in shown(played)
    assert not played.unread


@pytest.mark.parametrize(
    ("go", "is_shown"),
    [
        ("{ screen: ends, then: sends }", True),
        ("{ screen: ends, then: quiet }", False),
        ("[ { when: crop.price > 500, go: sends }, quiet ]", True),  # it may be
        ("[ { when: crop.price > 500, go: other }, quiet ]", False),
    ],
)
def test_ways_and_sub_menus(go: str, is_shown: bool) -> None:
    played = phone(go)
    played.dial("*384*7#")
    played.press("gre")
    assert ("Which one?" in shown(played)) is is_shown


def test_behind_a_keyword_too() -> None:
    played = phone("sends")
    played.text("SEND gre")
    assert played.unread.popleft().startswith("Which one?\n1 Green gram")
    played.text("1")
    assert list(played.unread) == ["Green gram!"]


def test_what_is_written_in_the_place_of_the_number_is_looked_for() -> None:
    played = phone("sends")
    played.dial("*384*7#")
    played.press("gre")
    played.press("gram")
    assert shown(played).startswith("Which one?")
    played.press("moong")
    assert list(played.unread) == ["Green gram!"]
