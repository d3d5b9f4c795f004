"""The migrations make exactly the schema of the code, and can be walked both ways."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from models import migrate
from models.all_tables import TABLES
from models.database import Database
from models.metadata import metadata


def schema(database: Database) -> dict[str, str]:
    """The DDL of every table and index, as SQLite keeps it."""
    with database.read() as conn:
        rows = conn.execute(
            text(
                "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"
                " AND name NOT LIKE 'alembic%' AND name NOT LIKE 'sqlite_%'"
            )
        ).all()
    return {name: " ".join(sql.split()) for name, sql in rows}


def test_the_migrations_make_the_schema_of_the_code(database: Database, tmp_path: Path) -> None:
    fresh = Database(f"sqlite:///{tmp_path}/fresh.db")
    with fresh.write() as conn:
        metadata.create_all(conn)
    migrated = schema(database)
    assert {table.name for table in TABLES} <= migrated.keys()
    assert migrated == schema(fresh)


def test_alembic_finds_nothing_left_to_do(database: Database) -> None:
    with database.read() as conn:
        assert compare_metadata(MigrationContext.configure(conn), metadata) == []


def test_every_table_of_the_code_is_on_the_list() -> None:
    assert set(TABLES) == set(metadata.tables.values())
    assert len(TABLES) >= 7


def test_up_down_and_up_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)  # nothing may depend on where it is started
    url = f"sqlite:///{tmp_path}/x.db"
    assert migrate.current(url) is None
    migrate.upgrade(url)
    assert migrate.current(url) == migrate.head() == "0003"
    first = schema(Database(url))
    migrate.upgrade(url)
    assert schema(Database(url)) == first
    migrate.downgrade(url, "base")
    assert migrate.current(url) is None
    assert schema(Database(url)) == {}
    migrate.upgrade(url)
    assert schema(Database(url)) == first
    assert capfd.readouterr() == ("", "")
