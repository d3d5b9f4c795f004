"""The clock that every process of a bridge compares stored times by: due, leased, expired.

The clocks of hosts differ, by minutes where nobody looks after them. A lease that one host writes
and another reads is measured by neither of them.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final, Protocol

from sqlalchemy import Connection, func, select, text

from models.dialect import alone_in_all, numbers_of
from models.metadata import UtcDateTime
from telecom.clock import Clock

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


class DatabaseClock:
    """PostgreSQL's own. SQLite is a file of one host, whose clock all its processes share."""

    def __init__(self, host: Clock) -> None:
        self._host = host

    def now(self, conn: Connection) -> datetime:
        if conn.dialect.name != "postgresql":
            return self._host.now()
        now: datetime = conn.execute(_NOW).scalar_one()
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
