"""Written intents on their way to the threads that call: one for each that is free, at most one
ahead of each that calls.

One ahead is there when a thread comes back from its call, which then waits for no database. Until
it is called it is submitted all the same: a kill makes it unknown, although nothing went out. So
only what may be sent again goes ahead, and only while calls are quick.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from math import inf
from queue import Empty, SimpleQueue
from typing import Final

from outbound.recording import Intent

# A gateway that takes longer keeps its threads busy anyway, and rows ahead would wait for it.
QUICK_SECONDS: Final = 0.5
_NEW_SHARE: Final = 0.1  # of the last call in the mean


class Given:
    """Thread-safe, but one thread alone gives."""

    def __init__(self, threads: int, monotonic: Callable[[], float]) -> None:
        self._threads = threads
        self._monotonic = monotonic
        self._waiting: SimpleQueue[Intent | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._open = 0  # given, and not done
        self._mean_seconds = inf  # of a call; nobody knows yet

    @property
    def is_empty(self) -> bool:
        return not self._open

    @property
    def free(self) -> int:
        """Threads that have nothing to do."""
        return max(0, self._threads - self._open)

    @property
    def ahead(self) -> int:
        """How many intents may be written beside those for the free threads; 0 while there are
        enough: a few at a time would cost a commit for each.
        """
        if self._mean_seconds > QUICK_SECONDS:
            return 0
        room = self._threads - max(0, self._open - self._threads)
        return room if 2 * room > self._threads else 0

    def give(self, intents: Sequence[Intent]) -> None:
        with self._lock:
            self._open += len(intents)
        for intent in intents:
            self._waiting.put(intent)

    def take(self) -> Intent | None:
        """The next one, once there is one. None: there will be no more."""
        return self._waiting.get()

    def done(self, began_at: float) -> None:
        """One that was taken at that time, by `monotonic`, is over."""
        seconds = self._monotonic() - began_at
        with self._lock:
            self._open -= 1
            if self._mean_seconds == inf:
                self._mean_seconds = seconds
            self._mean_seconds += (seconds - self._mean_seconds) * _NEW_SHARE

    def take_back(self) -> Sequence[Intent]:
        """Those that no thread has taken: none of them was called. Until a call ends, whose length
        is then known, nothing goes ahead any more.
        """
        back: list[Intent] = []
        try:
            while (intent := self._waiting.get_nowait()) is not None:
                back.append(intent)
        except Empty:
            pass
        with self._lock:
            self._open -= len(back)
            self._mean_seconds = inf
        return back

    def end(self) -> None:
        """There will be no more."""
        for _ in range(self._threads):
            self._waiting.put(None)
