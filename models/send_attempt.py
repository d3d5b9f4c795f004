"""One row per intent: written before the call to the gateway, completed by its outcome.

A row without `finished_at` is a call of which nobody knows the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final

from sqlalchemy import (
    CTE,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    Insert,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Update,
    bindparam,
    false,
    insert,
    select,
    text,
    update,
)

from models.dialect import handed_rows, handing
from models.metadata import GATEWAY, ID, WORD, UtcDateTime, metadata
from models.mt_message import mt_message
from models.rows import columns_of

_HAS_AN_ID: Final = text("gateway_message_id IS NOT NULL")

send_attempt: Final = Table(
    "send_attempt",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("mt_id", ID, ForeignKey(mt_message.c.id, ondelete="CASCADE"), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("outcome", WORD),
    Column("reason", WORD),
    Column("http_code", Integer),
    # Of this copy: a message sent twice has two, and a delivery report may name either.
    Column("gateway_message_id", Text),
    Column("late", Boolean, nullable=False),  # the outcome came after the row had moved on
    # By which it went. Empty in rows of older releases: then by the one that the message names.
    Column("gateway", GATEWAY),
    UniqueConstraint("mt_id", "generation"),  # one claim, one call
    Index(
        "ix_send_attempt_gateway_message_id",
        "gateway_message_id",
        sqlite_where=_HAS_AN_ID,
        postgresql_where=_HAS_AN_ID,
    ),
)
_T: Final = send_attempt.c
_KEY: Final = ("mt_id", "generation")


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    mt_id: str
    generation: int
    gateway: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """What a call brought. `late`: the row had moved on before."""

    mt_id: str
    generation: int
    outcome: str
    reason: str | None
    http_code: int | None
    gateway_message_id: str | None
    late: bool


_AT: Final = bindparam("at", type_=UtcDateTime())


@cache
def _starting(dialect: str) -> Insert:
    names = tuple(Started.__dataclass_fields__)
    handed = handed_rows(dialect, {name: _T[name].type for name in names})
    rows = select(*(handed.c[name] for name in names), _AT, false())
    return insert(send_attempt).from_select([*names, "started_at", "late"], rows)


@cache
def _finishing(dialect: str) -> Update:
    names = tuple(Finished.__dataclass_fields__)
    handed = handed_rows(dialect, {name: _T[name].type for name in names})
    return (
        update(send_attempt)
        .where(
            _T.mt_id == handed.c.mt_id,
            _T.generation == handed.c.generation,
            _T.finished_at.is_(None),
        )
        .values({name: handed.c[name] for name in names if name not in _KEY})
        .values(finished_at=_AT)
    )


def started_by(written: CTE) -> CTE:
    """As `start`, in the statement that has `written` the intents: id, generation, gateway."""
    names = tuple(Started.__dataclass_fields__)
    rows = select(written.c.id, written.c.generation, written.c.gateway, _AT, false())
    new = insert(send_attempt).from_select([*names, "started_at", "late"], rows)
    return new.returning(_T.id).cte("started")


def taken_by(ended: CTE, outcome: str, *, is_late: ColumnElement[bool]) -> CTE:
    """As `finish`, of calls that a gateway took: each `ended` one's mt_id, fence and vendors_id."""
    finished = (
        update(send_attempt)
        .where(_T.mt_id == ended.c.mt_id, _T.generation == ended.c.fence, _T.finished_at.is_(None))
        .values(
            finished_at=_AT,
            outcome=outcome,
            gateway_message_id=ended.c.vendors_id,
            late=is_late,
        )
    )
    return finished.returning(_T.id).cte("finished")


_TRIED: Final = (
    select(send_attempt.c.gateway)
    .where(send_attempt.c.mt_id == bindparam("of_mt"))
    .order_by(send_attempt.c.id)
)


def start(conn: Connection, started: Sequence[Started], now: datetime) -> None:
    if started:
        given = handing(map(columns_of, started)) | {"at": now}
        conn.execute(_starting(conn.dialect.name), given)


def finish(conn: Connection, finished: Sequence[Finished], now: datetime) -> None:
    """Records what the calls brought. The first outcome of an attempt stands."""
    if finished:
        given = handing(map(columns_of, finished)) | {"at": now}
        conn.execute(_finishing(conn.dialect.name), given)


def tried(conn: Connection, mt_id: str) -> list[str]:
    """The gateways of its attempts, in their order, each once."""
    gateways = conn.execute(_TRIED, {"of_mt": mt_id}).scalars()
    return list(dict.fromkeys(filter(None, gateways)))
