"""What people did to the outbox by hand: who, when, what to, and why. Rows are only ever added."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import Column, Connection, Integer, String, Table, Text, insert, select

from models.metadata import GATEWAY, ID, WORD, UtcDateTime, metadata
from models.rows import columns_of


class Deed(StrEnum):
    PAUSED = "paused"
    RESUMED = "resumed"
    REQUEUED = "requeued"
    EXPIRED = "expired"
    RESTORED = "restored"


# No foreign key: that somebody acted is remembered longer than what he acted on.
outbox_act: Final = Table(
    "outbox_act",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(80), nullable=False),
    Column("deed", WORD, nullable=False),
    Column("mt_id", ID, index=True),  # empty where it was about many, or all
    Column("gateway", GATEWAY),
    Column("note", Text, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    at: datetime
    by: str
    deed: str
    mt_id: str | None = None
    gateway: str | None = None
    note: str = ""


_COLUMNS: Final = [outbox_act.c[name] for name in Act.__dataclass_fields__]


def record(conn: Connection, act: Act) -> None:
    conn.execute(insert(outbox_act).values(columns_of(act)))


def acts_on(conn: Connection, mt_id: str) -> list[Act]:
    """The oldest first."""
    query = select(*_COLUMNS).where(outbox_act.c.mt_id == mt_id).order_by(outbox_act.c.id)
    return [Act(**row) for row in conn.execute(query).mappings()]


def last_restore(conn: Connection) -> Act | None:
    query = select(*_COLUMNS).where(outbox_act.c.deed == Deed.RESTORED)
    row = conn.execute(query.order_by(outbox_act.c.id.desc()).limit(1)).mappings().first()
    return Act(**row) if row else None
