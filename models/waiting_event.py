"""Events that were kept and are not answered yet: a webhook has its 2xx, a worker does the rest.

Whoever takes some holds their rows to the end of his transaction, and decides in it. When he dies,
they wait for the next one as if nothing had been.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Integer, bindparam, literal_column, select, update

from models.inbound_event import WAITS, NewEvent, inbound_event

_E: Final = inbound_event.c
# In the statement's text, not as a parameter: only so the small index serves it.
_WAITS: Final = _E.decision == literal_column(f"'{WAITS}'")
_ANY: Final = select(_E.id).where(_WAITS).limit(1)
_SINCE: Final = select(_E.received_at).where(_WAITS).order_by(_E.id).limit(1)
_OLDEST: Final = (
    select(_E.id).where(_WAITS).order_by(_E.id).limit(bindparam("at_most", type_=Integer))
)
_TAKE: Final = (
    select(*(_E[name] for name in NewEvent.__struct_fields__))
    .where(_WAITS)
    .order_by(_E.id)
    .limit(bindparam("at_most", type_=Integer))
    .with_for_update(skip_locked=True)
)
_TAKE_ONE: Final = _TAKE.where(_E.id == bindparam("event_id"))
_RESTORED: Final = "restored"  # what becomes of those that waited when a backup was made


def is_any(conn: Connection) -> bool:
    return conn.execute(_ANY).first() is not None


def take(conn: Connection, *, at_most: int) -> list[NewEvent]:
    """The oldest that nobody else holds."""
    return [NewEvent(**row._mapping) for row in conn.execute(_TAKE, {"at_most": at_most})]


def take_one(conn: Connection, event_id: str) -> list[NewEvent]:
    """This one; none where it is answered by now, or held."""
    rows = conn.execute(_TAKE_ONE, {"at_most": 1, "event_id": event_id})
    return [NewEvent(**row._mapping) for row in rows]


def since(conn: Connection) -> datetime | None:
    """When the oldest of them came in."""
    return conn.execute(_SINCE).scalar()


def oldest(conn: Connection, *, at_most: int) -> list[str]:
    """Ids, whether held or not."""
    return list(conn.execute(_OLDEST, {"at_most": at_most}).scalars())


def drop_all(conn: Connection) -> int:
    """Of a restored backup: whether they were answered since, nobody knows. How many."""
    done = conn.execute(update(inbound_event).where(_WAITS).values(decision=_RESTORED))
    return done.rowcount
