"""A fuse: after some failures in a row nobody waits for what does not answer anyway.

While it is open two callers a second try, and pay for it with their wait; the first success closes
it. So a server that is back is noticed by the next caller, not after a fixed pause.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

FAILURES: Final = 5
# Phones are to be served two seconds after Redis is back, also where one of the tries stalls.
PAUSE_SECONDS: Final = 0.5


class Breaker:
    """Safe to share between threads."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._failures = 0
        self._next_try_at = 0.0

    def lets_through(self) -> bool:
        """Whether this caller may try; then it must be told how that ended."""
        if self._failures < FAILURES:
            return True
        with self._lock:
            if self._monotonic() < self._next_try_at:
                return False
            self._next_try_at = self._monotonic() + PAUSE_SECONDS
            return True

    def succeeded(self) -> None:
        self._failures = 0

    def failed(self) -> None:
        with self._lock:
            self._failures += 1
            self._next_try_at = self._monotonic() + PAUSE_SECONDS
