"""What may stand in one cell of a data set."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Final, NamedTuple

from menu.data_schema import Column, Kind

EMPTY_CELL: Final = "M608"
WRONG_CELL: Final = "M609"
FORMULA: Final = "M611"
TOO_MUCH: Final = "M612"

MAX_CHARACTERS: Final = 500

_KEY: Final = re.compile(r"[a-z0-9_-]{1,40}")
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,6})?")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PHONE: Final = re.compile(r"\+?[0-9]([ -]?[0-9]){1,19}")
_LINE: Final = re.compile(r"[^\r\n]*")

# A spreadsheet runs what begins so, when somebody opens the file: the wide signs too.
_FORMULA_SIGNS: Final = frozenset("=@+-\uff1d\uff20\uff0b\uff0d")
_FORMULA_SPACES: Final = frozenset("\t\r")
_FAILED: Final = re.compile(r"#(REF!|N/A|NAME\?|VALUE!|DIV/0!|NUM!|NULL!)")


class Fault(NamedTuple):
    rule: str
    reason: str
    hint: str


class _Form(NamedTuple):
    pattern: re.Pattern[str]
    reason: str  # what a cell is that does not match
    hint: str


_FORMS: Final[Mapping[Kind, _Form]] = {
    Kind.KEY: _Form(
        _KEY, "cannot be a key", "Use small letters a-z, digits, _ and -, 40 characters at most."
    ),
    Kind.NUMBER: _Form(
        _NUMBER, "is not a number", "Write digits and at most one point, such as 1250 or 12.5."
    ),
    Kind.DATE: _Form(_DATE, "is not a date", "Write year-month-day, such as 2026-11-23."),
    Kind.PHONE: _Form(
        _PHONE,
        "is not a phone number",
        'Write digits, such as 112 or "+91 11 2345 6789". In the spreadsheet, format the column '
        'as "text".',
    ),
    Kind.LABEL: _Form(_LINE, "has several lines", "Write it in one line."),
    Kind.WORDS: _Form(_LINE, "has several lines", 'Write one line with ";" between the words.'),
}


def fault_in(column: Column, written: str, cell: str, *, required: bool) -> Fault | None:
    """What is wrong with a cell, the first thing only. `cell` is what was written, cleaned."""
    if len(cell) > MAX_CHARACTERS:
        reason = f"This cell has {len(cell)} characters; {MAX_CHARACTERS} is the most."
        return Fault(TOO_MUCH, reason, "Shorten it.")
    if formula := _formula(written, cell):
        return Fault(
            FORMULA, formula, "Write the text or the number itself; a file has no formula."
        )
    if not cell:
        hint = "Fill it in, or write optional: true at the column in the menu."
        return Fault(EMPTY_CELL, "This cell is empty.", hint) if required else None
    form = _FORMS.get(column.type)
    if form and not (form.pattern.fullmatch(cell) and _exists(column.type, cell)):
        return Fault(WRONG_CELL, f'"{shown(cell)}" {form.reason}.', form.hint)
    return None


def shown(cell: str) -> str:
    """Short, and in one line."""
    line = " ".join(cell.split())
    return line if len(line) <= 40 else f"{line[:39]}…"


def _formula(written: str, cell: str) -> str | None:
    if written[:1] in _FORMULA_SPACES:
        return "This cell begins with a tab or a line end, as hidden formulas do."
    if cell[:1] in _FORMULA_SIGNS and not (_NUMBER.fullmatch(cell) or _PHONE.fullmatch(cell)):
        return f'This cell begins with "{cell[0]}", as formulas do.'
    if cell[:1] == "#" and _FAILED.fullmatch(cell):
        return f'"{cell}" is what is left of a formula that failed.'
    return None


def _exists(kind: Kind, cell: str) -> bool:
    if kind is not Kind.DATE:
        return True
    try:
        date.fromisoformat(cell)
    except ValueError:
        return False
    return True
