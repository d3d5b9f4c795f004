"""Look-ups in databases, on real ones: they read, and do nothing else."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import create_engine, text

from menu.service_parts import Service
from menu.table_parts import TableQuery
from models.read_only import NotRead, ReadOnlyDatabases
from services.faults import Failed
from services.secrets import Secrets
from services.tables_asking import QueryConnector
from tests.conftest import ON_POSTGRESQL
from tests.services.conftest import Desk, declared

ROWS = """
CREATE TABLE offices (pin varchar(10), name varchar(50), fee numeric(10,2), since date);
INSERT INTO offices VALUES ('1', 'Patna', 12.50, '2026-11-23');
INSERT INTO offices VALUES ('2', NULL, NULL, NULL);
INSERT INTO offices VALUES ('1', 'Second', 1, NULL);
"""
OFFICE = """
table: { database: "${OFFICES}", query: "%s" }
takes: { pin: text }
gives: { name: {}, fee: { type: money, optional: true }, since: { type: date, optional: true } }
"""
SELECT = "SELECT name, fee, since, '12:30' AS at FROM offices WHERE pin = :pin"
BOMB = (
    "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) "
    "SELECT count(*) AS name, :pin AS fee FROM n"
)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=ON_POSTGRESQL)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        with sqlite3.connect(tmp_path / "offices.db") as conn:
            conn.executescript(ROWS)
        conn.close()
        return f"sqlite:///{tmp_path / 'offices.db'}"
    made: str = request.getfixturevalue("postgresql").create()
    engine = create_engine(made.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as writer:
        for line in ROWS.strip().splitlines():
            writer.execute(text(line))
    engine.dispose()
    return made


@pytest.fixture
def databases() -> Iterator[ReadOnlyDatabases]:
    databases = ReadOnlyDatabases()
    yield databases
    databases.close()


def connector(databases: ReadOnlyDatabases, url: str) -> QueryConnector:
    return QueryConnector(Secrets({"OFFICES": url}), databases)


def office(query: str = SELECT) -> tuple[Service, TableQuery]:
    service = declared(OFFICE % query)
    assert isinstance(service.way, TableQuery)
    return service, service.way


@pytest.mark.parametrize(
    ("pin", "answer"),
    [
        ("1", {"name": "Patna", "fee": "12.5", "since": "2026-11-23"}),
        ("2", "bad_answer"),  # its name is NULL, and not optional
        ("3", "not_found"),
        ("1' OR '1'='1", "not_found"),
        ("1'; DROP TABLE offices; --", "not_found"),
    ],
)
def test_a_look_up(databases: ReadOnlyDatabases, url: str, pin: str, answer: Any) -> None:
    service, way = office()
    reply = connector(databases, url).ask(service, way, {"pin": pin}, 5.0)
    parts = dict(reply.parts)
    if "fee" in parts:
        parts["fee"] = str(float(parts["fee"]))
    assert (reply.outcome or parts) == answer


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO offices VALUES ('9', 'x', 1, NULL)",
        "UPDATE offices SET name = 'x'",
        "DELETE FROM offices",
        "DROP TABLE offices",
        "CREATE TABLE more (a integer)",
    ],
)
def test_nothing_is_ever_written(databases: ReadOnlyDatabases, url: str, statement: str) -> None:
    """Even what the check of the menu would never let through."""
    with pytest.raises(NotRead):
        databases.first(url, statement, {}, 5.0)
    assert databases.first(url, "SELECT count(*) AS n FROM offices", {}, 5.0) == {"n": 3}


def test_a_query_that_never_ends_is_ended_by_the_database(
    databases: ReadOnlyDatabases, url: str
) -> None:
    began = time.monotonic()
    with pytest.raises(NotRead) as raised:
        databases.first(url, BOMB, {"pin": "1"}, 0.3)
    assert raised.value.is_slow
    assert time.monotonic() - began < 10
    assert databases.first(url, "SELECT 1 AS n", {}, 5.0) == {"n": 1}


def test_of_many_rows_one_is_read(databases: ReadOnlyDatabases, url: str) -> None:
    many = "SELECT a.pin FROM offices a, offices b, offices c, offices d ORDER BY a.pin DESC"
    assert databases.first(url, many, {}, 5.0) == {"pin": "2"}


@pytest.mark.parametrize(
    ("query", "why"),
    [("SELECT name FROM nowhere WHERE pin = :pin", "the query"), (SELECT, "")],
)
def test_a_query_is_checked_without_reading(
    databases: ReadOnlyDatabases, url: str, query: str, why: str
) -> None:
    service, way = office(query)
    asking = connector(databases, url)
    if why:
        with pytest.raises(Failed):
            asking.columns(service, way)
    else:
        assert asking.columns(service, way) == ("name", "fee", "since", "at")


BAD_URLS = [
    # URL, outcome
    ("", "refused"), ("mysql://host/x", "refused"), ("nonsense", "refused"),
    ("sqlite://", "refused"),
    ("sqlite:////nowhere/at/all.db", "down"), ("postgresql://x:secret@127.0.0.1:9/x", "down"),
]  # fmt: skip


@pytest.mark.parametrize(("url", "outcome"), BAD_URLS)
def test_a_database_that_is_none(databases: ReadOnlyDatabases, url: str, outcome: str) -> None:
    service, way = office()
    with pytest.raises(Failed) as raised:
        connector(databases, url).ask(service, way, {"pin": "1"}, 5.0)
    assert raised.value.outcome == outcome
    assert "secret" not in raised.value.why


def test_a_query_is_kept_as_any_answer_is(redis: Redis, tmp_path: Path) -> None:
    """Through the one caller: asked once, then from Redis."""
    file = tmp_path / "offices.db"
    with sqlite3.connect(file) as conn:
        conn.executescript(ROWS)
    conn.close()
    service = declared(OFFICE % SELECT + "cache_seconds: 60")
    desk, databases = Desk(redis), ReadOnlyDatabases()
    desk.caller._queries = connector(databases, f"sqlite:///{file}")
    assert desk.ask(service, pin="1").parts["name"] == "Patna"
    databases.close()
    file.unlink()
    assert desk.ask(service, pin="1").parts["name"] == "Patna"
