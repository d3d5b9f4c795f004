"""Moves the stream of turns to SQL, each turn once, and deletes there what is old.

A batch is committed before the stream forgets it. Killed in between, it comes once more, and each
of its turns finds itself there: a turn is known by its id and its stream's epoch.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Final

import structlog

from menu import turn_record
from menu.ports import SessionsDown
from models import turn
from models.database import Database, DatabaseDown
from models.shared_clock import SharedClock
from state.turns import Batch, TurnStream
from telecom.faults import report

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()

# A batch holds up the writers of SQLite for some 20 ms; PostgreSQL's write beside it.
MOST_TOGETHER: Final = 1_000
MOST_BESIDE: Final = 4_000
MOST_DELETED: Final = 1_000  # with one statement
IDLE_SECONDS: Final = 1.0
TROUBLE_SECONDS: Final = 5.0
TIDY_SECONDS: Final = 10.0


class Drainer:
    """Any number may run, on any number of hosts."""

    def __init__(
        self,
        stream: TurnStream,
        database: Database,
        clock: SharedClock,
        *,
        kept: timedelta,
        most_together: int = MOST_TOGETHER,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`kept`: how long a turn is kept in SQL."""
        self._stream = stream
        self._database = database
        self._clock = clock
        self._kept = kept
        self._most_together = most_together
        self._monotonic = monotonic
        self._tidy_at = 0.0

    def run(self, stop: threading.Event) -> None:
        """Blocks until `stop`. Survives whatever goes wrong: a turn in the stream can wait."""
        is_well = True
        while not stop.is_set():
            try:
                moved = self.drain_some()
                if self._monotonic() >= self._tidy_at:
                    self._tidy_at = self._monotonic() + TIDY_SECONDS
                    self.tidy()
            except (DatabaseDown, SessionsDown) as fault:
                if is_well:
                    log.warning("turns wait", why=f"{type(fault).__name__}: {fault}")
                is_well = False
                stop.wait(TROUBLE_SECONDS)
            except Exception as fault:
                report("turns wait", fault)
                stop.wait(TROUBLE_SECONDS)
            else:
                is_well = True
                if moved < self._most_together:
                    stop.wait(IDLE_SECONDS)

    def drain_some(self) -> int:
        """How many were taken from the stream; 0: none waits. Raises DatabaseDown, SessionsDown."""
        return self._move(self._stream.take(self._most_together))

    def tidy(self) -> None:
        """What goes on in the background: turns in the hands of who is gone, and old ones.

        Raises DatabaseDown, SessionsDown.
        """
        self._stream.stay()
        while self._move(self._stream.take_over(self._most_together)):
            pass
        while self._delete_some() == MOST_DELETED:
            pass

    def _move(self, batch: Batch) -> int:
        read = [(one, turn_record.read(one.written)) for one in batch.turns]
        turns = [
            ((one.milliseconds, one.number, batch.epoch), record)
            for one, record in read
            if record is not None
        ]
        if turns:
            with self._database.write() as conn:
                turn.insert_new(conn, turns)
        self._stream.kept(batch)
        if lost := len(read) - len(turns):
            # Dropped from a full stream while somebody had it, or of another release.
            log.warning("turns not read", why=f"{lost} of {len(read)}")
        return len(read)

    def _delete_some(self) -> int:
        """Little by little: a long statement would hold up whoever writes."""
        with self._database.write() as conn:
            before = self._clock.now(conn) - self._kept
            milliseconds = int(before.timestamp() * 1000)
            return turn.delete_before(conn, milliseconds, limit=MOST_DELETED)
