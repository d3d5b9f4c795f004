"""Services that keep what a caller tells, and tell what became of it, compiled. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from menu.table_parts import NOT_FOUND as NOT_FOUND
from menu.value_types import ValueKind

TOO_MANY: Final = "too_many"  # the outcome where this number has kept its share of the day
DEPARTMENT: Final = "department"
KIND: Final = "kind"
REFERENCE: Final = "reference"
NOTE: Final = "note"
MOST_NOTE: Final = 100  # characters of what a department answers


class Standing(StrEnum):
    """What became of what a caller wrote."""

    NEW = "new"
    SEEN = "seen"
    ANSWERED = "answered"
    CLOSED = "closed"


# What is stored in clear, so that people can look for it: nothing that callers type is like that.
_WORD: Final = re.compile(r"[a-z0-9_-]{1,40}")
IN_CLEAR: Final = (DEPARTMENT, KIND)

# What either may give.
GIVEN_OF_RECORD: Final[Mapping[str, ValueKind]] = {REFERENCE: ValueKind.TEXT}
GIVEN_OF_STATUS: Final[Mapping[str, ValueKind]] = {
    REFERENCE: ValueKind.TEXT,
    "status": ValueKind.TEXT,
    NOTE: ValueKind.TEXT,
    DEPARTMENT: ValueKind.TEXT,
    KIND: ValueKind.TEXT,
}


@dataclass(frozen=True, slots=True)
class Record:
    """Keeps one row in this register, once a turn."""

    register: str


@dataclass(frozen=True, slots=True)
class RecordStatus:
    """Tells the caller, and nobody else, what became of a row of this register."""

    register: str


def is_plain_word(text: str) -> bool:
    """A word that may be stored in clear: the key of a row, or one that the menu writes itself."""
    return _WORD.fullmatch(text) is not None
