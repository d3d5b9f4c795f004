"""Questions with a kind: what is an answer, what is said of others, and what is kept."""

from __future__ import annotations

from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from menu.answer_forms import (
    PIN_CODE,
    AnswerForm,
    DateForm,
    NumberForm,
    PatternForm,
    PhoneForm,
    TextForm,
    Wrong,
)  # fmt: skip
from menu.compiler import compile_menu
from menu.date_limits import DateLimit, parse_limit
from menu.engine import Step, enter, press
from menu.moments import Moment, moment_of
from menu.patterns import parse_pattern
from menu.place import Place
from menu.program import EntryPoint, Program
from menu.screens import ANY_PHONE

NOON = 1_795_674_600.0  # Thursday, 26 November 2026, 12:00 in Kolkata
MOMENT: Moment = moment_of(NOON, ZoneInfo("Asia/Kolkata"))


def limit(written: str) -> DateLimit:
    found = parse_limit(written)
    assert found
    return found


TEXT = TextForm(min_length=2, max_length=10)
NUMBER = NumberForm(most=Decimal(5000))
ZERO = NumberForm(least=Decimal(-1), most=Decimal(10), decimals=1)
MONEY = NumberForm(decimals=2, is_money=True)
BIRTHDAY = DateForm(earliest=limit("today - 100 years"), latest=limit("today"))
PHONE = PhoneForm(region="IN")
PIN = PatternForm(pattern=parse_pattern(PIN_CODE), max_length=12, without_spaces=True)
FORM_NUMBER = PatternForm(pattern=parse_pattern("[A-Z]{3}[0-9]{4}"), max_length=40)

READ: list[tuple[AnswerForm, str, str | Wrong]] = [
    (TEXT, " राम ", "राम"),
    (TEXT, "مرحبا", "مرحبا"),
    (TEXT, "A  B", "A B"),
    (TEXT, "a", Wrong("min_length", 2)),
    (TEXT, "hello world", Wrong("max_length", 10)),
    (TEXT, "x" * 100_000, Wrong("max_length", 10)),
    (TEXT, "", Wrong("kind")),
    (TEXT, "a*b", Wrong("kind")),
    (TEXT, "a#b", Wrong("kind")),
    (TEXT, "hi😀", Wrong("kind")),
    (TEXT, "\u202ehi", Wrong("kind")),
    (TEXT, "a\nb", Wrong("kind")),
    (TEXT, "a\0b", Wrong("kind")),
    (NUMBER, "500", "500"),
    (NUMBER, " 1. ", "1"),
    (NUMBER, "१५०", "150"),
    (NUMBER, "১৫০", "150"),
    (NUMBER, "１５０", "150"),
    (NUMBER, "1,000", "1000"),
    (NUMBER, "0", Wrong("min", Decimal(1))),
    (NUMBER, "-5", Wrong("min", Decimal(1))),
    (NUMBER, "5001", Wrong("max", Decimal(5000))),
    (NUMBER, "12.5", Wrong("kind")),
    (NUMBER, "9" * 160, Wrong("kind")),
    (NUMBER, "12*5", Wrong("kind")),
    (NUMBER, "1 2", Wrong("kind")),
    (NUMBER, "five", Wrong("kind")),
    (NUMBER, "\u202e12", Wrong("kind")),
    (ZERO, "0", "0"),
    (ZERO, "-0.5", "-0.5"),
    (ZERO, "10.0", "10"),
    (ZERO, "-2", Wrong("min", Decimal(-1))),
    (MONEY, "Rs. 1,250.50/-", "1250.5"),
    (MONEY, "₹500", "500"),
    (MONEY, "500 INR", "500"),
    (MONEY, "KSh 1,00,000", "100000"),
    (MONEY, "0.005", Wrong("kind")),
    (BIRTHDAY, "15-08-1947", "1947-08-15"),
    (BIRTHDAY, "15/8/47", "1947-08-15"),
    (BIRTHDAY, "15081947", "1947-08-15"),
    (BIRTHDAY, "१५०८१९४७", "1947-08-15"),
    (BIRTHDAY, "1947-08-15", "1947-08-15"),
    (BIRTHDAY, "26-11-26", "2026-11-26"),
    (BIRTHDAY, "27-11-26", "1926-11-27"),
    (BIRTHDAY, "today", "2026-11-26"),
    (BIRTHDAY, "आज", "2026-11-26"),
    (BIRTHDAY, "31-06-2000", Wrong("kind")),
    (BIRTHDAY, "1947", Wrong("kind")),
    (BIRTHDAY, "27-11-2026", Wrong("latest", limit("2026-11-26").on(MOMENT.today))),
    (BIRTHDAY, "25-11-1926", Wrong("earliest", limit("1926-11-26").on(MOMENT.today))),
    (PHONE, "98123 45678", "+919812345678"),
    (PHONE, "९८१२३४५६७८", "+919812345678"),
    (PHONE, "12", Wrong("kind")),
    (PIN, "110 001", "110001"),
    (PIN, "010001", Wrong("kind")),
    (PIN, "11000", Wrong("kind")),
    (FORM_NUMBER, "abc1234", "ABC1234"),
    (FORM_NUMBER, "ABC12345", Wrong("kind")),
]


