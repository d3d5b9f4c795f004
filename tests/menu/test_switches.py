"""What a caller reads where something is off, closed, or announced: tables on the pure engine."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from menu import engine
from menu.compiler import compile_menu
from menu.engine import Step
from menu.place import Place
from menu.program import Program
from menu.screens import ANY_PHONE, Display
from menu.services import ServiceSpec
from menu.switches import Switch, Switches, Told
from menu.value_types import ValueKind
from models.switching import parse_hours
from telecom.encoding import Limit

MENU = """
version: 1
name: Office
languages: [en, hi]
timezone: Asia/Kolkata
open: { office: { days: mon-fri, from: "09:00", to: "17:00" } }
helplines: { desk: { label: Desk, number: "181", hours: office } }
entry_points:
  ussd: { "*384*7#": home, "*384*8#": order }
  sms: { keywords: { ORDER: order } }
screens:
  home:
    text: { en: Village office, hi: ग्राम कार्यालय }
    options:
      - { label: Order, go: order }
      - { label: Talk, go: [ { when: open.office, go: talk }, closed ] }
      - { label: Desk, go: desk }
      - { label: हिन्दी, language: hi, go: home }
  order: { text: How many?, ask: { kind: number, save_as: copies }, go: sure }
  sure: { text: "{copies}?", confirm: { yes: ordered, no: home } }
  ordered: { send_sms: "{copies} ordered.", text: Done., end: true }
  talk: { text: Call 12345., end: true }
  closed: { text: Nobody is here., end: true }
  desk: { text: Ask us., helpline: desk }
