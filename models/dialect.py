"""The few places where PostgreSQL and SQLite differ, for all queries of this package.

Claiming rows: on PostgreSQL `FOR UPDATE SKIP LOCKED` lets workers pass each other; on SQLite the
write lock that `Database.write` takes first does the same, and SQLAlchemy leaves the clause out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache

from sqlalchemy import (
    ARRAY,
    CTE,
    Column,
    ColumnElement,
    Connection,
    Select,
    Table,
    any_,
    bindparam,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert


def chosen(query: Select[tuple[str]], *, limit: ColumnElement[int]) -> CTE:
    """At most `limit` ids that no other worker holds, chosen once: `id IN (SELECT id FROM it)`.

    Materialized, or PostgreSQL may run a LIMIT of a plain subquery again for every row.
    """
    locked = query.limit(limit).with_for_update(skip_locked=True)
    return locked.cte("chosen").prefix_with("MATERIALIZED", dialect="postgresql")


def alone(conn: Connection, purpose: str) -> None:
    """From here to the end of its transaction nobody else does what this purpose names.

    SQLite's writers are alone anyway. The number is made of the name, the same on every host.
    """
    if conn.dialect.name == "postgresql":
        digest = hashlib.sha256(f"sanket:{purpose}".encode()).digest()
        number = int.from_bytes(digest[:8], "big", signed=True)
        conn.execute(select(func.pg_advisory_xact_lock(number)))


def insert_new(
    conn: Connection, table: Table, values: Mapping[str, object], *, unique: Sequence[str]
) -> bool:
    """Inserts the row unless one with the same `unique` columns is there. True when it was new."""
    statement = _insert_new(conn.dialect.name, table, tuple(unique))
    return conn.execute(statement, dict(values)).first() is not None


def upsert(
    conn: Connection,
    table: Table,
    values: Mapping[str, object],
    *,
    unique: str,
    kept: Sequence[str],
) -> None:
    """Inserts the row, or overwrites the one that is there except for its `kept` columns."""
    statement = _insert(conn.dialect.name, table)
    changed = [name for name in values if name not in (unique, *kept)]
    overwritten = {name: statement.excluded[name] for name in changed}
    conn.execute(
        statement.on_conflict_do_update(index_elements=[unique], set_=overwritten), dict(values)
    )


def among(dialect: str, column: Column[str], name: str) -> ColumnElement[bool]:
    """Whether the column is one of the list that the statement gets as its parameter `name`.

    PostgreSQL gets one array, so that the statement reads the same for any count of them and is
    planned once.
    """
    if dialect == "postgresql":
        return column == any_(bindparam(name, type_=ARRAY(column.type)))
    return column.in_(bindparam(name, expanding=True))


@cache
def _insert_new(dialect: str, table: Table, unique: tuple[str, ...]) -> ReturningInsert[object]:
    key = table.primary_key.columns.values()[0]
    statement = _insert(dialect, table)
    return statement.on_conflict_do_nothing(index_elements=list(unique)).returning(key)


def _insert(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