@pytest.mark.parametrize(("form", "typed", "expected"), READ)
def test_what_is_an_answer(form: AnswerForm, typed: str, expected: str | Wrong) -> None:
    assert form.read(typed, MOMENT) == expected


@given(st.sampled_from([TEXT, NUMBER, ZERO, MONEY, BIRTHDAY, PHONE, PIN, FORM_NUMBER]), st.text())
def test_nothing_that_is_typed_is_an_accident(form: AnswerForm, typed: str) -> None:
    answer = form.read(typed, MOMENT)
    assert isinstance(answer, Wrong) or (answer and len(answer) <= 60)


LIMITS = [
    ("today", "2026-11-26"),
    ("today + 30 days", "2026-12-26"),
    ("today-2 weeks", "2026-11-12"),
    ("today + 3 months", "2027-02-26"),
    ("today - 18 years", "2008-11-26"),
    ("2024-02-29", "2024-02-29"),
    ("today + 99999 years", "9999-12-31"),
    ("today - 99999 weeks", "0110-05-22"),
]


@pytest.mark.parametrize(("written", "day"), LIMITS)
def test_days_that_move(written: str, day: str) -> None:
    assert limit(written).on(MOMENT.today).isoformat() == day


@pytest.mark.parametrize("written", ["tomorrow", "2026-02-30", "today + 1 eon", "26-11-2026", ""])
def test_what_is_no_day(written: str) -> None:
    assert parse_limit(written) is None


MENU = """
version: 1
name: Pay
languages: [en, hi]
entry_points: { ussd: { "*384*7#": home } }
screens:
  home:
    text: { en: Pay, hi: भुगतान }
    options:
      - { label: { en: Power bill, hi: बिजली }, go: amount }
      - { label: { en: Children, hi: बच्चे }, go: children }
      - { label: { en: हिन्दी, hi: हिन्दी, en-Latn: Hindi }, language: hi, go: home }
  amount:
    text: { en: How much?, hi: कितना? }
    ask:
      kind: money
      min: 10
      max: 5000
      save_as: amount
      tries: 3
      after_last_try: help
      errors: { max: { en: "Not above {limit}, please.", hi: "{limit} तक ही।" } }
    go: crop
  crop:
    text: { en: Which crop?, hi: कौन सी फसल? }
    ask:
      kind: choice
      choices:
        - { value: wheat, label: { en: Wheat, hi: गेहूं } }
        - { value: rice, label: { en: Rice, hi: चावल } }
      save_as: crop
    go: day
  day:
    text: { en: When?, hi: कब? }
    ask: { kind: date, earliest: today, latest: today + 30 days, save_as: day, tries: 1 }
    go: sure
  sure:
    text: { en: Remind you?, hi: याद दिलाएं? }
    ask: { kind: yes_no, save_as: remind }
    go: shown
  shown:
    text:
      en: "{amount:money} for {crop} on {day:date}, {day}: {remind}"
      hi: "{crop}: {amount:money}, {day:date} {remind}"
    end: true
  children:
    text: { en: How many children?, hi: कितने बच्चे? }
    ask: { kind: number, min: 0, max: 15, save_as: children }
    go: counted
  counted:
    text:
      en: { count: children, one: "{children} child", other: "{children} children" }
      hi: { count: children, one: "{children} बच्चा", other: "{children} बच्चे" }
    end: true
  help: { text: { en: Call us., hi: फ़ोन करें। }, end: true }
"""
PROGRAM: Program = compile_menu({"menus.yaml": MENU})


