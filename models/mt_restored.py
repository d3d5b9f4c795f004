"""What a restored backup makes of the outbox: whatever waited then may have been sent since.

Such a row becomes what a killed worker leaves: a claim, an intent, no end. So a late worker of the
old database is fenced, a delivery report finds its attempt, and only evidence moves it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Update, bindparam, false, func, insert, literal, select

from models.metadata import UtcDateTime
from models.mt_message import mt_message
from models.mt_moves import AT, is_one_of, moving
from models.send_attempt import send_attempt
from telecom.statuses import MtStatus

RESTORED: Final = "restored"  # evidence, outcome, and the reason of the supposed attempt

_T = mt_message.c


def _moving_all(before: MtStatus, after: MtStatus) -> Update:
    return moving({before}, after).where(is_one_of(_T.status, [before]))


_STEPS: Final = (
    _moving_all(MtStatus.UNKNOWN, MtStatus.QUEUED),
    _moving_all(MtStatus.QUEUED, MtStatus.CLAIMED).values(generation=_T.generation + 1),
    insert(send_attempt).from_select(
        ["mt_id", "generation", "started_at", "reason", "late"],
        select(
            _T.id,
            _T.generation,
            bindparam("began", type_=UtcDateTime()),
            literal(RESTORED),
            false(),
        ).where(_T.status == MtStatus.CLAIMED),
    ),
    _moving_all(MtStatus.CLAIMED, MtStatus.SUBMITTED).values(
        attempts=_T.attempts + 1, submissions=_T.submissions + 1
    ),
    _moving_all(MtStatus.SUBMITTED, MtStatus.UNKNOWN).values(
        unknown_since=AT, ambiguous_before=True, last_outcome=RESTORED, evidence=RESTORED
    ),
)
_OPEN: Final = (MtStatus.QUEUED, MtStatus.CLAIMED, MtStatus.SUBMITTED, MtStatus.UNKNOWN)
_COUNT: Final = select(func.count()).select_from(mt_message).where(_T.status.in_(_OPEN))


def doubt_all(conn: Connection, *, backed_up_at: datetime, now: datetime) -> int:
    """Every message without an end becomes unknown; how many."""
    found = int(conn.execute(_COUNT).scalar_one())
    for step in _STEPS:
        conn.execute(step, {"began": backed_up_at} if step.is_insert else {"at": now})
    return found
