"""Words that a text begins with: what stands behind them, other words for them, near misses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from menu.compiler import compile_menu
from menu.effects import RememberLanguage
from menu.keywords import Keyword, brings_secret, find_keyword, read_answers
from menu.near_misses import distance, find_near, is_yes
from menu.program import Program
from menu.runner import MOST_OFFERED, Runner
from menu.stand_ins import Callers, Library, Sessions
from menu.turns import Thought, Visit
from telecom.events import Last

MENU = """
version: 1
name: Office
languages: [en, hi, bn]
entry_points:
  sms:
    keywords:
      EPFOHO: { go: uan, args: [uan, year, lang], aliases: [PF, "P.F. Balance"] }
      MANDI: { go: crop, aliases: { hi: [मंडी, bhav], bn: মান্ডি } }
      MENU: home
      MENS: home
      112: home
      OK: home
      BILL: { go: home, language: bn, aliases: { hi: बिल } }
      PIN: { go: secret, args: [lang] }
    default: home
screens:
  home: { text: Hello, options: [ { label: Balance, go: uan } ] }
  uan: { text: UAN?, ask: { kind: number, save_as: uan, tries: 2 }, go: step }
  step: { set: { counted: 1 }, go: year }
  year: { text: Year?, ask: { kind: number, min: 2000, save_as: year }, go: shown }
  shown: { text: "{uan} in {year}", end: true }
  crop: { text: Crop?, ask: { kind: text, save_as: crop }, go: sold }
  sold: { text: "{crop}: Rs 2,150", end: true }
  secret: { text: PIN?, ask: { kind: number, save_as: pin, sensitive: true }, go: home }
