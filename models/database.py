"""The durable store: short transactions on any number of threads and processes.

Nothing above this package needs to know SQLAlchemy's errors: a database that is gone, locked or
full is `DatabaseDown`. What each of the two databases is told at its start is in `tuning`.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, create_engine, exc, make_url

from models import tuning

_POOL_SIZE: Final = 20
_POOL_TIMEOUT_SECONDS: Final = 1.0

# What PostgreSQL refuses for reasons of its own, beside all that the driver calls operational:
# read-only after a failover, idle for too long, no rights, not migrated, damaged.
_DOWN_STATES: Final = frozenset({"25006", "25P03", "42501", "42P01", "XX000", "XX001", "XX002"})


_AFTER: Final = "sanket_after_commit"


def after_commit(conn: Connection, call: Callable[[], None]) -> None:
    """`call` runs once when what `Database.write` or `put` began is committed, and not without."""
    after = conn.info.get(_AFTER, [])
    if call not in after:
        after.append(call)


class DatabaseDown(Exception):
    """Lost, locked, full or read-only. Whether a commit in flight was kept is not known."""


@dataclass(frozen=True, slots=True)
class _Engines:
    """Three faces of one pool, and the line in which the threads of this process wait to write."""

    reader: Engine
    asker: Engine
    writer: Engine
    turn: Callable[[], AbstractContextManager[object]]


class Database:
    """`url` as in BRIDGE_DATABASE_URL. Nothing opens before the first transaction.

    `busy_timeout_seconds` is how long a SQLite writer waits for the one before it.

    Each process gets its own engine, so the object may be made before a fork.
    """

    def __init__(
        self, url: str, *, busy_timeout_seconds: float = 5.0, enforces_foreign_keys: bool = True
    ) -> None:
        if _is_in_memory(url):
            raise ValueError("an in-memory database keeps nothing: name a file")
        self._url = url
        # SQLite: whoever writes holds up all others who would.
        self.has_one_writer: Final = make_url(url).get_backend_name() == "sqlite"
        self._busy_timeout_seconds = busy_timeout_seconds
        self._enforces_foreign_keys = enforces_foreign_keys
        self._engines: dict[int, _Engines] = {}
        self._opening = threading.Lock()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction that may write: committed at the end, rolled back by any exception.

        On SQLite it takes the write lock at once: a transaction that reads first and upgrades
        later fails or loses updates (1,373 of 1,600, measured). Its threads do so one at a time,
        because SQLite has no line: whoever finds the file locked sleeps, and others overtake him
        until his patience is over (docs/performance.md). On PostgreSQL writers run side by
        side and see what others commit meanwhile: a write that depends on what was read is
        conditional, guarded by a unique key, or comes after `dialect.alone`. Raises DatabaseDown.
        """
        engines = self._engines_here()
        after: list[Callable[[], None]] = []
        with engines.turn(), _translated(), engines.writer.begin() as conn:
            conn.info[_AFTER] = after
            yield conn
        for call in after:
            call()

    @contextmanager
    def put(self) -> Iterator[Connection]:
        """For one statement that writes, committed as it ends: on PostgreSQL a trip, where `write`
        makes three of it. Raises DatabaseDown.
        """
        if self.has_one_writer:
            with self.write() as conn:
                yield conn
            return
        after: list[Callable[[], None]] = []
        with _translated(), self._engines_here().asker.connect() as conn:
            conn.info[_AFTER] = after
            yield conn
        for call in after:
            call()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One transaction that sees one state and cannot write. Raises DatabaseDown."""
        with _translated(), self._engines_here().reader.begin() as conn:
            yield conn

    @contextmanager
    def ask(self) -> Iterator[Connection]:
        """For one statement that reads: on PostgreSQL a trip, where `read` makes three of it.

        Raises DatabaseDown.
        """
        with _translated(), self._engines_here().asker.connect() as conn:
            yield conn

    @property
    def may_be_there(self) -> bool:
        """False for a SQLite file that nobody made yet: opening one would make it."""
        url = make_url(self._url)
        return url.get_backend_name() != "sqlite" or Path(url.database or "").is_file()

    def dispose(self) -> None:
        """Closes this process' idle connections."""
        engines = self._engines.pop(os.getpid(), None)
        if engines is not None:
            engines.reader.dispose()

    def _engines_here(self) -> _Engines:
        engines = self._engines.get(os.getpid())
        if engines is not None:
            return engines
        with self._opening:
            return self._engines.setdefault(os.getpid(), self._open())

    def _open(self) -> _Engines:
        is_sqlite = self.has_one_writer
        kept = {} if is_sqlite else {"isolation_level": tuning.POSTGRESQL_KEPT}
        engine = create_engine(
            self._url,
            **kept,
            pool_size=_POOL_SIZE,
            max_overflow=0,
            pool_timeout=_POOL_TIMEOUT_SECONDS,
            pool_use_lifo=True,  # the warm one: its statements are prepared, on both sides
            connect_args={} if is_sqlite else tuning.postgresql_arguments(self._url),
            hide_parameters=True,  # they are personal, and errors reach logs
        )
        if is_sqlite:
            tuning.tame_sqlite(
                engine,
                busy_timeout_seconds=self._busy_timeout_seconds,
                enforces_foreign_keys=self._enforces_foreign_keys,
            )
        else:
            tuning.tame_postgresql(engine)
        reads = tuning.SQLITE_READS if is_sqlite else tuning.POSTGRESQL_READS
        writes = tuning.SQLITE_WRITES if is_sqlite else tuning.POSTGRESQL_WRITES
        return _Engines(
            engine.execution_options(**reads),
            engine.execution_options(**(reads if is_sqlite else {})),
            engine.execution_options(**writes),
            _Line(self._busy_timeout_seconds).turn if is_sqlite else nullcontext,
        )


class _Line:
    """Threads that wait for their turn to write."""

    def __init__(self, patience_seconds: float) -> None:
        # What is before them takes milliseconds, unless another process holds the file: then the
        # first one waits for it, and the rest need not wait as long as he, and then as long again.
        self._patience_seconds = patience_seconds / 2
        self._turn = threading.Lock()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Raises DatabaseDown."""
        if not self._turn.acquire(timeout=self._patience_seconds):
            raise DatabaseDown("too many wait to write")
        try:
            yield
        finally:
            self._turn.release()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except exc.TimeoutError:
        raise DatabaseDown("every connection is busy") from None
    except exc.DBAPIError as error:
        if not _is_down(error):
            raise
        raise DatabaseDown(_first_line(error.orig)) from error


def _is_down(error: exc.DBAPIError) -> bool:
    """A broken rule of ours (a doubled key, a missing value) is not the database's fault."""
    lost = isinstance(error, exc.OperationalError | exc.InterfaceError)
    is_state_of_its_own = getattr(error.orig, "sqlstate", None) in _DOWN_STATES
    # A damaged or foreign SQLite file comes as the bare base class.
    is_bare = type(error) is exc.DatabaseError
    return lost or error.connection_invalidated or is_state_of_its_own or is_bare


def _first_line(orig: BaseException | None) -> str:
    """The driver's reason. Operational errors name tables and hosts, never a row's values."""
    return f"{type(orig).__name__}: {str(orig).partition(chr(10))[0]}"


def _is_in_memory(url: str) -> bool:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return False
    return parsed.database in (None, "", ":memory:") or "mode=memory" in url
