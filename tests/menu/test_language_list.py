"""A list of all languages: by their own names, in an order that depends on where the caller is, and
under numbers that do not."""

from __future__ import annotations

import pytest

from menu.compiler import compile_menu
from menu.engine import enter, enter_prefilled, pages_at, press
from menu.language_names import own_name
from menu.language_order import CIRCLES, COUNTRIES, nearest_first, read_there
from menu.place import Place
from menu.program import EntryPoint
from menu.reserved_words import own_name_of
from menu.screens import Display
from telecom.encoding import Limit

MENU = """version: 1
name: Example
languages: [en, hi, bn, ta]
entry_points: { ussd: { "*384*7#": home } }
screens:
  home:
    text: Language
    options:
      - { label: More, go: more }
      - { languages: all, go: more }
      - { label: Last, key: "9", go: more }
  more: { text: "More.", end: true }
"""
PROGRAM = compile_menu({"menus.yaml": MENU})
HOME = Place(screen="home", language="en")
WIDE = Limit(septets=182, ucs2=80)

SHOWN = {
    "": "1 More 2 English 3 हिन्दी 4 বাংলা 5 தமிழ் 9 Last",
    "IN": "1 More 2 English 3 हिन्दी 4 বাংলা 5 தமிழ் 9 Last",
    "US": "1 More 2 English 3 हिन्दी 4 বাংলা 5 தமிழ் 9 Last",
    "BD": "1 More 4 বাংলা 2 English 3 हिन्दी 5 தமிழ் 9 Last",
    "west_bengal": "1 More 4 বাংলা 3 हिन्दी 2 English 5 தமிழ் 9 Last",
    "tamil_nadu": "1 More 5 தமிழ் 2 English 3 हिन्दी 4 বাংলা 9 Last",
}


@pytest.mark.parametrize("region", SHOWN)
def test_the_order_depends_on_where_the_caller_is(region: str) -> None:
    (page,) = pages_at(PROGRAM, HOME, Display(WIDE, region=region))
    assert " ".join(page.split("\n")[1:-1]) == SHOWN[region]


@pytest.mark.parametrize("region", SHOWN)
def test_the_numbers_and_names_do_not(region: str) -> None:
    display = Display(WIDE, region=region)
    for typed, language in {"2": "en", "3": "hi", "4": "bn", "5": "ta", "தமிழ்": "ta"}.items():
        assert press(PROGRAM, HOME, typed, display).place.language == language


@pytest.mark.parametrize("region", SHOWN)
def test_nobody_is_taken_to_read_what_he_did_not_choose(region: str) -> None:
    display = Display(WIDE, region=region)
    entry = EntryPoint(screen="home")
    for step in (
        enter(PROGRAM, entry, None, display),
        enter_prefilled(PROGRAM, entry, None, ["4"], display),  # a shortcut chooses none
    ):
        assert (step.place.screen, step.place.language, step.effects) == ("home", "en", ())


def test_pages_turn_in_that_order() -> None:
    pages = pages_at(PROGRAM, HOME, Display(Limit(septets=60, ucs2=40), region="tamil_nadu"))
    assert len(pages) > 1
    assert "5 தமிழ்" in pages[0]
    assert "2 English" not in pages[0]


def test_where_only_latin_letters_are_carried_names_are_latin() -> None:
    (page,) = pages_at(PROGRAM, HOME, Display(is_latin=True))
    assert page.isascii()
    place = Place(screen="home", language="hi")
    (page,) = pages_at(PROGRAM, place, Display(is_latin=True, region="west_bengal"))
    assert page.split("\n")[2:6] == ["4 Bangla", "3 Hindi", "2 English", "5 Tamil"]


@pytest.mark.parametrize(
    ("language", "shown_in", "name"),
    [
        ("hi", "bn", "हिन्दी"),
        ("hi", "hi-Latn", "Hindi"),
        ("sw", "en", "Kiswahili"),
        ("sw", "en-Latn", "Kiswahili"),
        ("de", "en", "Deutsch"),
        ("qaa", "en", "qaa"),
    ],
)
def test_names_of_languages(language: str, shown_in: str, name: str) -> None:
    assert own_name(language, shown_in) == name


def test_the_tables_name_languages_that_exist() -> None:
    assert len(CIRCLES) == 22
    assert not CIRCLES.keys() & COUNTRIES.keys()
    for languages in (*CIRCLES.values(), *COUNTRIES.values()):
        assert len(set(languages)) == len(languages) > 0
        for language in languages:
            assert own_name(language, "en") != language, language
    assert read_there("nowhere") == ()
    assert own_name_of("hi") == own_name("hi", "hi")


@pytest.mark.parametrize(
    ("region", "order"),
    [("", [0, 1, 2, 3, 4, 5]), ("KE", [0, 1, 4, 3, 2, 5]), ("kolkata", [0, 2, 1, 3, 4, 5])],
)
def test_what_is_no_language_keeps_its_place(region: str, order: list[int]) -> None:
    languages = [None, "sw-Latn", "bn", None, "sw", "xx"]
    assert nearest_first(range(6), languages, region) == order
