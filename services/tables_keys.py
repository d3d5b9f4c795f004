"""Keys and bounds of a table as its index compares them: texts folded, numbers as whole millionths.

What a caller types and what stands in the file are made alike by the same functions. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

from menu.inputs import fold
from menu.service_parts import TakenKind

Key = str | int
MOST_KEY: Final = 160
LOWEST: Final = -(2**63)
HIGHEST: Final = 2**63 - 1
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,12}(\.[0-9]{1,6})?")
_WORDS: Final = {TakenKind.NUMBER: "a number", TakenKind.DATE: "a day such as 2026-11-23"}
_ENDS: Final[Mapping[TakenKind, tuple[Key, Key]]] = {
    TakenKind.NUMBER: (LOWEST, HIGHEST),
    TakenKind.DATE: ("0000-00-00", "9999-99-99"),
}


class BadCell(Exception):
    """Says why a cell is no key."""


def key_of(kind: TakenKind, cell: str) -> Key:
    """Of a cell that is looked up. Raises BadCell."""
    if not cell:
        raise BadCell("This cell is empty, and a row is found by it.")
    if kind is TakenKind.TEXT:
        if len(cell) > MOST_KEY:
            raise BadCell(f"This cell has {len(cell)} characters; {MOST_KEY} is the most.")
        return folded(cell)
    if kind is TakenKind.NUMBER and _NUMBER.fullmatch(cell):
        return int(Decimal(cell) * 1_000_000)
    if kind is TakenKind.DATE and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", cell):
        try:
            return date.fromisoformat(cell).isoformat()
        except ValueError:
            pass
    raise BadCell(f'"{cell[:40]}" is not {_WORDS[kind]}.')


def bound_of(kind: TakenKind, cell: str, *, is_high: bool) -> Key:
    """As `key_of`; an empty cell is an open end."""
    return key_of(kind, cell) if cell else _ENDS[kind][is_high]


def asked_of(kind: TakenKind, text: str) -> tuple[Key, Key]:
    """What is told, rounded down and up to what a cell can be. `text` as a service takes it."""
    if kind is TakenKind.TEXT:
        return folded(text), folded(text)
    if kind is TakenKind.DATE:
        return text, text
    exactly = Decimal(text) * 1_000_000
    low = int(exactly.to_integral_value(ROUND_FLOOR))
    high = int(exactly.to_integral_value(ROUND_CEILING))
    return max(LOWEST, min(low, HIGHEST)), max(LOWEST, min(high, HIGHEST))


def folded(text: str) -> str:
    """No case, no spare spaces, digits of every script alike."""
    if text.isascii():
        return " ".join(text.lower().split()).strip(".,!?\"' ")
    return fold(text)
