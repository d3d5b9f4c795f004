"""A new menu for some callers first: who they are, and whether it does worse. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Final
from zlib import crc32

# A share is judged over and over while it grows: at two standard errors, chance alone would end
# one good menu in a few.
SURE: Final = 3.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A share that runs: `version` for `percent` of callers since `begun_at` (epoch seconds), and
    `live` for the others."""

    id: int
    version: int
    live: int
    percent: int
    begun_at: float


def is_among(caller_key: str, version: int, percent: int) -> bool:
    """The same for a caller as long as this version is shared; who saw it at 5 percent sees it at
    20. Every version begins with other callers. `caller_key` is a keyed hash, so nobody outside
    can tell who they are.
    """
    return crc32(f"{version}:{caller_key}".encode()) % 100 < percent


@dataclass(frozen=True, slots=True)
class Dialogues:
    """Of one menu: how many began, came to an end of the menu's own, and in how many turns
    something failed (a service, a code that leads nowhere, the menu itself)."""

    begun: int = 0
    completed: int = 0
    failed: int = 0

    @property
    def completion(self) -> float:
        return _part(self.completed, self.begun)

    @property
    def faults(self) -> float:
        return _part(self.failed, self.begun)

    def __str__(self) -> str:
        return f"{self.begun} begun, {self.completed} completed, {self.failed} failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What is borne: dialogues before anything is judged, and points of a percentage."""

    least_dialogues: int
    completion_drop: int
    error_rise: int


@dataclass(frozen=True, slots=True)
class Counted:
    shared: Dialogues = Dialogues()
    others: Dialogues = Dialogues()


def find_harm(counted: Counted, limits: Limits) -> str | None:
    """Why the share has to end; None while it may go on.

    Both menus are counted from the same moment, so what is still under way weighs the same in
    both. A difference counts when it is larger than is borne, and larger than chance makes it.
    """
    shared, others = counted.shared, counted.others
    if min(shared.begun, others.begun) < limits.least_dialogues:
        return None
    if _rises(shared.faults, others.faults, limits.error_rise, shared.begun, others.begun):
        return f"{_told('failed', shared.faults, others.faults)} ({shared})"
    if _rises(
        others.completion, shared.completion, limits.completion_drop, others.begun, shared.begun
    ):
        return f"{_told('completed', shared.completion, others.completion)} ({shared})"
    return None


def _rises(high: float, low: float, points: int, of_high: int, of_low: int) -> bool:
    if (high - low) * 100 < points:
        return False
    middle = (high * of_high + low * of_low) / (of_high + of_low)
    error = sqrt(middle * (1 - middle) * (1 / of_high + 1 / of_low))
    return high - low > SURE * error


def _told(word: str, shared: float, others: float) -> str:
    return f"{shared:.0%} of dialogues {word}, {others:.0%} of the others'"


def _part(some: int, of: int) -> float:
    """One dialogue may fail in several turns, and end in another hour than it began."""
    return min(some / of, 1.0) if of else 0.0
