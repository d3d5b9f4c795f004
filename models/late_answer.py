"""What services are asked for callers who wait no longer. One row for each event that asked; it is
gone once it is answered.

A worker takes hold of a row until it is due again. Should he die, another one comes by then; should
he only be slow, the number of the try tells that the row is not his any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Integer,
    LargeBinary,
    Table,
    bindparam,
    delete,
    select,
    update,
)

from models import bulk
from models.dialect import chosen
from models.inbound_event import NewEvent, inbound_event, set_decisions
from models.metadata import ID, UtcDateTime, metadata
from models.rows import columns_of

late_answer: Final = Table(
    "late_answer",
    metadata,
    Column("event_id", ID, ForeignKey(inbound_event.c.id, ondelete="CASCADE"), primary_key=True),
    Column("menu_version", Integer, nullable=False),
    Column("question_sealed", LargeBinary, nullable=False),
    Column("due_at", UtcDateTime, nullable=False, index=True),
    Column("tries", Integer, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LateAnswer:
    """`tries` have begun; `question_sealed` is menu.late's text."""

    event_id: str
    menu_version: int
    question_sealed: bytes = field(repr=False)
    due_at: datetime
    tries: int = 0


_L: Final = late_answer.c
_NOW: Final = bindparam("now", type_=UtcDateTime())
_IS_DUE: Final = _L.due_at <= _NOW
_ANY_DUE: Final = select(_L.event_id).where(_IS_DUE).limit(1)
_FIRST: Final = chosen(
    select(_L.event_id).where(_IS_DUE).order_by(_L.due_at, _L.event_id),
    limit=bindparam("at_most", type_=Integer),
)
_CLAIM: Final = (
    update(late_answer)
    .where(_L.event_id.in_(select(_FIRST.c.event_id)))
    .values(due_at=bindparam("held_until", type_=UtcDateTime()), tries=_L.tries + 1)
    .returning(*_L)
)
_IS_MINE: Final = (_L.event_id == bindparam("whose")) & (_L.tries == bindparam("try"))
_PUT_OFF: Final = (
    update(late_answer).where(_IS_MINE).values(due_at=bindparam("due", type_=UtcDateTime()))
)
_END: Final = delete(late_answer).where(_IS_MINE).returning(_L.event_id)
_EVENT: Final = select(*(inbound_event.c[name] for name in NewEvent.__struct_fields__)).where(
    inbound_event.c.id == bindparam("whose")
)
_RESTORED: Final = "restored"  # what becomes of those that were asked when a backup was made


def made(rows: Sequence[LateAnswer]) -> bulk.Change:
    return bulk.new(late_answer, [columns_of(row) for row in rows], unique=("event_id",))


def is_any_due(conn: Connection, now: datetime) -> bool:
    """Needs no write lock."""
    return conn.execute(_ANY_DUE, {"now": now}).first() is not None


def claim(
    conn: Connection, *, now: datetime, held_until: datetime, at_most: int
) -> list[LateAnswer]:
    """Those that have been due for longest. No row goes to two workers before it is due again."""
    given = {"now": now, "held_until": held_until, "at_most": at_most}
    return [LateAnswer(**row) for row in conn.execute(_CLAIM, given).mappings()]


def put_off(conn: Connection, mine: LateAnswer, due_at: datetime) -> None:
    """Until then; nothing where another one has taken it."""
    conn.execute(_PUT_OFF, {"whose": mine.event_id, "try": mine.tries, "due": due_at})


def end(conn: Connection, mine: LateAnswer) -> bool:
    """It is answered in this transaction. False where another one has taken it, or ended it."""
    given = {"whose": mine.event_id, "try": mine.tries}
    return conn.execute(_END, given).first() is not None


def event_of(conn: Connection, mine: LateAnswer) -> NewEvent | None:
    row = conn.execute(_EVENT, {"whose": mine.event_id}).first()
    return NewEvent(**row._mapping) if row else None


def drop_all(conn: Connection) -> int:
    """Of a restored backup: whether they were answered since, nobody knows. How many."""
    asked = list(conn.execute(delete(late_answer).returning(_L.event_id)).scalars())
    set_decisions(conn, dict.fromkeys(asked, _RESTORED))
    return len(asked)
