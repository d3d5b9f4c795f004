"""The database's clock: looked at once a second, and right in between, whatever the host's is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, event, text

from models.database import Database
from models.shared_clock import HOLDS_SECONDS, SHARP_SECONDS, DatabaseClock
from telecom.clock import SystemClock

pytestmark = pytest.mark.debian("postgres")
ON_POSTGRESQL = pytest.mark.parametrize("storage", ["postgresql"], indirect=True)


class WrongClock:
    def now(self) -> datetime:
        return datetime(1999, 1, 1, tzinfo=UTC)


class Looks:
    """The statements of a connection, and a monotonic clock that each of them moves."""

    def __init__(self, conn: Connection) -> None:
        self.now = 100.0
        self.count = 0
        self.each_takes = 0.0
        event.listen(conn, "after_cursor_execute", self._looked)

    def __call__(self) -> float:
        return self.now

    def _looked(self, *_: object) -> None:
        self.count += 1
        self.now += self.each_takes


@pytest.fixture
def conn(database: Database) -> Iterator[Connection]:
    with database.write() as conn:
        yield conn


@ON_POSTGRESQL
def test_it_is_looked_at_once_a_second_and_goes_on_in_between(conn: Connection) -> None:
    looks = Looks(conn)
    clock = DatabaseClock(WrongClock(), looks)
    first = clock.now(conn)
    assert abs(first - SystemClock().now()) < timedelta(seconds=60)
    looks.now += 0.75 * HOLDS_SECONDS
    assert clock.now(conn) == first + timedelta(seconds=0.75 * HOLDS_SECONDS)
    assert looks.count == 1
    looks.now += 0.5 * HOLDS_SECONDS
    assert clock.now(conn) < first + timedelta(seconds=60)
    assert looks.count == 2


@ON_POSTGRESQL
def test_a_look_that_took_long_is_not_gone_on_from(conn: Connection) -> None:
    looks = Looks(conn)
    looks.each_takes = 2 * SHARP_SECONDS
    clock = DatabaseClock(WrongClock(), looks)
    for _ in range(3):
        clock.now(conn)
    assert looks.count == 3


@ON_POSTGRESQL
def test_who_must_be_alone_asks_each_time(conn: Connection) -> None:
    looks = Looks(conn)
    clock = DatabaseClock(WrongClock(), looks)
    for _ in range(3):
        clock.now_alone(conn, {"a number"})
    held = conn.execute(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"))
    assert held.scalar_one() >= 1
    assert looks.count == 4


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
def test_on_sqlite_the_host_is_right(conn: Connection) -> None:
    looks = Looks(conn)
    assert DatabaseClock(WrongClock(), looks).now(conn) == WrongClock().now()
    assert not looks.count
