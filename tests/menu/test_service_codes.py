"""What a first turn means, as one vendor or another tells what was dialled."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from menu.compiler import compile_menu
from menu.effects import SendLink, SendSms
from menu.engine import enter_prefilled
from menu.program import EntryPoint, Program
from menu.screens import ANY_PHONE
from menu.service_codes import Dialled, read_dialled
from telecom.events import Cumulative, Last, Said

CODES = ("*384*7#", "*384*97183#", "*384*97183*2#", "*99#")

FIRST_TURNS: list[tuple[str, Said, Dialled | None]] = [
    # the code that the vendor tells, what it hands as text, what is meant
    ("*384*7#", Cumulative(""), Dialled("*384*7#")),
    ("*384*7#", Last(""), Dialled("*384*7#")),
    # the shortcut stands in the growing text
    ("*384*7#", Cumulative("2*1"), Dialled("*384*7#", ("2", "1"))),
    ("*384*7#", Cumulative("1*राम*#"), Dialled("*384*7#", ("1", "राम", "#"))),
    # the shortcut stands in the code
    ("*384*7*2*1#", Cumulative(""), Dialled("*384*7#", ("2", "1"), -2)),
    ("*384*7*2*1#", Last(""), Dialled("*384*7#", ("2", "1"))),
    # and once more in the text; or the session was lost
    ("*384*7*2*1#", Cumulative("2*1"), Dialled("*384*7#", ("2", "1"))),
    ("*384*7*2*1#", Cumulative("5"), Dialled("*384*7#", ("2", "1", "5"), -2)),
    # the whole string is the first text
    ("*384*7#", Last("*384*7*2*1#"), Dialled("*384*7#", ("2", "1"))),
    ("*384#", Last("*384*7*2*1#"), Dialled("*384*7#", ("2", "1"))),
    ("*384*7#", Last("*384*7#"), Dialled("*384*7#")),
    ("*384*7#", Last("*100#"), Dialled("*384*7#")),
    # it was stripped, or this is the answer to a session that was lost: nothing is followed
    ("*384*7#", Last("2*1"), Dialled("*384*7#")),
    ("*384*7#", Last("5"), Dialled("*384*7#")),
    # several codes share a gateway, and the longest wins
    ("*384*97183#", Cumulative("2"), Dialled("*384*97183*2#", (), 1)),
    ("*384*97183#", Cumulative("2*3"), Dialled("*384*97183*2#", ("3",), 1)),
    ("*384*97183#", Cumulative("22"), Dialled("*384*97183#", ("22",))),
    ("*384*97183*2*4#", Last(""), Dialled("*384*97183*2#", ("4",))),
    ("*384*97183*2*4#", Cumulative(""), Dialled("*384*97183*2#", ("4",), -1)),
    ("*384#", Cumulative("7*2"), Dialled("*384*7#", ("2",), 1)),
    ("*384#", Cumulative("97183"), Dialled("*384*97183#", (), 1)),
    # nobody serves it
    ("*384#", Cumulative(""), None),
    ("*384#", Cumulative("8*1"), None),
    ("*100#", Last("5"), None),
    ("*384*71#", Cumulative("1"), None),
]


@pytest.mark.parametrize(("service_code", "said", "meant"), FIRST_TURNS)
def test_a_first_turn(service_code: str, said: Said, meant: Dialled | None) -> None:
    assert read_dialled(service_code, said, CODES) == meant


ANY_CODE = st.text(alphabet="0123456789*#", max_size=64)
ANY_TEXT = st.one_of(st.text(max_size=200), ANY_CODE)


@given(ANY_CODE, ANY_TEXT, st.booleans())
def test_whatever_is_dialled_it_is_one_of_the_codes_or_none(
    service_code: str, text: str, is_cumulative: bool
) -> None:
    said = Cumulative(text) if is_cumulative else Last(text)
    dialled = read_dialled(service_code, said, CODES)
    assert dialled is None or dialled.code in CODES


MENU = """
version: 1
name: Office
languages: [en, hi]
entry_points: { ussd: { "*384*7#": home } }
links:
  app: { web: "https://a.example/", sms: "{link}" }
