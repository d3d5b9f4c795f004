"""A question as its author wrote it becomes a `program.Question`: what reads the answer, and what
is said of a wrong one."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from menu import question_schema as asked
from menu.answer_forms import (
    NO,
    PIN_CODE,
    YES,
    AnswerForm,
    ChoiceForm,
    DateForm,
    NumberForm,
    PatternForm,
    PhoneForm,
    TextForm,
)  # fmt: skip
from menu.date_limits import parse_limit
from menu.inputs import fold
from menu.language import Texts
from menu.patterns import parse_pattern
from menu.program import Question
from menu.screens import lines_of
from menu.source import Source
from menu.texts import filled
from menu.ways import Go

_RANGE: Final = {"kind": "wrong_number", "min": "too_small", "max": "too_large"}
PHRASE_OF: Final[Mapping[str, Mapping[str, str]]] = {  # by kind, then by the rule that is broken
    "text": {"kind": "wrong_text", "min_length": "too_short", "max_length": "too_long"},
    "number": _RANGE,
    "money": _RANGE,
    "date": {"kind": "wrong_date", "earliest": "too_early", "latest": "too_late"},
    "phone": {"kind": "wrong_phone"},
    "pin_code": {"kind": "wrong_pin_code"},
    "pattern": {"kind": "wrong_answer"},
    "yes_no": {"kind": "wrong_choice"},
    "choice": {"kind": "wrong_choice"},
}
# What people write for yes and no besides the words that a menu shows.
_YES: Final = ("yes", "y", "ha", "haan", "han", "हाँ", "हां", "हा", "জি", "হ্যাঁ", "ndiyo", "ok")
_NO: Final = ("no", "n", "nahi", "nahin", "na", "नहीं", "नही", "না", "hapana")
_PIN_CODE_LENGTH: Final = 12


def compile_question(source: Source, ask: asked.TypedAsk, go: Go) -> Question:
    answers = answers_of(source, ask)
    lines = {
        language: lines_of((key, texts[language]) for key, _, texts in answers)
        for language in source.displayed
    }
    return Question(
        save_as=ask.save_as,
        form=_form(source, ask, answers),
        errors=errors_of(source, ask),
        go=go,
        lines=lines if answers else None,
        tries=ask.tries,
        after_last_try=ask.after_last_try,
        is_sensitive=ask.sensitive,
        takes_zero=takes_zero(ask),
    )


def errors_of(source: Source, ask: asked.TypedAsk) -> Mapping[str, Texts]:
    """The author's words for each rule, else the program's own."""
    return {
        rule: filled(own, source.displayed)
        if (own := getattr(ask.errors, rule))
        else source.phrases[phrase]
        for rule, phrase in PHRASE_OF[ask.kind].items()
    }


def answers_of(source: Source, ask: asked.TypedAsk) -> list[tuple[str, str, Texts]]:
    """What may be chosen: the key, the value that is kept, and the label."""
    if isinstance(ask, asked.AskYesNo):
        return [("1", YES, source.phrases["yes"]), ("2", NO, source.phrases["no"])]
    if isinstance(ask, asked.AskChoice):
        return [
            (str(number), item.value, filled(item.label, source.displayed))
            for number, item in enumerate(ask.choices, start=1)
        ]
    return []


def takes_zero(ask: asked.AnyAsk) -> bool:
    """Whether 0 is an answer."""
    if not isinstance(ask, asked.AskNumber | asked.AskMoney) or ask.min is None:
        return False
    return Decimal(ask.min) <= 0 <= Decimal(ask.max or "0")


def _form(source: Source, ask: asked.TypedAsk, answers: list[tuple[str, str, Texts]]) -> AnswerForm:
    match ask:
        case asked.AskText():
            return TextForm(min_length=ask.min_length or 1, max_length=ask.max_length)
        case asked.AskNumber():
            return NumberForm(
                least=_decimal(ask.min), most=_decimal(ask.max), decimals=ask.decimals or 0
            )
        case asked.AskMoney():
            return NumberForm(
                least=_decimal(ask.min), most=_decimal(ask.max), decimals=2, is_money=True
            )
        case asked.AskDate():
            return DateForm(
                earliest=parse_limit(ask.earliest) if ask.earliest else None,
                latest=parse_limit(ask.latest) if ask.latest else None,
            )
        case asked.AskPhone():
            return PhoneForm(region=source.menu.country)
        case asked.AskPinCode():
            pattern = parse_pattern(ask.pattern or PIN_CODE)
            return PatternForm(pattern=pattern, max_length=_PIN_CODE_LENGTH, without_spaces=True)
        case asked.AskPattern():
            return PatternForm(pattern=parse_pattern(ask.pattern), max_length=ask.max_length)
        case asked.AskYesNo() | asked.AskChoice():
            by_word = {fold(text): value for _, value, texts in answers for text in texts.values()}
            by_word.pop("", None)  # of a label that is nothing but signs
            if isinstance(ask, asked.AskYesNo):
                by_word |= yes_no_words()
            return ChoiceForm(by_key={key: value for key, value, _ in answers}, by_word=by_word)


def yes_no_words() -> Mapping[str, str]:
    """What people write for yes and no, besides what a menu shows."""
    words = dict.fromkeys(map(fold, _YES), YES)
    return words | dict.fromkeys(map(fold, _NO), NO)


def _decimal(written: str | None) -> Decimal | None:
    return Decimal(written) if written is not None else None
