"""Runs what may hang, in so many threads and no more, and waits for it no longer than it may take.

What hangs keeps its thread: a function, a resolver or a database cannot be stopped from outside.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTime
from typing import TypeVar

T = TypeVar("T")


class Busy(Exception):
    """As many as may be there are there already."""


class Late(Exception):
    """It took longer than it may. Whether it `began`: what never began did nothing."""

    def __init__(self, *, began: bool) -> None:
        super().__init__("not in time" if began else "not begun in time")
        self.began = began


class Bounded:
    """Safe to share between threads. `waiting`: how many may be there beside those that run."""

    def __init__(self, at_once: int, name: str, *, waiting: int = 0) -> None:
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix=name)
        self._free = threading.BoundedSemaphore(at_once + waiting)

    def run(self, work: Callable[[], T], seconds: float, *, patience: float = 0.0) -> T:
        """`patience`: so long it is waited for a place, of the `seconds`. Raises Busy, Late, and
        what `work` raises."""
        ends_at = time.monotonic() + seconds
        if not self._free.acquire(timeout=max(0.0, min(seconds, patience))):
            raise Busy
        try:
            future = self._pool.submit(work)
        except RuntimeError:  # closed: the process ends
            self._free.release()
            raise Busy from None
        future.add_done_callback(lambda _: self._free.release())
        try:
            return future.result(max(0.0, ends_at - time.monotonic()))
        except NotInTime:
            if future.done() and not future.cancelled():  # its own, or just in time
                return future.result()
            raise Late(began=not future.cancel()) from None

    def close(self) -> None:
        """Nothing begins any more; who hangs is not waited for."""
        self._pool.shutdown(wait=False, cancel_futures=True)
