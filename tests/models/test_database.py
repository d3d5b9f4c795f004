"""Transactions: what is kept, what is refused, and what a database in trouble looks like."""

from __future__ import annotations

import os
import socket
import threading
from pathlib import Path

import pytest
from sqlalchemy import exc, text

from models import tuning
from models.database import Database, DatabaseDown


@pytest.fixture
def counter(tmp_path: Path) -> Database:
    """A database with one counter at 0."""
    database = Database(f"sqlite:///{tmp_path}/counter.db", busy_timeout_seconds=5)
    with database.write() as conn:
        conn.execute(text("CREATE TABLE counter (n INTEGER NOT NULL UNIQUE)"))
        conn.execute(text("INSERT INTO counter VALUES (0)"))
    return database


def counted(database: Database) -> int:
    with database.read() as conn:
        return int(conn.execute(text("SELECT n FROM counter")).scalar_one())


def count_up(database: Database) -> None:
    with database.write() as conn:
        seen = conn.execute(text("SELECT n FROM counter")).scalar_one()
        conn.execute(text("UPDATE counter SET n = :n"), {"n": seen + 1})


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 5000)],
)
def test_sqlite_is_durable_and_patient(counter: Database, pragma: str, value: object) -> None:
    with counter.read() as conn:
        assert conn.execute(text(f"PRAGMA {pragma}")).scalar_one() == value


def test_an_exception_undoes_the_transaction(counter: Database) -> None:
    with pytest.raises(KeyError), counter.write() as conn:
        conn.execute(text("UPDATE counter SET n = 7"))
        raise KeyError("half-way")
    assert counted(counter) == 0


def test_a_reader_cannot_write(counter: Database) -> None:
    with pytest.raises(DatabaseDown, match="readonly"), counter.read() as conn:
        conn.execute(text("UPDATE counter SET n = 7"))
    count_up(counter)
    assert counted(counter) == 1


def test_reading_first_and_writing_then_loses_no_update(counter: Database) -> None:
    """The driver's default loses most of them, without an error."""

    def count_to_25() -> None:
        for _ in range(25):
            count_up(counter)

    threads = [threading.Thread(target=count_to_25) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counted(counter) == 100


def test_writers_of_one_process_stand_in_line(tmp_path: Path) -> None:
    """SQLite itself would let them sleep and overtake each other; and no wait is endless."""
    database = Database(f"sqlite:///{tmp_path}/counter.db", busy_timeout_seconds=0.1)
    heard: list[str] = []

    def write_too() -> None:
        try:
            with database.write():
                pass
        except DatabaseDown as fault:
            heard.append(str(fault))

    with database.write():
        other = threading.Thread(target=write_too)
        other.start()
        other.join()
    assert heard == ["too many wait to write"]
    write_too()
    assert len(heard) == 1


@pytest.mark.parametrize("hung_up", [False, True])
def test_a_connection_that_the_server_closed_is_not_handed_out(*, hung_up: bool) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        if hung_up:
            theirs.close()
        try:
            tuning.check_out(ours, object(), object())
        except exc.DisconnectionError:
            assert hung_up
        else:
            assert not hung_up


def test_one_question_needs_no_transaction(database: Database) -> None:
    with database.ask() as conn:
        assert conn.execute(text("SELECT 6 * 7")).scalar_one() == 42
    with database.write() as conn:  # the same connection, and it has begun nothing
        conn.execute(text("CREATE TABLE counter (n INTEGER NOT NULL)"))
        conn.execute(text("INSERT INTO counter VALUES (1)"))
        if conn.dialect.name == "postgresql":
            assert conn.execute(text("SHOW transaction_read_only")).scalar_one() == "off"
    assert counted(database) == 1


def test_a_fork_gets_its_own_connections(counter: Database) -> None:
    assert counted(counter) == 0
    child = os.fork()
    if child == 0:
        try:
            count_up(counter)
            os._exit(0)
        finally:
            os._exit(1)
    _, ended = os.waitpid(child, 0)
    assert ended == 0
    assert counted(counter) == 1


def locked(file: Path) -> None:
    first, second = (Database(f"sqlite:///{file}", busy_timeout_seconds=0) for _ in range(2))
    with first.write(), second.write():
        pass


def full(file: Path) -> None:
    with Database(f"sqlite:///{file}").write() as conn:
        conn.execute(text("PRAGMA max_page_count = 1"))
        conn.execute(text("CREATE TABLE big (blob)"))
        conn.execute(text("INSERT INTO big VALUES (randomblob(100000))"))


def missing(file: Path) -> None:
    with Database(f"sqlite:///{file}/nowhere/x.db").read():
        pass


def foreign(file: Path) -> None:
    file.write_bytes(b"no database at all " * 100)
    with Database(f"sqlite:///{file}").read():
        pass


def not_migrated(file: Path) -> None:
    with Database(f"sqlite:///{file}").read() as conn:
        conn.execute(text("SELECT * FROM mt_message"))


@pytest.mark.parametrize(
    ("trouble", "why"),
    [
        (locked, "locked"),
        (full, "full"),
        (missing, "unable to open"),
        (foreign, "not a database"),
        (not_migrated, "no such table"),
    ],
)
def test_trouble_has_one_name_and_says_why(tmp_path: Path, trouble: object, why: str) -> None:
    assert callable(trouble)
    with pytest.raises(DatabaseDown, match=why):
        trouble(tmp_path / "x.db")


def test_a_broken_rule_is_our_fault_and_shows_no_value(counter: Database) -> None:
    with pytest.raises(exc.IntegrityError) as caught, counter.write() as conn:
        conn.execute(text("INSERT INTO counter VALUES (:n)"), {"n": 424242})
        conn.execute(text("INSERT INTO counter VALUES (:n)"), {"n": 424242})
    assert "424242" not in str(caught.value)
    assert counted(counter) == 0


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite:///file:x?mode=memory"])
def test_memory_is_no_durable_store(url: str) -> None:
    with pytest.raises(ValueError, match="keeps nothing"):
        Database(url)
