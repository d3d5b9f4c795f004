# ruff: noqa: E501, RUF005 - rows of words read best in one line
"""The words that come before every menu, and what only looks like them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from menu.reserved_words import Wish, code_of, command_of, find_language, own_name_of
from telecom.gsm7 import BASIC

PAGE = (Path(__file__).parents[2] / "docs" / "consent.md").read_text(encoding="utf-8")

COMMANDS = {
    Wish.STOP: [
        "STOP",
        "stop",
        "Stop",
        "StopAll",
        "UNSUBSCRIBE",
        "cancel",
        "END",
        "Quit",
        "REVOKE",
        "OptOut",
        "opt-out",
        "OPT_OUT",
        "बंद",
        "बन्द",
        "रोकें",
        "रोको",
        "বন্ধ",
        "থামান",
        "বন্ধ",
        "bondho",
        "BAND",
        "ＳＴＯＰ",
        "স্টপ",
        "स्टॉप",
    ]
    + ["stop all", "STOP  ALL.", " stop\n", "STOP!!!", "“Stop.”", "*STOP*", "(stop)", "stop\u200d"]
    + ["please stop", "Stop, please!", "बंद करो", "बंद करें।", "বন্ধ করুন।", "stop it", "'STOP'"],
    Wish.START: [
        "START",
        "start",
        "Unstop",
        "RESUME",
        "subscribe",
        "opt-in",
        "शुरू",
        "शुरु",
        "चालू",
        "শুরু",
        "চালু",
        "shuru",
    ]
    + ["शुरू करें", "চালু করুন", "Start.", "start?"],
    Wish.HELP: [
        "HELP",
        "help?",
        "INFO",
        "Madad",
        "SAHAYATA",
        "मदद",
        "सहायता",
        "সাহায্য",
        "সহায়তা",
        "হেল্প",
    ]
    + ["मदद!", "help me!", "হেল্প।"],
    Wish.LANG: ["LANG", "lang", "Language", "BHASHA", "भाषा", "ভাষা"]
    + ["LANG HIN", "lang hin.", "LANG: BEN", "language bengali", "भाषा हिन्दी", "ভাষা বাংলা"]
    + ["LANG-ENG", "lang xyz", "bhasha hindi", "lang hi-Latn", "ভাষা হিন্দি"],
    Wish.PLAIN: ["PLAIN", "plain letters", "Plain.", "सादा", "সাদা", "sada", "shada okkhor"],
}
ORDINARY = [
    "", " ", ".", "1", "0", "yes", "no", "112", "UMANG", "MENU", "HIN", "BEN", "ENG",
    "please do not stop", "don't stop", "do not stop", "nonstop", "stopp", "stopover", "bus stop",
    "stop 112", "STOP UMANG NOW", "unsubscribed", "the end", "end of month", "cancel order", "quits",
    "restart", "start 1", "get started", "starting", "helpline", "HELPLINE FIRE", "helpful",
    "information", "info about pf", "language of birds", "LANG HIN please", "languages", "slang",
    "बंद नहीं करो", "बंद मत करो", "दुकान बंद", "बंदर", "बন্ধু", "বন্ধু", "শুরুতে", "मददगार", "भाषाएं",
    "s t o p", "stop" * 20, "stop " + " " * 80 + "x", "\0", "LANG " * 9,
]  # fmt: skip


@pytest.mark.parametrize(("wish", "text"), [(w, text) for w in COMMANDS for text in COMMANDS[w]])
def test_a_command(wish: Wish, text: str) -> None:
    command = command_of(text)
    assert command is not None
    assert command.wish is wish


@pytest.mark.parametrize("text", ORDINARY)
def test_what_only_looks_like_one(text: str) -> None:
    assert command_of(text) is None


@given(st.text(max_size=80))
def test_any_text_is_read(text: str) -> None:
    command = command_of(text)
    assert command is None or command.wish in Wish


@given(st.sampled_from(COMMANDS[Wish.STOP]), st.text("abcdefgh", min_size=1))
def test_a_word_more_makes_it_an_ordinary_text(stop: str, word: str) -> None:
    command = command_of(f"{stop} {word}")
    assert command is None or command.wish is not Wish.LANG


@pytest.mark.parametrize(
    ("text", "languages", "language"),
    [
        ("LANG HIN", ["en", "hi", "bn"], "hi"),
        ("LANG hi", ["en", "hi", "bn"], "hi"),
        ("lang Hindi", ["en", "hi", "bn"], "hi"),
        ("LANG हिंदी", ["en", "hi", "bn"], "hi"),
        ("भाषा हिन्दी", ["en", "hi", "bn"], "hi"),
        ("ভাষা হিন্দি", ["en", "hi", "bn"], "hi"),
        ("LANG BEN", ["en", "hi", "bn"], "bn"),
        ("LANG bangla", ["en", "hi", "bn"], "bn"),
        ("ভাষা বাংলা", ["en", "hi", "bn"], "bn"),
        ("भाषा बांग्ला", ["en", "hi", "bn"], "bn"),
        ("LANG ENG", ["en", "hi", "bn"], "en"),
        ("भाषा अंग्रेज़ी", ["en", "hi", "bn"], "en"),
        ("LANG TAM", ["en", "hi", "bn"], None),
        ("LANG TAM", ["en", "ta"], "ta"),
        ("LANG தமிழ்", ["en", "ta"], "ta"),
        ("LANG HIN", ["en", "hi-Latn"], "hi-Latn"),
        ("LANG HIN", ["en", "hi-Latn", "hi"], "hi"),
        ("LANG hi-Latn", ["en", "hi", "hi-Latn"], "hi-Latn"),
        ("LANG tlh", ["en", "tlh"], "tlh"),
        ("LANG HINDU", ["en", "hi"], None),
        ("LANG", ["en", "hi"], None),
    ],
)
def test_the_language_that_is_meant(text: str, languages: list[str], language: str | None) -> None:
    command = command_of(text)
    assert command is not None
    assert find_language(command.wanted, languages) == language


@pytest.mark.parametrize(
    ("language", "code", "name"),
    [("en", "ENG", "English"), ("hi", "HIN", "हिन्दी"), ("bn", "BEN", "বাংলা"), ("xx", "XX", "xx")],
)
def test_what_a_language_is_called(language: str, code: str, name: str) -> None:
    assert (code_of(language), own_name_of(language)) == (code, name)
    assert find_language(code.casefold(), ["ta", language]) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [("stop", "en"), ("बंद", "hi"), ("বন্ধ", "bn"), ("madad", "hi"), ("চালু", "bn"), ("bhasha", "hi")],
)
def test_a_word_tells_its_language(text: str, language: str) -> None:
    command = command_of(text)
    assert command is not None
    assert command.language == language


def test_the_words_of_the_page_are_those_of_the_program() -> None:
    rows = re.findall(r"^\| \*\*(\w+)\*\* \| (.*) \|$", PAGE, re.MULTILINE)
    assert [name for name, _ in rows] == [wish.name for wish in Wish]
    for name, cells in rows:
        words = [word for word in re.split(r"\s*[,|]\s*", cells) if word != "..."]
        assert len(words) > 3
        assert [word for word in words if _wish_of(word) is not Wish[name]] == []


def test_a_keypad_without_the_script_can_write_one_word_of_each() -> None:
    for wish in Wish:
        assert any(set(text) <= set(BASIC) for text in COMMANDS[wish])


def _wish_of(text: str) -> Wish | None:
    command = command_of(text)
    return command.wish if command else None
