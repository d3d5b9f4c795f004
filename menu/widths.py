"""Texts as long as they can get when their values are filled in: what must fit. Pure."""

from __future__ import annotations

from typing import Final

from menu.language import Language
from menu.source import Source
from menu.templates import Blank, fill
from menu.text_schema import AnyTexts
from menu.texts import filled, plurals
from menu.value_types import ValueKind, ValueType

WIDEST_LIMIT: Final = "1,00,00,000.00"
_WIDEST_PLAIN: Final = 30  # of a number or a day as a language writes it


def widest(source: Source, texts: AnyTexts, language: Language) -> str:
    """The longest form of a text, each value in it as long as it may be.

    Rows are left out: their cells are known, and each is cut for the phone that shows it.
    """
    plural = plurals(texts, source.displayed).get(language)
    forms = plural.forms.values() if plural else [filled(texts, source.displayed)[language]]
    return max((fill(form, lambda blank: _filler(source, blank)) for form in forms), key=len)


def _filler(source: Source, blank: Blank) -> str:
    """Of a name that people write nobody knows the letters: the author's own stand for them."""
    name = f"{blank.saved_as}.{blank.column}" if blank.saved_as else blank.column
    its = source.values.get(name)
    return "x" * _width(its) if its else ""


def _width(its: ValueType) -> int:
    is_written = its.kind in (ValueKind.NUMBER, ValueKind.MONEY, ValueKind.DATE)
    return _WIDEST_PLAIN if is_written else its.widest