"""
PROGRAM = compile_menu({"menus.yaml": MENU})
NOON = datetime(2026, 11, 23, 6, 30, tzinfo=UTC).timestamp()  # a Monday, noon in India
HOUR = 3600.0
OFF = Switch(told=Told({"": "Closed for repair.", "hi": "मरम्मत जारी।"}))
CLOSED = "Closed for repair."
BACK = "\n0 Back 00 Home"


def with_switches(**switches: object) -> Program:
    return replace(PROGRAM, switches=Switches(**switches))  # type: ignore[arg-type]


def walk(
    program: Program, keys: list[str], code: str = "*384*7#", display: Display = ANY_PHONE
) -> Step:
    step = engine.enter(program, program.ussd[code], None, display, NOON)
    for key in keys:
        assert not step.ends
        step = engine.press(program, step.place, key, display, NOON)
    return step


LATER = replace(OFF, begins=NOON + HOUR)
OVER = replace(OFF, until=NOON)
NOW = replace(OFF, begins=NOON, until=NOON + 1)


@pytest.mark.parametrize(
    ("off", "keys", "code", "shown", "ends"),
    [
        ({"order": [OFF]}, ["1"], "*384*7#", CLOSED + BACK, False),
        ({"order": [OFF]}, ["1", "1"], "*384*7#", CLOSED + BACK, False),
        ({"order": [OFF]}, ["1", "0", "1"], "*384*7#", CLOSED + BACK, False),
        ({"order": [OFF]}, [], "*384*8#", CLOSED, True),
        ({"order": [OFF]}, ["4", "1"], "*384*7#", "मरम्मत जारी।\n0 वापस 00 होम", False),
        ({"home": [OFF]}, [], "*384*7#", CLOSED, True),
        ({"order": [LATER]}, ["1"], "*384*7#", "How many?" + BACK, False),
        ({"order": [OVER]}, ["1"], "*384*7#", "How many?" + BACK, False),
        ({"order": [LATER, NOW]}, ["1"], "*384*7#", CLOSED + BACK, False),
        ({"talk": [OFF]}, ["2"], "*384*7#", CLOSED + BACK, False),
        ({"gone_from_the_menu": [OFF]}, ["1"], "*384*7#", "How many?" + BACK, False),
    ],
)
def test_what_is_off_tells_why_and_the_way_back(
    off: dict[str, list[Switch]], keys: list[str], code: str, shown: str, ends: bool
) -> None:
    step = walk(with_switches(screens=off), keys, code)
    assert (step.shown, step.ends) == (shown, ends)
    assert step.effects == () or keys == ["4", "1"]


def test_who_stands_behind_a_screen_that_goes_off_goes_no_further() -> None:
    sure = walk(PROGRAM, ["1", "3"])
    off = with_switches(screens={"order": [OFF]})
    step = engine.press(off, sure.place, "1", Display(), NOON)
    assert (step.shown, step.effects, step.is_closed) == (CLOSED + BACK, (), True)
    home = engine.press(off, sure.place, "00", Display(), NOON)
    assert home.shown.startswith("Village office\n")
    back = engine.press(off, sure.place, "0", Display(), NOON)
    assert back.shown == CLOSED + BACK
    on = engine.press(PROGRAM, step.place, "1", Display(), NOON)  # meanwhile it is on again
    assert on.shown == "Done."


def test_a_shortcut_and_a_keyword_with_its_answer_stop_there() -> None:
    off = with_switches(screens={"order": [OFF]})
    entry = off.ussd["*384*7#"]
    step = engine.enter_prefilled(off, entry, None, ["1", "3", "1"], Display(), NOON)
    assert (step.shown, step.effects) == (CLOSED + BACK, ())
    asked = engine.enter_asking(off, off.sms_keywords["order"], None, "3", Display(), NOON)
    assert (asked.shown, asked.ends) == (CLOSED, True)
    assert engine.answer(off, step, "copies", "3", Display(), NOON) is None


HOLIDAY = Switch(told=Told({"": "Holiday."}), begins=NOON - HOUR, until=NOON + HOUR)
SILENT = replace(HOLIDAY, told=Told())
MORNING = Switch(hours=parse_hours("mon-fri 09:00-11:00; sat 10:00-12:00"))
ALL_DAY = Switch(hours=parse_hours("mon-sun 00:00-24:00"))


@pytest.mark.parametrize(
    ("openings", "talk", "desk"),
    [
        ([], "Call 12345.", "Ask us.\nDesk: 181"),
        ([HOLIDAY], "Nobody is here.", "Ask us.\nDesk: 181\nHoliday."),
        ([SILENT], "Nobody is here.", "Ask us.\nDesk: 181\nClosed now."),
        ([replace(HOLIDAY, until=NOON)], "Call 12345.", "Ask us.\nDesk: 181"),
        ([MORNING], "Nobody is here.", "Ask us.\nDesk: 181\nClosed now."),
        ([ALL_DAY, MORNING], "Call 12345.", "Ask us.\nDesk: 181"),
        ([ALL_DAY, HOLIDAY], "Nobody is here.", "Ask us.\nDesk: 181\nHoliday."),
    ],
)
def test_holidays_and_other_hours(openings: list[Switch], talk: str, desk: str) -> None:
    program = with_switches(openings={"office": openings})
    assert (walk(program, ["2"]).shown, walk(program, ["3"]).shown) == (talk, desk)


NOTICE = Switch(told=Told({"": "Storm: call 112."}))


@pytest.mark.parametrize(
    ("keys", "shown"),
    [
        (["1"], "Storm: call 112.\nHow many?" + BACK),
        (["1", "x"], "Please type a number.\nStorm: call 112.\nHow many?" + BACK),
        (["2"], "Storm: call 112.\nCall 12345."),
    ],
)
def test_a_notice_stands_where_there_is_room(keys: list[str], shown: str) -> None:
    assert walk(with_switches(notices=[NOTICE]), keys).shown == shown


@example(words="aa aaaaaaaaaaaaaaaaaaaaaaaaak", keys=[], septets=60, is_off=False)
@given(
    words=st.text("abc ä क्ष", min_size=1, max_size=120).filter(str.strip),
    keys=st.lists(st.sampled_from(["1", "2", "3", "4", "0", "00", "98", "x"]), max_size=6),
    septets=st.integers(60, 182),
    is_off=st.booleans(),
)
def test_no_words_push_a_page_over_its_limit(
    words: str, keys: list[str], septets: int, is_off: bool
) -> None:
    limit = Limit(septets, max(50, septets * 70 // 160))
    switch = Switch(told=Told({"": words}))
    offs = {"order": [switch]} if is_off else {}
    program = with_switches(notices=[switch], screens=offs)
    display = Display(limit)
    step = engine.enter(program, program.ussd["*384*7#"], None, display, NOON)
    assert limit.fits(step.shown)
    assert words.split()[0][:3] in step.shown or "\n" not in step.shown  # a line may end at a gap
    for key in keys:
        if step.ends:
            break
        step = engine.press(program, step.place, key, display, NOON)
        assert limit.fits(step.shown)


def test_a_service_is_off_wherever_it_is_asked() -> None:
    menu = """
version: 1
name: Prices
languages: [en]
entry_points: { ussd: { "*384*7#": home } }
screens:
  home: { text: Prices, options: [ { label: Price, go: price } ] }
  price:
    call: { service: prices, save_as: price, on_error: sorry }
    text: It is {price.modal}.
    end: true
  sorry: { text: Sorry., end: true }
"""
    services = {"prices": ServiceSpec(gives={"modal": ValueKind.TEXT}, reads=True)}
    program = compile_menu({"menus.yaml": menu}, services)
    off = replace(program, switches=Switches(services={"prices": [OFF]}))
    home = engine.enter(off, off.ussd["*384*7#"], None, Display(), NOON)
    step = engine.press(off, home.place, "1", Display(), NOON)
    assert (step.shown, step.needs) == (CLOSED + BACK, None)
    assert engine.press(program, home.place, "1", Display(), NOON).needs is not None


def test_a_late_answer_from_what_was_switched_off_tells_why() -> None:
    place = Place(screen="talk", language="en")
    assert engine.told_at(PROGRAM, place, NOON) == "Call 12345."
    off = with_switches(screens={"talk": [OFF]})
    assert engine.told_at(off, place, NOON) == CLOSED
    assert engine.told_at(off, replace(place, language="hi"), NOON) == "मरम्मत जारी।"
