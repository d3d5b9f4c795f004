"""The switch that stops sending: a row for every gateway that is paused, or one for all of them.

Claims and intents look at it in their own statements, so every worker of every host obeys at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    String,
    Table,
    Text,
    bindparam,
    delete,
    exists,
    or_,
    select,
)

from models.dialect import insert_new, is_there
from models.metadata import GATEWAY, UtcDateTime, metadata
from models.rows import columns_of

ALL: Final = "*"  # no gateway can have this name

outbox_pause: Final = Table(
    "outbox_pause",
    metadata,
    Column("gateway", GATEWAY, primary_key=True),
    Column("since", UtcDateTime, nullable=False),
    Column("by", String(80), nullable=False),
    Column("note", Text, nullable=False),
)
_T = outbox_pause.c
_REMOVE: Final = delete(outbox_pause).where(_T.gateway == bindparam("of_gateway"))
# Apart, because the first does not depend on the row: it is asked once, and where all is paused no
# waiting row is looked at.
_ALL_PAUSED: Final = exists(select(_T.gateway).where(_T.gateway == ALL).correlate(None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    gateway: str
    since: datetime
    by: str
    note: str

    @property
    def is_of_all(self) -> bool:
        return self.gateway == ALL


def allows(gateway: ColumnElement[str]) -> ColumnElement[bool]:
    """As part of another statement: whether the gateway of its row may send."""
    return ~_ALL_PAUSED & ~is_there(select(_T.gateway).where(_T.gateway == gateway))


def record(conn: Connection, pause: Pause) -> bool:
    """False when it was paused before: who did that, when and why stays."""
    return insert_new(conn, outbox_pause, columns_of(pause), unique=("gateway",))


def remove(conn: Connection, gateway: str) -> bool:
    """False when it was not paused."""
    return conn.execute(_REMOVE, {"of_gateway": gateway}).rowcount == 1


def pauses(conn: Connection) -> list[Pause]:
    """The longest first."""
    rows = conn.execute(select(outbox_pause).order_by(_T.since, _T.gateway)).mappings()
    return [Pause(**row) for row in rows]


def is_paused(conn: Connection, gateway: str) -> bool:
    query = select(_T.gateway).where(or_(_T.gateway == ALL, _T.gateway == gateway))
    return conn.execute(query.limit(1)).first() is not None
