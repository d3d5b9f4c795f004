"""Sweeps out app links that are long over. Any number of workers may; each link goes once."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Final

import structlog

from models import link_sweep
from models.database import Database, DatabaseDown
from models.shared_clock import SharedClock

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()

MOST_DELETED: Final = 500  # with one statement: a long one would hold up whoever writes
EVERY_SECONDS: Final = 3600.0
PAUSE_SECONDS: Final = 0.2  # between two statements: nobody waits for the end of this


class LinkSweeper:
    def __init__(self, database: Database, clock: SharedClock, kept: timedelta) -> None:
        """`kept`: how long after it was made a link is there, whatever its life."""
        self._database = database
        self._clock = clock
        self._kept = kept

    def run(self, stop: threading.Event) -> None:
        """Survives whatever goes wrong: it is tried again in an hour."""
        while True:
            try:
                swept = self.sweep(stop)
                if swept:
                    log.info(
                        "links swept", why=f"{swept} were made over {self._kept.days} days ago"
                    )
            except DatabaseDown as fault:
                log.warning("links not swept", why=str(fault))
            except Exception as fault:
                log.error("links not swept", why=type(fault).__name__)  # noqa: TRY400
            if stop.wait(EVERY_SECONDS):
                return

    def sweep(self, stop: threading.Event) -> int:
        """How many went. Raises DatabaseDown."""
        swept = 0
        while not stop.is_set():
            with self._database.write() as conn:
                now = self._clock.now(conn)
                some = link_sweep.delete_before(conn, now - self._kept, now, limit=MOST_DELETED)
            swept += some
            if some < MOST_DELETED:
                break
            stop.wait(PAUSE_SECONDS)
        return swept
