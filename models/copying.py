"""The database of either kind as a file, and a file as the database. Knows nothing of SMS."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, func, make_url, select, text
from sqlalchemy import inspect as look_into

from models import backup_postgresql, backup_sqlite, migrate
from models.all_tables import TABLES
from models.backup_file import BackupFault, Progress
from models.database import Database
from models.shared_clock import SharedClock

Counts = dict[str, int]

# A copy takes minutes; the limits of a webhook's transaction are seconds.
_PATIENT: Final = (
    "SET LOCAL statement_timeout = 0",
    "SET LOCAL idle_in_transaction_session_timeout = 0",
)
_OTHERS: Final = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND application_name = 'sanket' AND pid <> pg_backend_pid()"
)


def kind_of(url: str) -> str:
    """ "sqlite" or "postgresql"."""
    return make_url(url).get_backend_name()


def copy(
    database: Database, url: str, to: Path, clock: SharedClock, progress: Progress
) -> tuple[datetime, Counts]:
    """Of one moment, while others write: when that was, and how many rows of each table.

    Raises BackupFault, DatabaseDown.
    """
    if kind_of(url) == "sqlite":
        with database.read() as conn:  # before: whatever is sent later may be missing in the copy
            made_at = clock.now(conn)
        backup_sqlite.copy(url, to, progress)
        return made_at, _counts_of(Database(f"sqlite:///{to}"))
    backup_postgresql.check_programs(["pg_dump"])
    with database.read() as conn:
        be_patient(conn)
        made_at = clock.now(conn)
        counts = _counts(conn)
        snapshot = str(conn.execute(text("SELECT pg_export_snapshot()")).scalar_one())
        backup_postgresql.dump(url, snapshot, to, progress)
    return made_at, counts


def be_patient(conn: Connection) -> None:
    """This transaction is not held to the seconds that a webhook has."""
    if conn.dialect.name == "postgresql":
        for limit in _PATIENT:
            conn.exec_driver_sql(limit)


def is_empty(database: Database, url: str) -> bool:
    """Raises DatabaseDown."""
    if kind_of(url) == "sqlite":
        return backup_sqlite.is_empty(url)
    with database.read() as conn:
        return not look_into(conn).get_table_names()


def refuse_company(database: Database, url: str) -> None:
    """Raises BackupFault while others of the bridge are connected; SQLite cannot tell."""
    if kind_of(url) == "sqlite":
        return
    with database.read() as conn:
        others = int(conn.execute(_OTHERS).scalar_one())
    if others:
        words = f"{others} connection{'' if others == 1 else 's'}"
        raise BackupFault(f"the bridge is still running, with {words}: stop it on every host")


def refuse_schema(schema: str) -> None:
    """Raises BackupFault for one that only a newer program knows."""
    if schema not in migrate.known():
        raise BackupFault(
            f"it has schema {schema}, which this program does not know: it was made by a newer one."
            " Restore it with that"
        )


def _counts_of(database: Database) -> Counts:
    try:
        with database.read() as conn:
            return _counts(conn)
    finally:
        database.dispose()


def _counts(conn: Connection) -> Counts:
    there = set(look_into(conn).get_table_names())
    found = {}
    for table in TABLES:
        if table.name in there:
            count = select(func.count()).select_from(table)
            found[table.name] = int(conn.execute(count).scalar_one())
    return found
