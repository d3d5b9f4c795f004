"""Shares: a version that some percent of callers see, while all others see the live one. At most
one runs at a time; rows stay when they end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    exists,
    insert,
    select,
    update,
)

from models.menu_version import menu_version
from models.metadata import UtcDateTime, metadata

menu_share: Final = Table(
    "menu_share",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("menu_version", Integer, ForeignKey(menu_version.c.id), nullable=False),
    Column("percent", Integer, nullable=False),
    Column("begun_at", UtcDateTime, nullable=False),
    Column("begun_by", String(80), nullable=False),
    Column("note", Text, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("ended_why", Text, nullable=False),
    sqlite_autoincrement=True,  # counts in Redis are kept by id
)
_share: Final = menu_share.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """`percent`: 1 to 99."""

    id: int
    menu_version: int
    percent: int
    begun_at: datetime
    begun_by: str
    note: str


_COLUMNS: Final = [_share[name] for name in Share.__dataclass_fields__]
_RUNS: Final = _share.ended_at.is_(None)
# Made once: every process asks it twice a second.
_RUNNING: Final = select(*_COLUMNS).where(_RUNS).order_by(_share.id.desc()).limit(1)


def find_running(conn: Connection) -> Share | None:
    row = conn.execute(_RUNNING).mappings().first()
    return Share(**row) if row else None


def begin(
    conn: Connection, *, version: int, percent: int, begun_by: str, note: str, now: datetime
) -> int:
    """Returns its id. Who begins one has ended the one before, as a publisher (`be_publisher`)."""
    row = insert(menu_share).values(
        menu_version=version,
        percent=percent,
        begun_at=now,
        begun_by=begun_by,
        note=note,
        ended_why="",
    )
    made: int = conn.execute(row.returning(_share.id)).scalar_one()
    return made


def end(conn: Connection, now: datetime, why: str, share: int | None = None) -> bool:
    """The one that runs, or this one if it still runs; False when there is none."""
    change = update(menu_share).where(_RUNS).values(ended_at=now, ended_why=why)
    if share is not None:
        change = change.where(_share.id == share)
    return conn.execute(change).rowcount > 0


def was_shared(conn: Connection, version: int) -> bool:
    return bool(conn.execute(select(exists().where(_share.menu_version == version))).scalar())
