"""The few places where PostgreSQL and SQLite differ, for all queries of this package.

Claiming rows: on PostgreSQL `FOR UPDATE SKIP LOCKED` lets workers pass each other; on SQLite the
write lock that `Database.write` takes first does the same, and SQLAlchemy leaves the clause out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    CTE,
    JSON,
    Column,
    ColumnElement,
    Connection,
    Select,
    Subquery,
    Table,
    Text,
    all_,
    any_,
    bindparam,
    cast,
    column,
    func,
    literal_column,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert
from sqlalchemy.types import TypeEngine

_HANDED: Final = "handed"
_ONE: Final[ColumnElement[int]] = literal_column("1")
_NO_TEXT: Final[ColumnElement[str]] = literal_column("''")

# Rows of unnest come in the order of the array, and each waits for its lock in turn.
_ALONE: Final = text(
    "SELECT pg_advisory_xact_lock(number) FROM unnest(CAST(:numbers AS bigint[])) AS number"
)


def chosen(query: Select[tuple[str]], *, limit: ColumnElement[int]) -> CTE:
    """At most `limit` ids that no other worker holds, chosen once: `id IN (SELECT id FROM it)`.

    Materialized, or PostgreSQL may run a LIMIT of a plain subquery again for every row.
    """
    locked = query.limit(limit).with_for_update(skip_locked=True)
    return locked.cte("chosen").prefix_with("MATERIALIZED", dialect="postgresql")


def is_there(query: Select[Any]) -> ColumnElement[bool]:
    """EXISTS, as part of a statement of many rows. `query` selects what is never null.

    PostgreSQL answers EXISTS for many rows from a list of the whole table, if it takes the table
    for small, and keeps to that while the table grows. A value it can only look up.
    """
    return query.limit(_ONE).scalar_subquery().is_not(None)


def alone(conn: Connection, purpose: str) -> None:
    """From here to the end of its transaction nobody else does what this purpose names.

    SQLite's writers are alone anyway. The number is made of the name, the same on every host.
    """
    alone_in_all(conn, [purpose])


def alone_in_all(conn: Connection, purposes: Collection[str]) -> None:
    """The same of many at once, in one order for all processes."""
    if purposes and conn.dialect.name == "postgresql":
        conn.execute(_ALONE, {"numbers": numbers_of(purposes)})


def numbers_of(purposes: Collection[str]) -> list[int]:
    """Their advisory locks, in the order in which all take them."""
    return [_number_of(purpose) for purpose in sorted(purposes)]


def _number_of(purpose: str) -> int:
    digest = hashlib.sha256(f"sanket:{purpose}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def handed_rows(
    dialect: str, columns: Mapping[str, TypeEngine[Any]], name: str = _HANDED
) -> Subquery:
    """Rows that a statement is given as one value, made by `handing`, under the same name.

    So a statement about many rows has one text, whatever their number: it is compiled and planned
    once, and costs one trip.
    """
    return _handed(dialect, columns, name).subquery(name)


def handed_once(dialect: str, columns: Mapping[str, TypeEngine[Any]], name: str) -> CTE:
    """The same for a statement that looks at them in several places: it reads the value once."""
    return _handed(dialect, columns, name).cte(name)


def _handed(dialect: str, columns: Mapping[str, TypeEngine[Any]], name: str) -> Select[Any]:
    given = bindparam(name, type_=Text)
    if dialect == "postgresql":
        cells = func.json_to_recordset(cast(given, JSON)).table_valued(
            *(column(cell, kind) for cell, kind in columns.items())
        )
        rows = cells.render_derived(name="given", with_types=True)
        cells_of = [rows.c[cell] for cell in columns]
        # Always true. The planner takes it for one row in 200, and looks each up by its index; for
        # the hundred that it expects otherwise it would read all that are submitted, or a table.
        few = func.nullif(cells_of[0], cells_of[0]).is_(None)
        return select(*cells_of).where(few)
    each = func.json_each(given).table_valued("value", name="given")
    values = (
        func.json_extract(each.c.value, f"$.{cell}", type_=kind).label(cell)
        for cell, kind in columns.items()
    )
    return select(*values)


def handing(rows: Iterable[Mapping[str, object]], name: str = _HANDED) -> dict[str, str]:
    """What `handed_rows` is given: plain values only."""
    return {name: json.dumps(list(rows))}


def insert_new(
    conn: Connection, table: Table, values: Mapping[str, object], *, unique: Sequence[str]
) -> bool:
    """Inserts the row unless one with the same `unique` columns is there. True when it was new."""
    statement = _insert_new(conn.dialect.name, table, tuple(unique))
    return conn.execute(statement, dict(values)).first() is not None


def among(dialect: str, column: Column[Any], name: str) -> ColumnElement[bool]:
    """Whether the column is one of the list that the statement gets as its parameter `name`.

    PostgreSQL gets one array, so that the statement reads the same for any count of them and is
    planned once.
    """
    if dialect == "postgresql":
        return column == any_(bindparam(name, type_=ARRAY(column.type)))
    return column.in_(bindparam(name, expanding=True))


def outside(dialect: str, column: Column[Any], name: str) -> ColumnElement[bool]:
    """The opposite of `among`."""
    if dialect == "postgresql":
        return column != all_(bindparam(name, type_=ARRAY(column.type)))
    return column.not_in(bindparam(name, expanding=True))


def unindexed(column: Column[str]) -> ColumnElement[str]:
    """The same text, in a form that no index is searched for."""
    return column.concat(_NO_TEXT)


@cache
def _insert_new(dialect: str, table: Table, unique: tuple[str, ...]) -> ReturningInsert[object]:
    key = table.primary_key.columns.values()[0]
    statement = _insert(dialect, table)
    return statement.on_conflict_do_nothing(index_elements=list(unique)).returning(key)


def _insert(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
