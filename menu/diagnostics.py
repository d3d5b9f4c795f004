"""What is wrong with a menu, said to its author: the place, the rule, the reason and the cure."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Final

MAX_LISTED: Final = 12  # names that a hint spells out
MAX_COMPARED: Final = 400  # names that are compared letter by letter: a menu may have thousands


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A spot in a file, counted from 1 as editors do."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Severity(StrEnum):
    ERROR = "error"  # the menu cannot be used
    WARNING = "warning"  # it can, but somebody will be ill served


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One finding. `reason` and `hint` are whole sentences; `hint` says what to do, or is empty."""

    place: Place
    rule: str
    severity: Severity
    reason: str
    hint: str = ""

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR

    def __str__(self) -> str:
        return f"{self.place} {self.rule} {self.severity} {self.reason} {self.hint}".rstrip()

    def as_json(self) -> dict[str, str | int]:
        """For programs; the keys are stable."""
        return {
            "file": self.place.file,
            "line": self.place.line,
            "column": self.place.column,
            "rule": self.rule,
            "severity": str(self.severity),
            "reason": self.reason,
            "hint": self.hint,
        }


def error(place: Place, rule: str, reason: str, hint: str = "") -> Diagnostic:
    return Diagnostic(place=place, rule=rule, severity=Severity.ERROR, reason=reason, hint=hint)


def warning(place: Place, rule: str, reason: str, hint: str = "") -> Diagnostic:
    return Diagnostic(place=place, rule=rule, severity=Severity.WARNING, reason=reason, hint=hint)


class BadMenu(Exception):
    """A menu with errors. `diagnostics` holds all that was found, warnings too, in file order."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(in_file_order(diagnostics))
        super().__init__("\n".join(map(str, self.diagnostics)))


def in_file_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    return sorted(diagnostics, key=lambda found: (found.place, found.rule, found.reason))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint sentence that names the nearest of `known`, or all of them where they are few."""
    names = list(known)
    if near := get_close_matches(word, _likely(word, names), n=1):
        return f'Did you mean "{near[0]}"?'
    if 0 < len(names) <= MAX_LISTED:
        return f"Known here: {', '.join(sorted(names))}."
    return ""


def _likely(word: str, names: list[str]) -> list[str]:
    """All names, or those that begin or end most like it: one slip spares a half."""
    if len(names) <= MAX_COMPARED:
        return names
    backwards = _neighbours(word[::-1], [name[::-1] for name in names])
    return [*_neighbours(word, names), *(name[::-1] for name in backwards)]


def _neighbours(word: str, names: list[str]) -> list[str]:
    ordered, each_side = sorted(names), MAX_COMPARED // 4
    middle = bisect(ordered, word)
    return ordered[max(0, middle - each_side) : middle + each_side]
