"""How well each gateway does: a number from 0 to 1 that follows its outcomes and its latency.

What was seen fades, so a gateway that is left alone comes back by itself; a trickle of messages
tells sooner.
"""

from __future__ import annotations

import math
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Final, Protocol

from outbound.outcomes import NotTaken, Outcome
from state.tallies import FADING_SECONDS, Tally
from telecom.errors import Reason

SHARE_SECONDS: Final = 1.0  # how often processes tell each other
SLOW_SECONDS: Final = 1.0  # a mean above it costs weight in proportion
PRIOR: Final = 2.0  # good sends that nobody saw: one bad one among none is no verdict

_FAULTS: Final = frozenset(
    {
        Reason.THROTTLED.value,
        Reason.UNREACHABLE.value,
        Reason.NO_ANSWER.value,
        Reason.GATEWAY_FAULT.value,
        Reason.GARBLED.value,
        Reason.NO_CREDIT.value,
        Reason.BAD_CREDENTIALS.value,
    }
)


class Tallies(Protocol):
    def add(self, gateway: str, seen: Tally) -> Tally | None: ...


def health_of(tally: Tally) -> float:
    """Pure. 1 for a gateway that nobody knows anything of."""
    good = (tally.sends - tally.faults + PRIOR) / (tally.sends + PRIOR)
    mean = tally.seconds / (tally.sends + PRIOR)
    return max(0.0, good) ** 2 * min(1.0, SLOW_SECONDS / mean if mean else 1.0)


def seen(outcome: Outcome, seconds: float) -> Tally:
    """Of one call."""
    is_fault = isinstance(outcome, NotTaken) and outcome.why in _FAULTS
    return Tally(sends=1.0, faults=float(is_fault), seconds=seconds)


def fade(tally: Tally, seconds: float) -> Tally:
    left = math.exp(-max(0.0, seconds) / FADING_SECONDS)
    return Tally(tally.sends * left, tally.faults * left, tally.seconds * left)


def plus(one: Tally, other: Tally) -> Tally:
    return Tally(one.sends + other.sends, one.faults + other.faults, one.seconds + other.seconds)


class Standings:
    """Thread-safe. Without shared tallies it knows what this process saw."""

    def __init__(
        self, shared: Tallies | None = None, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._shared = shared
        self._monotonic = monotonic
        self._lock = threading.Lock()
        # Each with the time that it is of.
        self._known: dict[str, tuple[Tally, float]] = {}
        self._untold: dict[str, tuple[Tally, float]] = {}
        self._tell_at: defaultdict[str, float] = defaultdict(float)

    def hear(self, gateway: str, outcome: Outcome, seconds: float) -> None:
        with self._lock:
            untold = plus(self._untold_of(gateway), seen(outcome, seconds))
            self._untold[gateway] = (untold, self._monotonic())

    def health(self, gateway: str) -> float:
        self._tell(gateway)
        with self._lock:
            now = self._monotonic()
            known, at = self._known.get(gateway, (Tally(), now))
            return health_of(plus(fade(known, now - at), self._untold_of(gateway)))

    def _untold_of(self, gateway: str) -> Tally:
        now = self._monotonic()
        untold, at = self._untold.get(gateway, (Tally(), now))
        return fade(untold, now - at)

    def _tell(self, gateway: str) -> None:
        """What this process saw since it last told, at most once a second."""
        with self._lock:
            now = self._monotonic()
            if now < self._tell_at[gateway]:
                return
            self._tell_at[gateway] = now + SHARE_SECONDS
            news = self._untold_of(gateway)
            self._untold.pop(gateway, None)
        told = self._shared.add(gateway, news) if self._shared else None
        with self._lock:
            known, at = self._known.get(gateway, (Tally(), now))
            self._known[gateway] = (told or plus(fade(known, now - at), news), now)
