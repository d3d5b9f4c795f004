"""The clock that every process of a bridge compares stored times by: due, leased, expired.

The clocks of hosts differ, by minutes where nobody looks after them. A lease that one host writes
and another reads is measured by neither of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from sqlalchemy import Connection, func, select, text

from models.dialect import alone_in_all, numbers_of
from models.metadata import UtcDateTime
from telecom.clock import Clock

# For so long a look at the database's clock holds: it was a fifth of what a missed call costs.
HOLDS_SECONDS: Final = 1.0
# A look that took longer is no measure: nobody knows when within it the clock was read.
SHARP_SECONDS: Final = 0.02
# The time of the call: that of the transaction stands still while a statement waits for a lock.
_NOW: Final = select(func.clock_timestamp(type_=UtcDateTime()))
# The locks come first: an aggregate has read all its rows before there is anything to select from.
# Rows of unnest come in the order of the array, and each waits for its lock in turn.
_NOW_ALONE: Final = text(
    "SELECT clock_timestamp() AS now FROM (SELECT count(pg_advisory_xact_lock(number)::text)"
    " FROM unnest(CAST(:numbers AS bigint[])) AS number) AS held"
).columns(now=UtcDateTime())


class SharedClock(Protocol):
    def now(self, conn: Connection) -> datetime:
        """The present, aware, in UTC, as the database of this transaction knows it."""
        ...

    def now_alone(self, conn: Connection, purposes: Collection[str]) -> datetime:
        """The present, from which to the end of its transaction nobody else does what these name
        (`dialect.alone_in_all`).
        """
        ...


@dataclass(frozen=True, slots=True)
class _Look:
    """What the database's clock showed, and when by the monotonic clock of this host."""

    shown: datetime
    at: float


class DatabaseClock:
    """PostgreSQL's own, looked at once a second; between looks the host's monotonic clock goes on
    from there. SQLite is a file of one host, whose clock all its processes share.
    """

    def __init__(self, host: Clock, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._host = host
        self._monotonic = monotonic
        self._last: _Look | None = None

    def now(self, conn: Connection) -> datetime:
        if conn.dialect.name != "postgresql":
            return self._host.now()
        last, at = self._last, self._monotonic()
        if last is not None and at - last.at < HOLDS_SECONDS:
            return last.shown + timedelta(seconds=at - last.at)
        now: datetime = conn.execute(_NOW).scalar_one()
        took = self._monotonic() - at
        if took < SHARP_SECONDS:
            self._last = _Look(now, at + took / 2)
        return now

    def now_alone(self, conn: Connection, purposes: Collection[str]) -> datetime:
        if not purposes or conn.dialect.name != "postgresql":
            return self.now(conn)  # SQLite's writers are alone anyway
        now: datetime = conn.execute(_NOW_ALONE, {"numbers": numbers_of(purposes)}).scalar_one()
        return now


class OneClock:
    """One clock for hosts and database: for tests, whose time stands still."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self, conn: Connection) -> datetime:  # noqa: ARG002 - it is not asked
        return self._clock.now()

    def now_alone(self, conn: Connection, purposes: Collection[str]) -> datetime:
        alone_in_all(conn, purposes)
        return self._clock.now()
