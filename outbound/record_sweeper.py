"""Deletes what callers wrote when it is old, answered or not."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Final

import structlog

from models import kept_record
from models.database import Database, DatabaseDown
from models.shared_clock import SharedClock
from outbound.faults import report

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()

MOST_DELETED: Final = 500  # with one statement: a long one holds up whoever writes
SWEEP_SECONDS: Final = 600.0


class RecordSweeper:
    """Any number may run, on any number of hosts."""

    def __init__(self, database: Database, clock: SharedClock, *, kept: timedelta) -> None:
        self._database = database
        self._clock = clock
        self._kept = kept

    def sweep_until(self, stop: threading.Event) -> None:
        """Blocks until `stop`. What cannot be deleted now is deleted later."""
        while not stop.is_set():
            try:
                self.sweep()
            except DatabaseDown as fault:
                log.warning("feedback not swept", why=f"{type(fault).__name__}: {fault}")
            except Exception as fault:  # whatever it is, the next sweep may do better
                report("feedback not swept", fault)
            stop.wait(SWEEP_SECONDS)

    def sweep(self) -> int:
        """How many were deleted. Raises DatabaseDown."""
        deleted = 0
        while some := self._some():
            deleted += some
        return deleted

    def _some(self) -> int:
        with self._database.write() as conn:
            before = self._clock.now(conn) - self._kept
            return kept_record.delete_before(conn, before, limit=MOST_DELETED)
