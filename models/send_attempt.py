"""One row per intent: written before the call to the gateway, completed by its outcome.

A row without `finished_at` is a call of which nobody knows the end.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    insert,
    update,
)

from models.metadata import ID, WORD, UtcDateTime, metadata
from models.mt_message import mt_message

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
    UniqueConstraint("mt_id", "generation"),  # one claim, one call
    Index("ix_send_attempt_gateway_message_id", "gateway_message_id"),
)

_START: Final = insert(send_attempt)
_FINISH: Final = update(send_attempt).where(
    send_attempt.c.mt_id == bindparam("of_mt"),
    send_attempt.c.generation == bindparam("fence"),
    send_attempt.c.finished_at.is_(None),
)


def start(conn: Connection, mt_id: str, generation: int, now: datetime) -> None:
    given = {"mt_id": mt_id, "generation": generation, "started_at": now, "late": False}
    conn.execute(_START, given)


def finish(
    conn: Connection,
    mt_id: str,
    generation: int,
    *,
    outcome: str,
    reason: str | None,
    http_code: int | None,
    gateway_message_id: str | None,
    late: bool,
    now: datetime,
) -> None:
    """Records what the call brought. The first outcome of an attempt stands."""
    brought = {
        "finished_at": now,
        "outcome": outcome,
        "reason": reason,
        "http_code": http_code,
        "gateway_message_id": gateway_message_id,
        "late": late,
    }
    conn.execute(_FINISH, {"of_mt": mt_id, "fence": generation} | brought)
