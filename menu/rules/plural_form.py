"""M807: a text has forms for one and many, and counts what is no number; or (a warning) it lacks a
form that its language needs, or has one that its language never uses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.data_schema import Kind
from menu.diagnostics import Diagnostic, did_you_mean, error, warning
from menu.formats import plural_forms_of
from menu.source import Source
from menu.texts import counted
from menu.value_types import ValueKind

RULE: Final = "M807"
_NUMBERS: Final = frozenset({ValueKind.NUMBER, ValueKind.MONEY})


def check(source: Source) -> Iterator[Diagnostic]:
    for path, texts in source.filled_texts():
        for suffix, language, text in counted(texts):
            place = source.value_place(*path, *suffix, "count")
            if not _is_number(source, text.count):
                reason = f'"{text.count}" is not a number that is kept.'
                hint = did_you_mean(text.count, _numbers(source))
                yield error(place, RULE, reason, hint)
            needed = plural_forms_of(language or source.languages[0])
            there = set(text.forms())
            where = source.value_place(*path, *suffix)
            if missing := sorted(needed - there - {"many"}):
                reason = f"Numbers have a form here that is missing: {', '.join(missing)}."
                yield warning(where, RULE, reason, f"Add a line: {missing[0]}: ...")
            if unused := sorted(there - needed):
                reason = f"No number takes this form here: {', '.join(unused)}."
                yield warning(where, RULE, reason, "Remove it.")


def _numbers(source: Source) -> list[str]:
    return [name for name, its in source.values.items() if its.kind in _NUMBERS]


def _is_number(source: Source, name: str) -> bool:
    if name in source.values:
        return source.values[name].kind in _NUMBERS
    owner, _, column = name.partition(".")
    data = source.menu.data.get(source.saved_rows.get(owner, ""))
    return bool(data and column in data.columns and data.columns[column].type is Kind.NUMBER)
