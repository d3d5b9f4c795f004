"""Databases that menus look something up in: opened to read, and to nothing else.

They belong to others. Every look-up is one SELECT in a transaction that can only read, with a
time limit that the database keeps, and brings one row.
"""

from __future__ import annotations

import re
import sqlite3
import threading
import time
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Engine, QueuePool, create_engine, exc, make_url, text

_POOL_SIZE: Final = 8
_CONNECT_SECONDS: Final = 2
_QUOTED: Final = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"")
_OPCODES: Final = 10_000  # of SQLite between two looks at the clock

Cell = str | int | float | bool | None


class BadUrl(Exception):
    """No database that can be read. The text has nothing of the URL."""


class NotRead(Exception):
    """The database did not answer, or would not. The text is a code, never words of it."""

    def __init__(self, why: str, *, is_slow: bool = False) -> None:
        super().__init__(why)
        self.is_slow = is_slow


class ReadOnlyDatabases:
    """Opens nothing before it is asked; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._engines: dict[str, Engine] = {}

    def first(
        self, url: str, query: str, told: Mapping[str, str | None], seconds: float
    ) -> dict[str, Cell] | None:
        """The first row by the names of its columns. Raises BadUrl, NotRead."""
        return self._asked(url, _plain(query), told, seconds)[1]

    def columns(self, url: str, query: str, names: Mapping[str, str | None]) -> tuple[str, ...]:
        """Those that a query has, of which no row is read. Raises BadUrl, NotRead."""
        wrapped = f"SELECT * FROM ({_plain(query)}) AS looked_up LIMIT 0"  # noqa: S608 - the author's
        return self._asked(url, wrapped, names, 10.0)[0]

    def _asked(
        self, url: str, query: str, told: Mapping[str, str | None], seconds: float
    ) -> tuple[tuple[str, ...], dict[str, Cell] | None]:
        engine = self._engine(url)
        ends_at = time.monotonic() + seconds
        try:
            with engine.connect() as conn:
                if engine.dialect.name == "postgresql":
                    conn = conn.execution_options(postgresql_readonly=True)
                    left = max(1, int(1000 * (ends_at - time.monotonic())))
                    limit = text("SELECT set_config('statement_timeout', :most, true)")
                    conn.execute(limit, {"most": str(left)})
                else:
                    raw: Any = conn.connection.driver_connection
                    raw.set_progress_handler(lambda: time.monotonic() > ends_at, _OPCODES)
                # Only what is fetched leaves the database, however many rows there are.
                flowing = conn.execution_options(stream_results=True, max_row_buffer=1)
                with flowing.execute(text(query), dict(told)) as result:
                    row = result.mappings().fetchone()
                    names = tuple(result.keys())
                return names, {k: _cell(v) for k, v in row.items()} if row is not None else None
        except exc.TimeoutError:
            raise NotRead("all connections are busy", is_slow=True) from None
        except exc.SQLAlchemyError as fault:
            raise _not_read(fault) from None

    def close(self) -> None:
        with self._lock:
            engines, self._engines = self._engines, {}
        for engine in engines.values():
            engine.dispose()

    def _engine(self, url: str) -> Engine:
        with self._lock:
            engine = self._engines.get(url)
            if engine is None:
                engine = self._engines[url] = _engine_of(url)
            return engine


def _engine_of(url: str) -> Engine:
    try:
        parsed = make_url(url)
    except exc.ArgumentError:
        raise BadUrl("is no URL of a database") from None
    pool = {"pool_size": _POOL_SIZE, "max_overflow": 0, "pool_timeout": _CONNECT_SECONDS}
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        return create_engine(
            "sqlite://", creator=lambda: _sqlite(parsed), **pool, poolclass=QueuePool
        )
    if parsed.get_backend_name() == "postgresql":
        ours: dict[str, Any] = {
            "connect_timeout": _CONNECT_SECONDS,
            "options": "-c default_transaction_read_only=on",
            "application_name": "sanket-look-up",
        }
        return create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            connect_args=ours,
            pool_recycle=300,
            hide_parameters=True,
            **pool,
        )
    raise BadUrl("is neither of PostgreSQL nor of SQLite")


def _sqlite(url: URL) -> sqlite3.Connection:
    file = Path(url.database or "").absolute().as_uri()
    conn = sqlite3.connect(f"{file}?mode=ro", uri=True, timeout=1.0, check_same_thread=False)
    conn.execute("PRAGMA query_only=1")
    return conn


def _plain(query: str) -> str:
    """A colon inside quotes begins no name."""
    return _QUOTED.sub(lambda found: found[0].replace(":", r"\:"), query)


def _cell(value: object) -> Cell:
    match value:
        case bool() | int() | float() | str() | None:
            return value
        case Decimal():
            return f"{value:f}"
        case datetime() | date():
            return value.isoformat()
    return str(value)


def _not_read(fault: exc.SQLAlchemyError) -> NotRead:
    cause = getattr(fault, "orig", None)
    state = getattr(cause, "sqlstate", None)
    if state == "57014" or (cause is not None and str(cause) == "interrupted"):
        return NotRead("not in time", is_slow=True)
    if state:
        return NotRead(f"SQLSTATE {state}")
    name = getattr(cause, "sqlite_errorname", None)
    return NotRead(str(name or type(cause or fault).__name__))
