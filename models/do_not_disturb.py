"""Numbers that a register of do-not-disturb lists for promotional SMS. Keyed hashes only."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import Column, ColumnElement, Connection, Table, func, select
from sqlalchemy.dialects import postgresql, sqlite

from models.dialect import is_there
from models.metadata import HASH, UtcDateTime, metadata

do_not_disturb: Final = Table(
    "do_not_disturb",
    metadata,
    Column("msisdn_hash", HASH, primary_key=True),
    Column("listed_at", UtcDateTime, nullable=False),
)


def add(conn: Connection, msisdn_hashes: Collection[str], now: datetime) -> int:
    """How many of them are news. Drivers do not count what many inserts did, so we look first."""
    column = do_not_disturb.c.msisdn_hash
    known = set(conn.execute(select(column).where(column.in_(msisdn_hashes))).scalars())
    rows = [{"msisdn_hash": one, "listed_at": now} for one in msisdn_hashes if one not in known]
    if rows:
        insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
        conn.execute(insert(do_not_disturb).on_conflict_do_nothing(), rows)
    return len(rows)


def count(conn: Connection) -> int:
    return int(conn.execute(select(func.count()).select_from(do_not_disturb)).scalar_one())


def forbids(msisdn_hash: ColumnElement[str]) -> ColumnElement[bool]:
    """As part of another statement: whether the number of its row is listed."""
    listed = do_not_disturb.c.msisdn_hash
    return is_there(select(listed).where(listed == msisdn_hash))
