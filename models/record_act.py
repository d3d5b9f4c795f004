"""What people did with what callers wrote: who, when, what. Rows are only ever added."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import Column, Connection, Integer, String, Table, Text, insert, select

from models.metadata import WORD, UtcDateTime, metadata
from models.rows import columns_of


class Deed(StrEnum):
    READ = "read"
    ANSWERED = "answered"
    CLOSED = "closed"
    EXPORTED = "exported"


# No foreign key: that somebody acted is remembered longer than what he acted on.
record_act: Final = Table(
    "record_act",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(80), nullable=False),
    Column("deed", WORD, nullable=False),
    Column("reference", String(12), index=True),  # empty where it was about many
    Column("note", Text, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """`note` holds nothing that a caller wrote, and no number of anybody."""

    at: datetime
    by: str
    deed: str
    reference: str | None = None
    note: str = ""


_COLUMNS: Final = [record_act.c[name] for name in Act.__dataclass_fields__]


def record(conn: Connection, act: Act) -> None:
    conn.execute(insert(record_act).values(columns_of(act)))


def acts_on(conn: Connection, reference: str) -> list[Act]:
    """The oldest first."""
    query = select(*_COLUMNS).where(record_act.c.reference == reference).order_by(record_act.c.id)
    return [Act(**row) for row in conn.execute(query).mappings()]


def last_acts(conn: Connection, limit: int) -> list[Act]:
    """The newest first."""
    query = select(*_COLUMNS).order_by(record_act.c.id.desc()).limit(limit)
    return [Act(**row) for row in conn.execute(query).mappings()]