"""
PROGRAM = compile_menu({"menus.yaml": MENU})
LANGUAGES = PROGRAM.languages

FOUND = [
    # text, screen, language, what stands behind it
    ("EPFOHO", "uan", None, ()),
    ("pf 100 2019", "uan", None, (("uan", "100"), ("year", "2019"))),
    ("Pf १०० २०१९ हिन्दी", "uan", "hi", (("uan", "१००"), ("year", "२०१९"))),
    ("p f balance 100", "uan", None, (("uan", "100"),)),
    ("PF\u200d 100, 2019 BEN", "uan", "bn", (("uan", "100"), ("year", "2019"))),
    ("PF HIN", "uan", "hi", ()),
    ("PF 100 hi", "uan", None, (("uan", "100"), ("year", "hi"))),  # no code of three letters
    ("मंडी", "crop", "hi", ()),
    ("মান্ডি", "crop", "bn", ()),
    ("MENU HIN", "home", "hi", ()),
    ("menu hindi", "home", "hi", ()),
    ("BILL", "home", "bn", ()),
    ("बिल", "home", "bn", ()),  # the keyword's own language goes first
    ("BILL ENG", "home", "en", ()),
]
NOT_FOUND = ["MENU hi", "MENU TAM", "MENU please", "PFF", "", "PIN please", "🙂", "*384#"]


@pytest.mark.parametrize(("text", "screen", "language", "answers"), FOUND)
def test_a_word_with_what_stands_behind_it(
    text: str, screen: str, language: str | None, answers: tuple[tuple[str, str], ...]
) -> None:
    found = find_keyword(PROGRAM, text)
    assert found is not None
    assert (found.entry.screen, found.entry.sets_language) == (screen, language)
    assert found.answers == answers


@pytest.mark.parametrize("text", NOT_FOUND)
def test_what_is_no_word_of_the_menu(text: str) -> None:
    assert find_keyword(PROGRAM, text) is None


READ = [
    # text, arguments, answers, language
    ("wheat Jaipur", ["crop", "market"], ["wheat", "Jaipur"], None),
    ("wheat Sawai Madhopur", ["crop", "market"], ["wheat", "Sawai Madhopur"], None),
    ("sweet potato, Sawai  Madhopur", ["crop", "market"], ["sweet potato", "Sawai Madhopur"], None),
    ("sweet potato;Kota", ["crop", "market"], ["sweet potato", "Kota"], None),
    ("sweet potato\nKota\n", ["crop", "market"], ["sweet potato", "Kota"], None),
    ("a, b, c", ["crop", "market"], ["a", "b, c"], None),  # more commas than answers
    ("1,250 HIN", ["fee", "lang"], ["1,250"], "hi"),
    ("HIN 1,250", ["lang", "fee"], ["1,250"], "hi"),
    ("wheat, HIN", ["crop", "market", "lang"], ["wheat"], "hi"),
    ("हिन्दी", ["lang"], [], "hi"),
    ("wheat", ["lang"], [], None),
    (" , ; ", ["crop", "market"], [], None),
    ("", ["crop", "lang"], [], None),
]


@pytest.mark.parametrize(("text", "args", "answers", "language"), READ)
def test_answers_are_told_apart(
    text: str, args: list[str], answers: list[str], language: str | None
) -> None:
    found, named = read_answers(text, args, LANGUAGES)
    names = [name for name in args if name != "lang"]
    assert found == tuple(zip(names, answers, strict=False))
    assert named == language


NEAR = [
    # text, what is asked about, what 1 would mean
    ("MNADI", "MANDI", "MANDI"),
    ("mandy wheat", "MANDI", "MANDI wheat"),
    ("मडी", "मंडी", "मंडी"),
    ("मन्डी गेहूं", None, None),  # two mistakes in a short word
    ("EPFHO 100", "EPFOHO", "EPFOHO 100"),
    ("EFPOH 100 2019", None, None),  # two mistakes, and it is short
    ("EFPOOH", "EPFOHO", "EPFOHO"),
    ("MENT", "MENU", "MENU"),  # of two that are as near, the first
    ("MENY please", None, None),  # nothing may stand behind this one
    ("PIM 1234", None, None),  # a language may stand behind it, and no number
    ("OC", None, None),
    ("OKK", None, None),
    ("113", None, None),
    ("PFF", None, None),
    ("I am driving", None, None),
    ("x" * 1600, None, None),
]


@pytest.mark.parametrize(("text", "word", "meant"), NEAR)
def test_a_near_miss(text: str, word: str | None, meant: str | None) -> None:
    near = find_near(PROGRAM, text)
    assert (near and near.keyword, near and near.text) == (word, meant)
    assert near is None or find_keyword(PROGRAM, near.text) is not None


@given(st.text("abc", max_size=6), st.text("abc", max_size=6), st.integers(1, 3))
def test_a_distance_is_counted_the_same_both_ways(one: str, other: str, most: int) -> None:
    there = distance(one, other, most)
    assert there == distance(other, one, most)
    assert (there == 0) is (one == other)
    assert there <= most + 1
    assert abs(len(one) - len(other)) <= there or there == most + 1


@pytest.mark.parametrize("text", ["1", " १. ", "１", "Yes", "haan", "হ্যাঁ"])
def test_yes(text: str) -> None:
    assert is_yes(text)


@pytest.mark.parametrize("text", ["2", "", "11", "no", "yes please"])
def test_what_is_not_yes(text: str) -> None:
    assert not is_yes(text)


class Shop:
    """One caller who writes to a menu of the moment."""

    def __init__(self, program: Program = PROGRAM, language: str | None = None) -> None:
        self.library, self.sessions = Library(program), Sessions()
        self.runner = Runner(self.library, self.sessions, Callers(language))
        self.now = 0.0

    def text(self, said: str) -> Thought:
        self.now += 60
        visit = Visit(
            session_key="s",
            caller_key="c",
            said=Last(said),
            ttl_seconds=1800,
            keeps_input=False,
            now=self.now,
        )
        thought = self.runner.text(visit)
        assert self.runner.keep(visit, thought) == thought.session
        assert self.sessions.left_off is None  # a text drops nobody
        return thought


ONE_TEXT = [
    # text, what is shown
    ("PF 100 2019", "100 in 2019"),
    ("PF 100 2019 HIN", "100 in 2019"),
    ("PF 100", "Year?"),  # through a screen that only counts
    ("PF many 2019", "Please type a number.\nUAN?"),
    ("PF 100 1999", "The least is 2,000.\nYear?"),
    ("PF 0 2019", "The least is 1.\nUAN?"),  # no "back" behind a keyword
    ("MANDI 0", "0: Rs 2,150"),
    ("MANDI", "Crop?"),
    ("MANDI *1#", "Use letters and digits only.\nCrop?"),
    ("MANDI " + "x" * 1500, "Too long"),
    ("MANDI \u202eevil", "Use letters and digits only.\nCrop?"),
]


@pytest.mark.parametrize(("text", "shown"), ONE_TEXT)
def test_all_in_one_text(text: str, shown: str) -> None:
    thought = Shop().text(text)
    assert thought.session.shown.startswith(shown)
    assert not thought.is_unknown
    assert not thought.is_secret


def test_the_language_behind_a_keyword_is_remembered() -> None:
    thought = Shop().text("PF 100 2019 BEN")
    assert thought.effects == (RememberLanguage("bn"),)
    assert thought.session.language == "bn"


def test_a_near_miss_begins_nothing_before_the_yes() -> None:
    shop = Shop()
    asked = shop.text("MNADI sweet potato")
    assert asked.session.shown == "Did you mean MANDI? Answer 1."
    assert (asked.session.ended, asked.effects, asked.is_unknown) == (True, (), False)
    assert shop.text("1").session.shown == "sweet potato: Rs 2,150"


def test_a_near_miss_is_forgotten_when_something_else_comes() -> None:
    shop = Shop()
    shop.text("MNADI wheat")
    assert shop.text("MENU").session.screen == "home"
    assert shop.text("1").session.screen == "uan"


@pytest.mark.parametrize("gone", ["MANDI", "MENU"])
def test_a_near_miss_of_a_word_that_is_gone_meets_the_default(gone: str) -> None:
    shop = Shop()
    shop.text("MNADI wheat" if gone == "MANDI" else "MENUU")
    others = MENU.replace(f"      {gone}:", "      OTHER:")
    shop.library.program = compile_menu({"menus.yaml": others})
    assert shop.text("1").session.screen == "home"


def test_in_a_dialogue_a_text_answers_it() -> None:
    shop = Shop()
    shop.text("MANDI")
    assert shop.text("MENUU").session.shown == "MENUU: Rs 2,150"
    shop.text("MENU")
    assert shop.text("MNADI").session.shown.startswith("Wrong choice.")


@pytest.mark.parametrize("language", ["hi", "bn", "ta"])
def test_a_near_miss_is_told_in_the_language_of_the_caller(language: str) -> None:
    shown = Shop(language=language).text("MNADI").session.shown
    spoken = language if language in LANGUAGES else "en"
    assert shown == PROGRAM.phrases["did_you_mean"][spoken].replace("{keyword}", "MANDI")


def test_what_is_offered_has_an_end() -> None:
    thought = Shop().text("MNADI " + "wheat " * 200)
    assert len(thought.session.offer) == MOST_OFFERED


def test_a_secret_behind_a_near_miss_is_not_kept() -> None:
    thought = Shop().text("PIM HIN 1234")
    assert thought.session.shown == "Did you mean PIN? Answer 1."
    assert (thought.session.offer, thought.is_secret) == ("PIN", True)


def test_a_secret_that_nobody_came_to_ask_for_is_one_all_the_same() -> None:
    pin = find_keyword(PROGRAM, "PIN HIN")
    assert pin is not None
    assert brings_secret(PROGRAM, pin)
    assert not brings_secret(PROGRAM, Keyword(pin.entry))
    thought = Shop().text("PIN HIN 1234")
    assert thought.is_secret
    assert thought.session.shown.startswith("PIN?")


UNKNOWN = [
    # texts, whether the last was understood
    (["hello there"], False),
    (["hello there", "what?"], False),
    (["hello there", "98"], True),  # too short for a machine
    (["hello there", "1"], True),
    (["hello there", "1", "what?"], True),  # it may be an answer by now
    (["hello there", "MENU", "what?"], True),
    (["MENU", "what?"], True),
    (["MENU", "0", "what?"], False),
    (["hello there", "Balance"], True),
]


@pytest.mark.parametrize(("texts", "is_understood"), UNKNOWN)
def test_what_counts_as_unknown(texts: list[str], is_understood: bool) -> None:
    shop = Shop()
    *_, last = (shop.text(text) for text in texts)
    assert last.is_unknown is not is_understood
    assert last.session.shown


@given(
    st.lists(
        st.sampled_from(["PF 1", "MNADI x", "1", "0", "MENU", "PIN 1"]) | st.text(), max_size=8
    )
)
def test_no_text_leads_outside(texts: list[str]) -> None:
    shop = Shop()
    for text in texts:
        thought = shop.text(text)
        assert thought.session.shown
        assert thought.session.screen in PROGRAM.screens
