"""The migrations make exactly the schema of the code, and can be walked both ways."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from models import migrate
from models.all_tables import TABLES
from models.database import Database
from models.metadata import metadata

# Every table with its columns, every index and every constraint, as each database words them.
SCHEMA = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"
    " AND name NOT LIKE 'alembic%' AND name NOT LIKE 'sqlite_%'",
    "postgresql": "SELECT relname AS name, concat_ws(' ', attname,"
    " format_type(atttypid, atttypmod), attnotnull, pg_get_expr(adbin, adrelid)) AS sql"
    " FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid"
    " LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum"
    " WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0"
    " AND NOT attisdropped AND relname NOT LIKE 'alembic%'"
    " UNION ALL SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
    " AND tablename NOT LIKE 'alembic%'"
    " UNION ALL SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace AND conname NOT LIKE 'alembic%'",
}


def schema(database: Database) -> dict[str, list[str]]:
    with database.read() as conn:
        rows = conn.execute(text(SCHEMA[conn.dialect.name])).all()
    worded: dict[str, list[str]] = {}
    for name, sql in rows:
        worded.setdefault(name, []).append(" ".join(sql.split()))
    return {name: sorted(lines) for name, lines in worded.items()}


def test_the_migrations_make_the_schema_of_the_code(
    database: Database, empty_database_url: str
) -> None:
    fresh = Database(empty_database_url)
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
    empty_database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)  # nothing may depend on where it is started
    url = empty_database_url
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


PREPARE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from models import migrate
from models.database import Database
from models.publishing import publish_if_new

url, menus = sys.argv[1:]
migrate.upgrade(url)
files = {"menus.yaml": Path(menus).read_bytes()}
print(publish_if_new(Database(url), files, "start", datetime.now(UTC)))
"""


def test_many_that_start_at_once_prepare_it_once(empty_database_url: str) -> None:
    """What `flask serve` does to the database before it serves, on several hosts at a time."""
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", PREPARE, empty_database_url, str(root / "menus.yaml")]
    together = [
        subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    said = sorted(one.communicate(timeout=60)[0].strip() for one in together)
    assert [one.returncode for one in together] == [0] * 4
    assert said == ["1", "None", "None", "None"]
    assert migrate.current(empty_database_url) == migrate.head()
