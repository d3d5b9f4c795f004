"""Walks through a small menu, as tables: where a caller stands, what is typed, what is shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from menu.compiler import compile_menu
from menu.effects import RememberLanguage, SendLink
from menu.engine import MAX_PATH, enter, enter_prefilled, press
from menu.place import Crumb, Place
from menu.program import EntryPoint, Program
from menu.screens import ANY_PHONE

SOURCE = """
version: 1
name: Test
languages: [en, hi, bn]
entry_points:
  ussd: { "*384*7#": home }
  sms: { keywords: { APP: app }, default: home }
  missed_call: { "+919718397183": app }
links:
  app:
    web: https://example.org/
    sms: { en: "App: {link}", hi: "ऐप: {link}", bn: "অ্যাপ: {link}" }
    sms_unknown_language: "App: {link} HIN BEN"
screens:
  home:
    text: { en: Services, hi: सेवाएं, bn: পরিষেবা }
    options:
      - { label: { en: Get the app, hi: ऐप पाएं, bn: অ্যাপ নিন }, go: app }
      - { label: Language, go: language }
      - { label: { en: More, hi: और, bn: আরও }, go: more, key: "7" }
  language:
    text: { en: Language, hi: भाषा, bn: ভাষা }
    options:
      - { label: English, language: en, go: home }
      - { label: हिन्दी, language: hi, go: home }
      - { label: বাংলা, language: bn, go: home }
  more:
    text: { en: More, hi: और, bn: আরও }
    options:
      - { label: { en: Deep, hi: गहरा, bn: গভীর }, go: deep }
  deep:
    text: { en: Deep, hi: गहरा, bn: গভীর }
    options:
      - { label: { en: App, hi: ऐप, bn: অ্যাপ }, go: app }
      - { label: { en: More, hi: और, bn: আরও }, go: more }
  app:
    send_link: app
    text: { en: An SMS comes., hi: SMS आएगा।, bn: SMS আসবে। }
    end: true
"""
PROGRAM: Program = compile_menu({"menus.yaml": SOURCE})
HOME = EntryPoint(screen="home")
APP = EntryPoint(screen="app")


def at(screen: str, *path: str, language: str = "en") -> Place:
    return Place(screen=screen, language=language, path=tuple(map(Crumb, path)))


WALKS = [
    # stands at, typed, shows, stands then
    (at("home"), "1", "An SMS comes.", at("app", "home")),
    (at("home"), " 1. ", "An SMS comes.", at("app", "home")),
    (at("home"), "१", "An SMS comes.", at("app", "home")),
    (at("home"), "২", "हिन्दी", at("language", "home")),
    (at("home"), "7", "Deep", at("more", "home")),
    (at("home"), "3", "Services", at("home")),
    (at("home"), "00", "Services", at("home")),
    (at("language", "home"), "2", "सेवाएं", at("home", language="hi")),
    (at("language", "home", language="hi"), "3", "পরিষেবা", at("home", language="bn")),
    (at("language", "home"), "0", "Services", at("home")),
    (at("deep", "home", "more"), "0", "More", at("more", "home")),
    (at("deep", "home", "more"), "00", "Services", at("home")),
    (at("deep", "home", "more"), "2", "More", at("more", "home")),  # back by the front door
]


@pytest.mark.parametrize(("place", "typed", "shows", "then"), WALKS)
def test_a_turn(place: Place, typed: str, shows: str, then: Place) -> None:
    step = press(PROGRAM, place, typed, ANY_PHONE)
    assert shows in step.shown
    assert step.place == then


@pytest.mark.parametrize("typed", ["", "9", "abc", "*", "1*1", "हाँ", "-1", "1.5"])
def test_a_choice_that_is_none_shows_the_screen_again_and_says_so(typed: str) -> None:
    step = press(PROGRAM, at("home", language="hi"), typed, ANY_PHONE)
    first, *rest = step.shown.splitlines()
    assert first == PROGRAM.phrases["wrong_choice"]["hi"]
    assert rest == enter(PROGRAM, HOME, "hi", ANY_PHONE).shown.splitlines()
    assert step.effects == ()


def test_zero_at_the_top_says_goodbye_and_ends() -> None:
    step = press(PROGRAM, at("home", language="bn"), "0", ANY_PHONE)
    assert step.ends
    assert step.shown == PROGRAM.phrases["goodbye"]["bn"]


EFFECTS = [
    # entry, remembered language, effects
    (EntryPoint(screen="app"), "hi", (SendLink("app", "hi"),)),
    (EntryPoint(screen="app"), None, (SendLink("app", None),)),
    (EntryPoint(screen="app"), "fr", (SendLink("app", None),)),  # no longer spoken by this menu
    (
        EntryPoint(screen="app", sets_language="bn"),
        "hi",
        (RememberLanguage("bn"), SendLink("app", "bn")),
    ),
    (HOME, None, ()),
]


@pytest.mark.parametrize(("entry", "language", "effects"), EFFECTS)
def test_entering_asks_for_effects(
    entry: EntryPoint, language: str | None, effects: tuple[object, ...]
) -> None:
    assert enter(PROGRAM, entry, language, ANY_PHONE).effects == effects


def test_arriving_sends_the_link_in_the_language_of_the_session() -> None:
    step = press(PROGRAM, at("home", language="hi"), "1", ANY_PHONE)
    assert step.effects == (SendLink("app", "hi"),)
    assert step.ends


def test_choosing_a_language_is_remembered() -> None:
    step = press(PROGRAM, at("language", "home"), "3", ANY_PHONE)
    assert step.effects == (RememberLanguage("bn"),)


PREFILLED = [
    # keys of the shortcut, stands then: effects and choices of language are never walked through
    (["7"], at("more", "home")),
    (["7", "1"], at("deep", "home", "more")),
    (["7", "1", "1"], at("deep", "home", "more")),
    (["1"], at("home")),
    (["2", "2"], at("language", "home")),
    (["9", "7"], at("home")),
    (["7", "0"], at("more", "home")),
]


@pytest.mark.parametrize(("keys", "then"), PREFILLED)
def test_a_shortcut_only_walks(keys: list[str], then: Place) -> None:
    step = enter_prefilled(PROGRAM, HOME, None, keys, ANY_PHONE)
    assert step.place == then
    assert step.effects == ()


def test_a_shortcut_into_an_effect_does_not_cause_it() -> None:
    assert enter_prefilled(PROGRAM, APP, "en", ["1"], ANY_PHONE).effects == ()


@given(st.lists(st.text(max_size=4) | st.sampled_from(["0", "00", "1", "2", "7"]), max_size=60))
def test_no_input_leads_outside_the_menu(typed: list[str]) -> None:
    step = enter(PROGRAM, HOME, None, ANY_PHONE)
    for text in typed:
        if step.ends:
            break
        step = press(PROGRAM, step.place, text, ANY_PHONE)
        assert step.shown
        assert step.place.screen in PROGRAM.screens
        assert len(step.place.path) <= MAX_PATH
        assert ANY_PHONE.limit.fits(step.shown)
