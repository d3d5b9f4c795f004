"""The answers to STOP, START, HELP and LANG: in the right language, within one SMS."""

from __future__ import annotations

from dataclasses import replace

import pytest

from menu.program import Program
from menu.reserved_words import Command, Wish, command_of
from sms.keywords import Answer, answer_to
from telecom.encoding import Encoding, encoding_of, segments_of


def ask(program: Program, text: str, language: str | None = None) -> Answer:
    command = command_of(text)
    assert command is not None
    return answer_to(command, program, language)


@pytest.mark.parametrize("language", ["en", "hi", "bn"])
@pytest.mark.parametrize("wish", list(Wish))
def test_every_answer_is_one_sms(default_program: Program, wish: Wish, language: str) -> None:
    named = replace(default_program, name="U" * 200)
    for program in (default_program, named):
        answer = answer_to(Command(wish, "en"), program, language)
        assert segments_of(answer.text) == 1
        is_plain = language == "en" or wish is Wish.PLAIN
        assert (encoding_of(answer.text) is Encoding.GSM7) is is_plain
        assert "{" not in answer.text
    chosen = answer_to(Command(Wish.LANG, "en", language), default_program, None)
    assert (segments_of(chosen.text), chosen.remembers) == (1, language)
    for phrase in ("no_sms", "too_many_sms"):
        assert segments_of(default_program.phrases[phrase][language]) == 1


@pytest.mark.parametrize(
    ("text", "remembered", "begins"),
    [
        ("STOP", None, "UMANG on any phone: you will get no more SMS."),
        ("STOP", "hi", "अब SMS नहीं"),
        ("বন্ধ", None, "আর SMS"),
        ("বন্ধ", "hi", "अब SMS नहीं"),
        ("বন্ধ", "ta", "আর SMS"),
        ("STOP", "ta", "UMANG"),
        ("START", "bn", "আবার SMS"),
        ("मदद", None, "UMANG on any phone. SMS बंद: STOP."),
        ("LANG", None, "To choose a language, SMS LANG and one of these: ENG, HIN, BEN"),
        ("LANG TAM", "bn", "ভাষা বাছুন: LANG লিখে পাঠান: ENG, HIN, BEN"),
        ("LANG HIN", "bn", "भाषा: हिन्दी।"),
        ("ভাষা ENG", "bn", "Language: English."),
        ("PLAIN", None, "Language: English."),
        ("PLAIN", "hi", "Bhasha: Hindi."),
        ("सादा", None, "Bhasha: Hindi."),
        ("PLAIN", "hi-Latn", "Bhasha: Hindi."),
        ("HELP", "hi-Latn", "UMANG"),
    ],
)
def test_the_language_of_the_answer(
    default_program: Program, text: str, remembered: str | None, begins: str
) -> None:
    assert ask(default_program, text, remembered).text.startswith(begins)


@pytest.mark.parametrize("language", ["en", "hi", "bn"])
def test_help_names_the_service_stop_and_112(default_program: Program, language: str) -> None:
    text = ask(default_program, "HELP", language).text
    assert [word for word in ("UMANG", "STOP", "LANG", "112") if word not in text] == []


def test_a_language_without_words_of_ours_is_still_named(default_program: Program) -> None:
    tamil = replace(
        default_program,
        languages=("en", "ta"),
        phrases={name: {"en": texts["en"], "ta": texts["en"]}
                 for name, texts in default_program.phrases.items()},
    )  # fmt: skip
    assert ask(tamil, "LANG TAM") == Answer("Language: தமிழ்.", remembers="ta")
    assert ask(tamil, "मदद").text.startswith("UMANG on any phone. To end SMS")
