"""What can be wrong with the file of a table, by its rules (docs/rules.md)."""

from __future__ import annotations

from typing import Final

from menu.diagnostics import Diagnostic, Place, error

UNREADABLE: Final = "M831"
COLUMNS: Final = "M832"
CELL: Final = "M833"
TWICE: Final = "M834"
RANGES: Final = "M835"
QUERY: Final = "M836"
RULES: Final = (UNREADABLE, COLUMNS, CELL, TWICE, RANGES, QUERY)

MOST_TOLD: Final = 20  # of one file; the others are counted


class BadFile(Exception):
    """Reading cannot go on here. `at` is line and column."""

    def __init__(self, at: tuple[int, int], rule: str, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.at = at
        self.rule = rule
        self.reason = reason
        self.hint = hint


class Findings:
    """The first twenty in full, of the others how many there are."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._told: list[Diagnostic] = []
        self._more = 0

    def add(self, at: tuple[int, int], rule: str, reason: str, hint: str = "") -> None:
        if len(self._told) < MOST_TOLD:
            self._told.append(error(Place(self._file, *at), rule, reason, hint))
        else:
            self._more += 1

    def count(self) -> int:
        return len(self._told) + self._more

    def all(self) -> tuple[Diagnostic, ...]:
        if not self._more:
            return tuple(self._told)
        last = self._told[-1]
        rest = error(last.place, last.rule, f"And {self._more} more in this file.")
        return (*self._told, rest)
