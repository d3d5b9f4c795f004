"""Many small transactions as one: whoever comes first does the work of all who came meanwhile.

A commit costs a wait for the disk, however little it holds, and a question a trip. There is no
thread of its own: alone, it is done at once by the thread that asks. In a crowd, where others are
on their way, he gives them a moment to join.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from math import inf
from typing import Final, Generic, TypeVar

from models.database import DatabaseDown

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")

MOST_TOGETHER: Final = 128
LONGEST_LINE: Final = 1024  # more wait only where the database has stopped
PATIENCE_SECONDS: Final = 1.5
MOMENT_SECONDS: Final = 0.002  # a group of one costs as much as ten of a larger one


class Together(Generic[Item, Outcome]):
    """Safe to share between threads. Groups are written one at a time, in the order of arrival."""

    def __init__(
        self,
        write: Callable[[Sequence[Item]], Sequence[Outcome]],
        *,
        most_together: int = MOST_TOGETHER,
        longest_line: int = LONGEST_LINE,
        patience_seconds: float = PATIENCE_SECONDS,
        moment_seconds: float = MOMENT_SECONDS,
        each_seconds: float = 0.0,
        crowd_seconds: float = 0.0,
        enough: int | None = None,
        pause: Callable[[float], object] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`write` writes them in one transaction, all or nothing, and returns once it is durable:
        an outcome for each, in their order.

        It is a crowd, too, where the last group is not longer ago than `crowd_seconds`. Whoever
        comes first in a crowd waits for others `moment_seconds`, or until `enough` have come; where
        that is not said, until as many have come as there were the last time, and `each_seconds`
        longer for each of those: they run one after the other.
        """
        self._write = write
        self._most_together = most_together
        self._longest_line = longest_line
        self._patience_seconds = patience_seconds
        self._moment_seconds = moment_seconds
        self._each_seconds = each_seconds
        self._crowd_seconds = crowd_seconds
        self._enough = enough
        self._is_enough = threading.Event()
        self._pause = pause or self._is_enough.wait
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._line: deque[_Place[Item, Outcome]] = deque()
        self._somebody_writes = False
        self._in_a_crowd = False
        self._crowd_until = -inf
        self._expected = enough or most_together

    def do(self, item: Item) -> Outcome:
        """Done, and durable if it writes, when it returns.

        Raises DatabaseDown, after which it is not known whether the item was kept; and whatever
        `write` says of this item alone, for which no other has to suffer.
        """
        place: _Place[Item, Outcome] = _Place(item)
        with self._lock:
            if self._somebody_writes:
                if len(self._line) >= self._longest_line:
                    raise DatabaseDown("too many wait to write")
                self._line.append(place)
                if len(self._line) + 1 >= self._expected:
                    self._is_enough.set()
            else:
                self._somebody_writes = place.writes_now = True
        if not place.writes_now:
            if not place.turn.acquire(timeout=self._patience_seconds):
                self._leave(place)
            place.wake_next()
        if place.writes_now:
            self._write_for_all(place)
        return place.outcome()

    def _leave(self, place: _Place[Item, Outcome]) -> None:
        """Patience is over. Raises DatabaseDown, unless the place was settled at this moment."""
        with self._lock:
            place.has_left = True
            if place.is_settled:
                return
            if place in self._line:
                self._line.remove(place)
            elif place.writes_now:
                self._pass_on()
        raise DatabaseDown("the database is slow: too long in the line of writers")

    def _write_for_all(self, first: _Place[Item, Outcome]) -> None:
        group = [first]
        if self._in_a_crowd or self._monotonic() < self._crowd_until:
            self._pause(self._moment_seconds + self._each_seconds * self._expected)
        with self._lock:
            while self._line and len(group) < self._most_together:
                group.append(self._line.popleft())
            self._in_a_crowd = len(group) > 1
        try:
            group += self._settle(group)
        finally:
            with self._lock:
                for place in group:
                    place.settle(DatabaseDown("whoever wrote for it was stopped"))
                self._crowd_until = self._monotonic() + self._crowd_seconds
                if self._enough is None:
                    self._expected = min(len(group) + len(self._line), self._most_together)
                if len(self._line) < self._expected:
                    self._is_enough.clear()
                self._pass_on()
                sleeping = _in_a_row(group[1:])
            if sleeping is not None:
                sleeping.turn.release()

    def _settle(self, group: Sequence[_Place[Item, Outcome]]) -> Sequence[_Place[Item, Outcome]]:
        """Wakes nobody. Returns who was settled beside the group, for all would fare like it."""
        try:
            outcomes = self._write([place.item for place in group])
        except DatabaseDown as fault:
            with self._lock:  # they would find out one group after the other, each with a wait
                others = [*self._line]
                self._line.clear()
            for place in (*group, *others):
                place.settle(fault)
            return others
        except Exception as fault:
            if len(group) == 1:
                group[0].settle(fault)
                return ()
            return [other for place in group for other in self._settle([place])]
        for place, outcome in zip(group, outcomes, strict=True):
            place.settle(None, outcome)
        return ()

    def _pass_on(self) -> None:
        """The next in the line writes; the lock is held."""
        self._somebody_writes = bool(self._line)
        if self._line:
            following = self._line.popleft()
            following.writes_now = True
            following.turn.release()


class _Place(Generic[Item, Outcome]):
    """One who waits. `turn` opens when it is settled, or when it is its turn to write.

    Whoever is woken wakes the `following` one. Were all woken at once, all would run for the one
    interpreter, and most of them would be put to sleep again.
    """

    __slots__ = (
        "_fault",
        "_found",
        "following",
        "has_left",
        "is_settled",
        "item",
        "turn",
        "writes_now",
    )

    def __init__(self, item: Item) -> None:
        self.item = item
        self.turn = threading.Lock()
        self.turn.acquire()
        self.writes_now = False
        self.is_settled = False
        self.has_left = False
        self.following: _Place[Item, Outcome] | None = None
        self._fault: Exception | None = None
        self._found: Sequence[Outcome] = ()

    def settle(self, fault: Exception | None, *found: Outcome) -> None:
        """The first word counts."""
        if self.is_settled:
            return
        self._fault, self._found, self.is_settled = fault, found, True

    def wake_next(self) -> None:
        if self.following is not None:
            self.following.turn.release()

    def outcome(self) -> Outcome:
        if isinstance(self._fault, DatabaseDown):
            raise DatabaseDown(str(self._fault)) from self._fault  # many raise the same one
        if self._fault is not None:
            raise self._fault
        return self._found[0]


def _in_a_row(places: Sequence[_Place[Item, Outcome]]) -> _Place[Item, Outcome] | None:
    """The first of those who still wait; each of them will wake the next. The lock is held."""
    first = None
    for place in reversed(places):
        if not place.has_left:
            place.following, first = first, place
    return first
