"""Many rows with one statement: what a group of events costs beside a statement for each row.

PostgreSQL gets them as one JSON text, so the statement is the same for one row and for a hundred:
it is parsed and planned once, and its only parameter is written by one call. SQLite, which asks no
network, gets their values one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

import msgspec
from sqlalchemy import BigInteger, Boolean, Connection, Float, Integer, LargeBinary, Table
from sqlalchemy.dialects import sqlite

from models.metadata import UtcDateTime

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Change:
    """Rows to be written with others: what `insert_new` or `add_up` would do with them."""

    table: Table
    rows: Sequence[Row]
    unique: tuple[str, ...]
    deed: str

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.rows[0])


_MOST_VALUES: Final = 30_000  # of one statement; SQLite's own limit is 32,766
_NOTHING: Final = "NOTHING"
_encode: Final = msgspec.json.Encoder().encode
_KINDS: Final = {
    LargeBinary: "bytea", UtcDateTime: "timestamptz", BigInteger: "bigint", Integer: "integer",
    Boolean: "boolean", Float: "double precision",
}  # fmt: skip


def insert_new(
    conn: Connection, table: Table, rows: Sequence[Row], *, unique: Sequence[str]
) -> set[object]:
    """Inserts the rows, all of the same columns, but for those whose `unique` columns are there.

    The primary keys of those that were new. Two processes that insert the same keys wait for each
    other, so they must do it in the same order: sort the rows by `unique` where it is not ours.
    """
    return _insert(conn, table, rows, tuple(unique), _NOTHING)


def overwrite(
    conn: Connection,
    table: Table,
    rows: Sequence[Row],
    *,
    unique: str,
    kept: Collection[str] = (),
    where: str = "",
) -> set[object]:
    """Inserts the rows, no two for the same `unique` column, or overwrites those that are there,
    but for their `kept` columns. With `where` only if that column differs.

    The primary keys of the rows that were written. Sort the rows, as for `insert_new`.
    """
    changed = [name for name in (rows[0] if rows else ()) if name not in (unique, *kept)]
    deed = f"UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in changed)}"
    if where:
        deed += f" WHERE {table.name}.{where} <> excluded.{where}"
    return _insert(conn, table, rows, (unique,), deed)


def new(table: Table, rows: Sequence[Row], *, unique: Sequence[str]) -> Change:
    """As `insert_new`."""
    return Change(table, rows, tuple(unique), _NOTHING)


def added_up(
    table: Table, rows: Sequence[Row], *, unique: Sequence[str], sums: Collection[str]
) -> Change:
    """Inserts the rows, no two with the same `unique` columns, or adds their `sums` to those that
    are there. Sort the rows, as for `insert_new`.
    """
    adding = ", ".join(f"{name} = {table.name}.{name} + excluded.{name}" for name in sums)
    return Change(table, rows, tuple(unique), f"UPDATE SET {adding}")


def make_all(conn: Connection, changes: Sequence[Change]) -> None:
    """All of them; on PostgreSQL with one statement. None may look at what another one writes, but
    for foreign keys.
    """
    made = [change for change in changes if change.rows]
    if conn.dialect.name != "postgresql":
        for one in made:
            _insert(conn, one.table, one.rows, one.unique, one.deed)
    elif made:
        for one in made:
            _check_times(one.table, one.names, one.rows)
        shapes = tuple((one.table, one.names, one.unique, one.deed) for one in made)
        written = tuple(_encode(one.rows).decode() for one in made)
        conn.exec_driver_sql(_all_from_json(shapes), written)


def _insert(
    conn: Connection, table: Table, rows: Sequence[Row], unique: tuple[str, ...], deed: str
) -> set[object]:
    if not rows:
        return set()
    names = tuple(rows[0])
    if conn.dialect.name == "postgresql":
        _check_times(table, names, rows)
        statement = _from_json(table, names, unique, deed)
        return set(conn.exec_driver_sql(statement, (_encode(rows).decode(),)).scalars().all())
    new: set[object] = set()
    most = _MOST_VALUES // len(names)
    for start in range(0, len(rows), most):
        part = rows[start : start + most]
        statement = _from_values(table, names, unique, deed, len(part))
        new.update(conn.exec_driver_sql(statement, _bound(table, names, part)).scalars().all())
    return new


def _check_times(table: Table, names: tuple[str, ...], rows: Sequence[Row]) -> None:
    """As UtcDateTime does, which JSON goes around."""
    times = _times(table, names)
    for row in rows:
        for name in times:
            at = row[name]
            if isinstance(at, datetime) and at.tzinfo is None:
                raise ValueError("a naive time: every stored time is aware")


@cache
def _times(table: Table, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if isinstance(table.c[name].type, UtcDateTime))


@cache
def _from_json(table: Table, names: tuple[str, ...], unique: tuple[str, ...], deed: str) -> str:
    kinds = {name: _kind(table, name) for name in names}
    chosen = ", ".join(
        f"decode({name}, 'base64')" if kind == "bytea" else name for name, kind in kinds.items()
    )
    read = ", ".join(
        f"{name} {'text' if kind == 'bytea' else kind}" for name, kind in kinds.items()
    )
    rows = f"SELECT {chosen} FROM json_to_recordset(%s) AS new ({read})"  # noqa: S608 - our names
    return _statement(table, names, unique, deed, rows)


@cache
def _all_from_json(shapes: tuple[tuple[Table, tuple[str, ...], tuple[str, ...], str], ...]) -> str:
    *others, last = (_from_json(*shape) for shape in shapes)
    named = ", ".join(f"change{place} AS ({one})" for place, one in enumerate(others))
    return f"WITH {named} {last}" if named else last


@cache
def _from_values(
    table: Table, names: tuple[str, ...], unique: tuple[str, ...], deed: str, rows: int
) -> str:
    one = f"({', '.join('?' * len(names))})"
    return _statement(table, names, unique, deed, f"VALUES {', '.join([one] * rows)}")


def _statement(
    table: Table, names: tuple[str, ...], unique: tuple[str, ...], deed: str, rows: str
) -> str:
    key = next(iter(table.primary_key.columns))
    return (
        f"INSERT INTO {table.name} ({', '.join(names)}) {rows}"
        f" ON CONFLICT ({', '.join(unique)}) DO {deed} RETURNING {key.name}"
    )


def _kind(table: Table, name: str) -> str:
    found = [kind for of, kind in _KINDS.items() if isinstance(table.c[name].type, of)]
    return found[0] if found else "text"


def _bound(table: Table, names: tuple[str, ...], rows: Sequence[Row]) -> tuple[object, ...]:
    binders = _binders(table, names)
    return tuple(bind(row[name]) if bind else row[name] for row in rows for name, bind in binders)


@cache
def _binders(
    table: Table, names: tuple[str, ...]
) -> tuple[tuple[str, Callable[[Any], object] | None], ...]:
    """How SQLAlchemy hands the values of each column to SQLite's driver; None: as they are."""
    dialect = sqlite.dialect()
    return tuple(
        (name, table.c[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in names
    )
