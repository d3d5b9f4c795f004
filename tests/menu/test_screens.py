"""How screens look on a phone."""

from __future__ import annotations

import pytest

from menu.phrases import BUILT_IN, resolve
from menu.schema import Option, Phrases, Screen
from menu.screens import after_wrong_choice, compose, footer_at_top, footer_deeper, show

PHRASES = resolve(["en", "hi", "bn"], Phrases())


@pytest.mark.parametrize(
    ("text", "options", "footer", "shown"),
    [
        ("Crops", [("1", "Wheat"), ("7", "Rice")], "0 Exit", "Crops\n1 Wheat\n7 Rice\n0 Exit"),
        ("Crops", [("1", "Wheat")], "", "Crops\n1 Wheat"),
        ("Goodbye.", [], "0 Exit", "Goodbye."),
        ("Two\nlines.", [], "", "Two\nlines."),
    ],
)
def test_compose(text: str, options: list[tuple[str, str]], footer: str, shown: str) -> None:
    assert compose(text, options, footer) == shown


@pytest.mark.parametrize(
    ("language", "at_top", "deeper"),
    [
        ("en", "0 Exit", "0 Back 00 Home"),
        ("hi", "0 बाहर", "0 वापस 00 होम"),
        ("bn", "0 শেষ", "0 ফিরুন 00 হোম"),
    ],
)
def test_the_way_out(language: str, at_top: str, deeper: str) -> None:
    assert footer_at_top(PHRASES, language) == at_top
    assert footer_deeper(PHRASES, language) == deeper


def test_a_wrong_choice_is_told_above_the_same_screen() -> None:
    assert after_wrong_choice("Crops\n1 Wheat", PHRASES, "en") == "Wrong choice.\nCrops\n1 Wheat"


def test_a_missing_text_is_shown_in_the_first_language() -> None:
    option = Option(label={"en": "Wheat", "hi": "गेहूं"}, go="price")
    screen = Screen(text={"en": "Crops"}, options=[option])
    shown = show(screen, ["en", "hi"], PHRASES)
    assert shown.at_top == {"en": "Crops\n1 Wheat\n0 Exit", "hi": "Crops\n1 गेहूं\n0 बाहर"}
    assert shown.deeper["hi"] == "Crops\n1 गेहूं\n0 वापस 00 होम"


@pytest.mark.parametrize(
    ("languages", "overrides", "language", "word"),
    [
        (["en", "hi"], Phrases(), "hi", "वापस"),
        (["en", "hi"], Phrases(back="Return"), "hi", "Return"),
        (["en", "hi"], Phrases(back={"en": "Return"}), "hi", "वापस"),
        (["en", "ta"], Phrases(), "ta", "Back"),
        (["en", "ta"], Phrases(back={"ta": "பின்"}), "ta", "பின்"),
        (["hi", "ta"], Phrases(), "ta", "वापस"),
        (["ta", "te"], Phrases(), "te", "Back"),
    ],
)
def test_whose_word_is_said(
    languages: list[str], overrides: Phrases, language: str, word: str
) -> None:
    assert resolve(languages, overrides)["back"][language] == word


@pytest.mark.parametrize("name", BUILT_IN)
def test_the_built_in_words_are_there_in_all_three_languages(name: str) -> None:
    assert {language for language, text in BUILT_IN[name].items() if text} == {"en", "hi", "bn"}
