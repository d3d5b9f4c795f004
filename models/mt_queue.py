"""How many MT messages wait, and for how long. Cheap beside millions: only small indexes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, func, select

from models import waiting_event
from models.database import Database
from models.mt_message import mt_message
from models.mt_moves import AT, is_one_of
from telecom.statuses import FINAL, MtStatus

# What is neither on its way nor at its end.
OPEN: Final = tuple(status for status in MtStatus if status not in FINAL | {MtStatus.SENT})
MOST_COUNTED: Final = 100_000  # more than that is the same alarm, and must not cost more

_T = mt_message.c
_COUNTS: Final = {
    status: select(func.count()).select_from(
        select(_T.id).where(is_one_of(_T.status, [status])).limit(MOST_COUNTED).subquery()
    )
    for status in OPEN
}
_OLDEST_DUE: Final = (
    select(_T.not_before)
    .where(is_one_of(_T.status, [MtStatus.QUEUED]), _T.not_before <= AT)
    .order_by(_T.not_before)
    .limit(1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """`open` counts by status, each up to MOST_COUNTED; `oldest_due` is since when the oldest is
    due, or since when a call waits for the SMS that answers it.
    """

    open: dict[MtStatus, int]
    oldest_due: datetime | None


def _due_since(conn: Connection, now: datetime) -> datetime | None:
    return conn.execute(_OLDEST_DUE, {"at": now}).scalar()


def measure(database: Database, now: datetime) -> Queue:
    """Raises DatabaseDown."""
    with database.read() as conn:
        return Queue(
            open={
                status: int(conn.execute(query).scalar_one()) for status, query in _COUNTS.items()
            },
            oldest_due=min(
                filter(None, (_due_since(conn, now), waiting_event.since(conn))), default=None
            ),
        )
