"""The indexes that this process has open: one a thread and table, and none that is out of use.

A file that was deleted keeps its room on the disk until nobody has it open; a thread that asks for
another table, or for nothing any more, would hold it for ever.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from weakref import WeakSet

from services.tables_index import open_index

Mark = tuple[int, int]  # the number of a file, and when it was written (ns)


@dataclass(eq=False, slots=True, weakref_slot=True)
class _Open:
    """`mark` is that of the pointer which named it. Who uses it has the lock."""

    fingerprint: str
    mark: Mark
    conn: sqlite3.Connection
    lock: threading.Lock = field(default_factory=threading.Lock)
    is_closed: bool = False


class OpenIndexes:
    def __init__(self) -> None:
        self._local = threading.local()
        self._lock = threading.Lock()
        self._all: WeakSet[_Open] = WeakSet()  # a thread that ends takes its own along

    @contextmanager
    def held(
        self, fingerprint: str, mark: Mark, find_path: Callable[[], Path]
    ) -> Iterator[sqlite3.Connection]:
        """Of this thread, and of nobody else meanwhile. Raises sqlite3.Error, and what `find_path`
        raises."""
        known: dict[str, _Open] = self._local.__dict__.setdefault("known", {})
        opened = known.get(fingerprint)
        if opened is not None:
            with opened.lock:
                if opened.mark == mark and not opened.is_closed:
                    yield opened.conn
                    return
        fresh = _Open(fingerprint, mark, open_index(find_path()))
        with fresh.lock:
            with self._lock:
                self._all.add(fresh)
            if opened is not None:
                _close(opened)
            known[fingerprint] = fresh
            yield fresh.conn

    def close_retired(self, mark_of: Callable[[str], Mark]) -> None:
        """Those that another index took the place of. One in use goes at the next look."""
        with self._lock:
            each_open = list(self._all)
        for opened in each_open:
            if opened.mark != mark_of(opened.fingerprint):
                _close(opened)

    def count(self) -> int:
        with self._lock:
            return sum(not opened.is_closed for opened in self._all)


def _close(opened: _Open) -> None:
    if opened.lock.acquire(blocking=False):
        try:
            opened.conn.close()
            opened.is_closed = True
        finally:
            opened.lock.release()
