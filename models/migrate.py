"""The schema's version, moved from code: no alembic.ini, no working directory, no logging."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from models.database import Database
from models.dialect import alone

_SCRIPTS: Final = Path(__file__).resolve().parent.parent / "migrations"
_PATIENCE_SECONDS: Final = 60  # for another one that migrates, and for transactions that run


def upgrade(url: str, revision: str = "head") -> None:
    """Brings the database to this revision, all or nothing. Raises models.database.DatabaseDown.

    Two at once, also on two hosts: the second waits and then finds nothing to do.
    """
    _in_one_transaction(url, lambda config: command.upgrade(config, revision))


def downgrade(url: str, revision: str) -> None:
    """Back to an older revision, "base" for none. Rows of the tables it drops are lost."""
    _in_one_transaction(url, lambda config: command.downgrade(config, revision))


def current(url: str) -> str | None:
    """The revision that the database has; None for an empty one. Raises DatabaseDown."""
    database = Database(url)
    try:
        return find_revision(database)
    finally:
        database.dispose()


def find_revision(database: Database) -> str | None:
    """The same of a database that is open anyway."""
    with database.read() as conn:
        return MigrationContext.configure(conn).get_current_revision()


def head() -> str:
    """The revision that this code needs."""
    revision = ScriptDirectory(str(_SCRIPTS)).get_current_head()
    assert revision is not None  # noqa: S101 - the first migration is part of the checkout
    return revision


@cache
def known() -> tuple[str, ...]:
    """Every revision of this program, the newest first."""
    scripts = ScriptDirectory(str(_SCRIPTS)).walk_revisions()
    return tuple(script.revision for script in scripts)


def _in_one_transaction(url: str, run: Callable[[Config], None]) -> None:
    # Off while tables are rebuilt: dropping the old copy of one would empty those that refer to it.
    database = Database(url, busy_timeout_seconds=_PATIENCE_SECONDS, enforces_foreign_keys=False)
    try:
        with database.write() as conn:
            _take_time(conn)
            alone(conn, "migrate")
            run(_config(conn))
            _refuse_orphans(conn)
    finally:
        database.dispose()


def _take_time(conn: Connection) -> None:
    """A migration of a large table is not held to the seconds that a webhook has."""
    if conn.dialect.name == "postgresql":
        conn.exec_driver_sql("SET LOCAL statement_timeout = 0")
        conn.exec_driver_sql(f"SET LOCAL lock_timeout = '{_PATIENCE_SECONDS}s'")


def _config(conn: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = conn
    return config


def _refuse_orphans(conn: Connection) -> None:
    if conn.dialect.name == "sqlite" and conn.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise RuntimeError("the migration would leave rows that refer to nothing; nothing was done")
