"""The clock that every process of a bridge compares stored times by: due, leased, expired.

The clocks of hosts differ, by minutes where nobody looks after them. A lease that one host writes
and another reads is measured by neither of them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, Protocol

from sqlalchemy import Connection, func, select

from models.metadata import UtcDateTime
from telecom.clock import Clock

# The time of the call: that of the transaction stands still while a statement waits for a lock.
_NOW: Final = select(func.clock_timestamp(type_=UtcDateTime()))


class SharedClock(Protocol):
    def now(self, conn: Connection) -> datetime:
        """The present, aware, in UTC, as the database of this transaction knows it."""
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


class OneClock:
    """One clock for hosts and database: for tests, whose time stands still."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self, conn: Connection) -> datetime:  # noqa: ARG002 - it is not asked
        return self._clock.now()
