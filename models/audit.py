"""What people and the bridge itself did to the menus: who, when, what, and why. Rows are only ever
added, in the transaction that does what they tell of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import Column, Connection, Integer, String, Table, Text, insert, select

from models.metadata import WORD, UtcDateTime, metadata
from models.rows import columns_of


class What(StrEnum):
    PUBLISHED = "published"
    ROLLED_BACK = "rolled back"
    PLANNED = "planned"
    CANCELLED = "cancelled"
    NOT_PUBLISHED = "not published"  # a plan whose menu this bridge no longer reads
    SHARED = "shared"
    SHARE_ENDED = "share ended"
    SHARE_ROLLED_BACK = "share rolled back"  # by itself
    PREVIEWED = "previewed"
    PREVIEW_ENDED = "preview ended"


# No foreign key: that somebody acted is remembered longer than what he acted on.
audit: Final = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("who", String(80), nullable=False),
    Column("what", WORD, nullable=False),
    Column("menu_version", Integer),
    Column("note", Text, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """`note` never holds a number of anybody."""

    at: datetime
    who: str
    what: str
    menu_version: int | None = None
    note: str = ""


_COLUMNS: Final = [audit.c[name] for name in Entry.__dataclass_fields__]


def record(conn: Connection, entry: Entry) -> None:
    conn.execute(insert(audit).values(columns_of(entry)))


def entries(conn: Connection, limit: int) -> list[Entry]:
    """The newest first."""
    query = select(*_COLUMNS).order_by(audit.c.id.desc()).limit(limit)
    return [Entry(**row) for row in conn.execute(query).mappings()]
