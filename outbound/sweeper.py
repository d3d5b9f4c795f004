"""Deletes rows that are old, little by little. Any number of workers may; each row goes once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import Connection

from models.database import Database, DatabaseDown
from models.shared_clock import SharedClock
from telecom.faults import report

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()

MOST_DELETED: Final = 500  # with one statement: a long one would hold up whoever writes
EVERY_SECONDS: Final = 600.0
PAUSE_SECONDS: Final = 0.2  # between two statements: nobody waits for the end of this

# Deletes, now, what was kept so long, at most so many rows; how many these were.
Delete = Callable[[Connection, datetime, timedelta, int], int]


class Sweeper:
    def __init__(
        self, what: str, database: Database, clock: SharedClock, kept: timedelta, delete: Delete
    ) -> None:
        """`what` is deleted, in a word for the log, when it was kept so long."""
        self._what = what
        self._database = database
        self._clock = clock
        self._kept = kept
        self._delete = delete

    def run(self, stop: threading.Event) -> None:
        """Blocks until `stop`. Survives whatever goes wrong: it is tried again the next time."""
        while True:
            try:
                if swept := self.sweep(stop):
                    log.info("old rows swept", why=f"{self._what}: {swept}")
            except DatabaseDown as fault:
                log.warning("old rows not swept", why=f"{self._what}: {fault}")
            except Exception as fault:
                report("old rows not swept", fault)
            if stop.wait(EVERY_SECONDS):
                return

    def sweep(self, stop: threading.Event) -> int:
        """How many went. Raises DatabaseDown."""
        swept = 0
        while not stop.is_set():
            with self._database.write() as conn:
                some = self._delete(conn, self._clock.now(conn), self._kept, MOST_DELETED)
            swept += some
            if some < MOST_DELETED:
                break
            stop.wait(PAUSE_SECONDS)
        return swept