helplines: { women: { label: Women, number: "181" } }
data: { crops: { file: data/crops.csv, columns: { id: key, name: label } } }
screens:
  home:
    text: Office
    options:
      - { label: Options, go: options }
      - { label: A question, go: question }
      - { label: A form, go: form }
      - { label: A last question, go: sure }
      - { label: An app link, go: link }
      - { label: हिन्दी, language: hi, go: home }
      - { label: An SMS behind a screen that leads on, go: leads_on }
  options:
    text: Options
    set: { looks: looks + 1 }
    options:
      - { label: An end, go: end }
      - { label: Somebody, go: women }
      - { label: A crop, go: search }
      - { label: On a condition, when: looks > 0, go: end }
      - { label: There and back, go: { screen: inside, then: end } }
  inside: { text: Inside, options: [ { label: Out, go: { return: true } } ] }
  end: { text: The end., end: true }
  women: { helpline: { name: women, sms: true }, text: Call. }
  search: { text: Which crop?, ask: { find_in: crops, save_as: crop }, go: end }
  question: { text: How many?, ask: { kind: number, save_as: count }, go: end }
  form: { form: [ { text: Name?, ask: { kind: text, save_as: name } } ], go: sure }
  sure: { text: Sure?, confirm: { yes: link, no: end } }
  link: { send_link: app, text: It comes., end: true }
  leads_on: { set: { looks: looks + 1 }, go: sent }
  sent: { send_sms: Hello, text: It comes., end: true }
"""
PROGRAM: Program = compile_menu(
    {"menus.yaml": MENU, "data/crops.csv": "id,name:en\nwheat,Wheat\nrice,Rice\n"}
)

SHORTCUTS = [
    # keys, the screen where they stop, how many were followed
    ("1", "options", 1),
    ("1*1", "end", 2),
    ("1*1*1", "end", 2),  # behind an end there is nothing
    ("1*98*1", "end", 3),
    ("1*4", "end", 2),
    ("1*5*1", "end", 3),
    ("1*5", "inside", 2),
    ("1*2", "options", 1),  # a helpline that comes by SMS is an effect
    ("1*3*1", "search", 2),
    ("1*3*wheat", "search", 2),
    ("2", "question", 1),
    ("2*5", "question", 1),
    ("3*Asha*1", "form", 1),
    ("4*1", "sure", 1),
    ("5", "home", 0),
    ("6", "home", 0),
    ("7", "home", 0),
    ("9", "home", 0),
    ("0", "home", 0),
    ("1*0", "options", 1),
    ("1*00", "options", 1),
    ("Options", "home", 0),  # a shortcut is made of keys
    ("१", "options", 1),
]


@pytest.mark.parametrize(("keys", "screen", "walked"), SHORTCUTS)
def test_a_shortcut_walks_options_and_nothing_else(keys: str, screen: str, walked: int) -> None:
    step = enter_prefilled(PROGRAM, EntryPoint(screen="home"), "en", keys.split("*"), ANY_PHONE)
    assert (step.place.screen, step.walked, step.effects) == (screen, walked, ())


@given(st.lists(st.sampled_from([*"0123456789", "00", "98", "99", "Asha", ""]), max_size=25))
def test_no_shortcut_has_an_effect(keys: list[str]) -> None:
    step = enter_prefilled(PROGRAM, EntryPoint(screen="home"), None, keys, ANY_PHONE)
    assert not [effect for effect in step.effects if isinstance(effect, SendLink | SendSms)]
    assert step.effects == ()
    assert "crop" not in step.place.rows


def test_a_shortcut_is_shown_in_the_language_of_its_code() -> None:
    entry = EntryPoint(screen="home", sets_language="hi")
    step = enter_prefilled(PROGRAM, entry, None, ["1"], ANY_PHONE)
    assert (step.place.language, step.effects) == ("hi", ())