def walk(*typed: str, language: str = "en") -> Step:
    step = enter(PROGRAM, EntryPoint(screen="home"), language, ANY_PHONE, NOON)
    for text in typed:
        assert not step.ends
        step = press(PROGRAM, step.place, text, ANY_PHONE, NOON)
        assert ANY_PHONE.limit.fits(step.shown)
    return step


WALKS = [
    # typed, language, shown
    (["1"], "en", "How much?\n0 Back 00 Home"),
    (["1", "250.50"], "en", "Which crop?\n1 Wheat\n2 Rice\n0 Back 00 Home"),
    (["1", "5"], "en", "The least is 10.\nHow much?\n0 Back 00 Home"),
    (["1", "9,000"], "en", "Not above 5,000, please.\nHow much?\n0 Back 00 Home"),
    (["1", "9000"], "hi", "5,000 तक ही।\nकितना?\n0 वापस 00 होम"),
    (["1", "x", "y", "z"], "en", "Call us."),
    (["1", "x", "y", "50", "1", "x"], "en", "Too many tries. Please call again."),
    (["1", "50", "9"], "en", "Wrong choice.\nWhich crop?\n1 Wheat\n2 Rice\n0 Back 00 Home"),
    (["1", "50", "गेहूं", "today", "2"], "en", "Rs 50 for Wheat on 26 Nov 2026, 26-11-2026: No"),
    (["1", "1250", "2.", "26/12/26", "हाँ"], "en",
     "Rs 1,250 for Rice on 26 Dec 2026, 26-12-2026: Yes"),
    (["1", "1250.5", "2", "1/12/26", "yes"], "hi", "चावल: ₹1,250.50, 1 दिस॰ 2026 हाँ"),
    (["1", "50", "0"], "en", "How much?\n0 Back 00 Home"),
    (["1", "50", "0", "60", "1", "today", "n"], "en",
     "Rs 60 for Wheat on 26 Nov 2026, 26-11-2026: No"),
    (["power bill"], "en", "How much?\n0 Back 00 Home"),
    (["बिजली"], "en", "How much?\n0 Back 00 Home"),
    (["2"], "en", "How many children?\n00 Home"),
    (["2", "0"], "en", "0 children"),
    (["2", "0"], "hi", "0 बच्चा"),
    (["2", "１"], "en", "1 child"),
    (["2", "2"], "hi", "2 बच्चे"),
    (["2", "00"], "en", "Pay\n1 Power bill\n2 Children\n3 हिन्दी\n0 Exit"),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "language", "shown"), WALKS)
def test_a_walk(typed: list[str], language: str, shown: str) -> None:
    assert walk(*typed, language=language).shown == shown


def test_answers_are_kept_as_plain_values() -> None:
    values = walk("1", "1,250.50", "चावल", "today", "1").place.values
    assert values == {"amount": "1250.5", "crop": "rice", "day": "2026-11-26", "remind": "yes"}


def test_a_wrong_answer_keeps_nothing_and_does_nothing() -> None:
    step = walk("1", "x")
    assert (step.place.values, step.place.tries, step.effects) == ({}, 1, ())
    assert walk("1", "x", "0").place.tries == 0


@given(st.lists(st.text(max_size=6) | st.sampled_from(["0", "00", "1", "2", "50"]), max_size=30))
def test_no_answer_leads_outside_the_menu(typed: list[str]) -> None:
    step = enter(PROGRAM, EntryPoint(screen="home"), "hi", ANY_PHONE, NOON)
    for text in typed:
        if step.ends:
            break
        step = press(PROGRAM, step.place, text, ANY_PHONE, NOON)
        assert step.shown
        assert step.place.screen in PROGRAM.screens
        assert ANY_PHONE.limit.fits(step.shown)


def test_what_is_absent_leaves_no_word() -> None:
    place = Place(screen="counted", language="en")
    assert press(PROGRAM, place, "9", ANY_PHONE, NOON).shown.endswith(" children")
