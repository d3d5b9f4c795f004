"""What SQLite and PostgreSQL are told at their start, so that no wait is endless and no 2xx a lie.

On PostgreSQL every limit may be raised in the URL (`?connect_timeout=5`, `?options=-c ...`).
"""

from __future__ import annotations

import select
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, Engine, event, exc, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.pool import ConnectionPoolEntry

if TYPE_CHECKING:
    from _typeshed import HasFileno

_WRITES: Final = "sanket_writes"
_READ_ONLY: Final = "postgresql_readonly"

# Execution options of a transaction. PostgreSQL's driver sends its own with BEGIN: no trip more.
SQLITE_READS: Final[dict[str, Any]] = {_WRITES: False}
SQLITE_WRITES: Final[dict[str, Any]] = {_WRITES: True}
POSTGRESQL_READS: Final[dict[str, Any]] = {_READ_ONLY: True, "isolation_level": "REPEATABLE READ"}
POSTGRESQL_WRITES: Final[dict[str, Any]] = {"isolation_level": "READ COMMITTED"}
# The busiest statements are alone, and commit themselves. Connections are kept as those want them:
# to change that for each, and back, costs a fifth of what such a statement costs this process.
POSTGRESQL_KEPT: Final = "AUTOCOMMIT"

_POSTGRESQL_LIMITS: Final = {
    "statement_timeout": "2s",  # a phone waits, and gateways repeat
    "lock_timeout": "1s",
    # A worker that is frozen in mid-transaction must not hold its rows for ever.
    "idle_in_transaction_session_timeout": "10s",
}
# Every statement here touches few rows by an index. The planner, who knows nothing yet of tables
# that fill up, or was asked when they were empty, would rather read them whole, and keep that plan:
# half of the server's work at 200 events/s, measured (docs/performance.md).
_POSTGRESQL_PLANS: Final = {
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "enable_bitmapscan": "off",
    # What has no index but is small, as the list of previews, looks dear now: it would be compiled
    # for 85 ms to be read in none.
    "jit": "off",
}
_POSTGRESQL_ARGUMENTS: Final = {
    "application_name": "sanket",
    "connect_timeout": 2,
    # A host that vanishes without a word is noticed in seconds, not in the kernel's 15 minutes.
    "keepalives_idle": 2,
    "keepalives_interval": 1,
    "keepalives_count": 3,
    "tcp_user_timeout": 5000,
}
_READ_ONLY_STATE: Final = "25006"


def tame_sqlite(
    engine: Engine, *, busy_timeout_seconds: float, enforces_foreign_keys: bool
) -> None:
    busy_timeout = int(busy_timeout_seconds * 1000)
    foreign_keys = "ON" if enforces_foreign_keys else "OFF"

    def set_up(dbapi_connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        # The driver's own idea of when a transaction begins loses updates without an error.
        dbapi_connection.isolation_level = None
        cursor = dbapi_connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {busy_timeout}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")  # a 2xx survives a power cut
        cursor.execute(f"PRAGMA foreign_keys = {foreign_keys}")
        cursor.close()

    def begin(conn: Connection) -> None:
        writes = conn.get_execution_options().get(_WRITES, False)
        if conn.info.get(_WRITES) is not writes:  # as this connection was used last
            conn.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
            conn.info[_WRITES] = writes
        conn.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    event.listen(engine, "connect", set_up)
    event.listen(engine, "begin", begin)


def postgresql_arguments(url: str) -> dict[str, object]:
    """What the driver is handed beside the URL. What the URL says itself, it decides."""
    said = make_url(url).query
    options = {**_POSTGRESQL_LIMITS, **_POSTGRESQL_PLANS}
    limits = " ".join(f"-c {name}={value}" for name, value in options.items())
    own = {name: value for name, value in _POSTGRESQL_ARGUMENTS.items() if name not in said}
    return {**own, "options": f"{limits} {said.get('options', '')}".strip()}


def tame_postgresql(engine: Engine) -> None:
    def on_error(context: ExceptionContext) -> None:
        conn, orig = context.connection, context.original_exception
        # After a failover the old primary refuses writes: every connection to it is worthless.
        reads = conn is not None and conn.get_execution_options().get(_READ_ONLY, False)
        if getattr(orig, "sqlstate", None) == _READ_ONLY_STATE and not reads:
            context.is_disconnect = True
        # The first line names the broken rule, the next ones the row's values: personal ones.
        for fault in (orig, context.sqlalchemy_exception):
            if fault is not None and fault.args:
                fault.args = (str(fault.args[0]).partition("\n")[0],)

    event.listen(engine, "handle_error", on_error)
    event.listen(engine, "checkout", check_out)


def check_out(connection: HasFileno, _record: object, _face: object) -> None:
    """A connection that the server has closed is replaced, and asking it costs no trip.

    An idle server says nothing but goodbye. One that vanished without it is noticed by the first
    statement, as it would be by a question, and as late.
    """
    is_heard = select.poll()
    is_heard.register(connection, select.POLLIN)
    if is_heard.poll(0):
        raise exc.DisconnectionError("the server closed this connection")
