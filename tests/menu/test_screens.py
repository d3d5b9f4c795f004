"""The words around a screen, and whose they are."""

from __future__ import annotations

import pytest

from menu.phrases import BUILT_IN, resolve
from menu.schema import Phrases
from menu.screens import lines_of, told_above, ways_out
from telecom.encoding import Encoding, encoding_of

PHRASES = resolve(["en", "hi", "bn", "hi-Latn", "bn-Latn"], Phrases())


def test_a_choice_is_its_key_and_its_label() -> None:
    assert lines_of([("1", "Wheat"), ("7", "Rice")]) == ("1 Wheat", "7 Rice")


@pytest.mark.parametrize(
    ("language", "at_top", "deeper", "more"),
    [
        ("en", "0 Exit", "0 Back 00 Home", "98 More 0 Exit"),
        ("hi", "0 बाहर", "0 वापस 00 होम", "98 और 0 बाहर"),
        ("bn", "0 শেষ", "0 ফিরুন 00 হোম", "98 আরও 0 শেষ"),
        ("hi-Latn", "0 Bahar", "0 Wapas 00 Home", "98 Aur 0 Bahar"),
    ],
)
def test_the_way_out(language: str, at_top: str, deeper: str, more: str) -> None:
    ways = ways_out(PHRASES, language)
    assert (ways.at_top.only, ways.deeper.only, ways.at_top.first) == (at_top, deeper, more)
    assert ways.ending.only == ways.ending.last == ""


def test_what_was_wrong_is_told_above_the_same_page() -> None:
    assert told_above("Wrong choice.", "Crops\n1 Wheat") == "Wrong choice.\nCrops\n1 Wheat"


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
        (["en", "hi", "hi-Latn"], Phrases(), "hi-Latn", "Wapas"),
        (["en", "ta", "ta-Latn"], Phrases(back={"ta": "பின்"}), "ta-Latn", "Back"),
        (["en", "sw", "sw-Latn"], Phrases(back={"sw": "Rudi"}), "sw-Latn", "Rudi"),
    ],
)
def test_whose_word_is_said(
    languages: list[str], overrides: Phrases, language: str, word: str
) -> None:
    assert resolve(languages, overrides)["back"][language] == word


@pytest.mark.parametrize("name", BUILT_IN)
def test_the_built_in_words_are_there_in_all_languages(name: str) -> None:
    texts = BUILT_IN[name]
    assert {language for language, text in texts.items() if text} == set(PHRASES["back"])
    latin = [text for language, text in texts.items() if language.endswith("-Latn")]
    assert {encoding_of(text) for text in latin} == {Encoding.GSM7}
