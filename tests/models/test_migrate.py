"""The migrations make exactly the schema of the code, and can be walked both ways."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import bindparam, exc, insert, text

from models import menu_publication, menu_version, migrate, short_link
from models.all_tables import TABLES
from models.database import Database
from models.metadata import UtcDateTime, metadata
from models.publishing import history

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
    assert migrate.current(url) == migrate.head() == "0016"
    first = schema(Database(url))
    migrate.upgrade(url)
    assert schema(Database(url)) == first
    migrate.downgrade(url, "base")
    assert migrate.current(url) is None
    assert schema(Database(url)) == {}
    migrate.upgrade(url)
    assert schema(Database(url)) == first
    assert capfd.readouterr() == ("", "")


BEFORE_0004 = text(
    "INSERT INTO menu_version"
    " (id, fingerprint, source, note, publication, published_at, published_by)"
    " VALUES (:id, :fingerprint, 'source', :note, :publication, :at, :by)"
).bindparams(bindparam("at", type_=UtcDateTime))
AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def refer_to(database: Database, version: int) -> None:
    """A row that needs this version."""
    values = {"code": f"c{version}", "link_name": "app", "menu_version": version}
    times = {"created_at": AT, "expires_at": AT}
    with database.write() as conn:
        conn.execute(insert(short_link.short_link).values(values | times))


def test_publications_move_into_their_log_and_back(empty_database_url: str) -> None:
    url = empty_database_url
    migrate.upgrade(url, "0003")
    database = Database(url)
    rows = [(1, "aaa", "पहला", 3, "asha"), (2, "bbb", "", 1, "watcher"), (4, "ccc", "x", 2, "ravi")]
    names = ("id", "fingerprint", "note", "publication", "by")
    with database.write() as conn:
        for row in rows:
            conn.execute(BEFORE_0004, dict(zip(names, row, strict=True)) | {"at": AT})
        if conn.dialect.name == "postgresql":
            conn.execute(text("SELECT setval('menu_version_id_seq', 4)"))
    refer_to(database, 1)
    migrate.upgrade(url)
    log = history(database)
    moved = [(each.id, each.publication, each.note, each.published_by) for each in log]
    assert moved == [(1, 3, "पहला", "asha"), (4, 2, "x", "ravi"), (2, 1, "", "watcher")]
    assert {each.published_at for each in log} == {AT}
    with database.write() as conn:
        again = partial(menu_publication.publish, conn, source="new", published_by="b", now=AT)
        assert [again(fingerprint=name, note="later") for name in ("bbb", "ddd")] == [2, 5]
        assert [menu_version.get(conn, version) is not None for version in range(1, 6)] == [
            *(True, True, False, True, True)
        ]
    with pytest.raises(exc.IntegrityError):
        refer_to(database, 3)
    migrate.downgrade(url, "0003")
    with database.read() as conn:
        kept = conn.execute(text("SELECT id, source, publication, note FROM menu_version"))
        assert sorted(tuple(row) for row in kept) == [
            *((1, "source", 3, "पहला"), (2, "source", 4, "later"), (4, "source", 2, "x")),
            (5, "new", 5, "later"),
        ]
    refer_to(database, 5)
    with pytest.raises(exc.IntegrityError):
        refer_to(database, 3)
    database.dispose()


PREPARE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from models import migrate
from models.database import Database
from models.menu_files import MenuFiles
from models.publishing import publish_if_new
from telecom.clock import SystemClock

url, menus = sys.argv[1:]
migrate.upgrade(url)
files = MenuFiles(Path(menus), SystemClock()).read()
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
