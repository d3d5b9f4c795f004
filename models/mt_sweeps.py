"""What becomes of MT messages by time alone. Idempotent, bounded, safe to run on every worker."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Update,
    bindparam,
    false,
    func,
    not_,
    or_,
    select,
    true,
)

from models.dialect import chosen
from models.metadata import UtcDateTime
from models.mt_message import mt_message
from models.mt_moves import AT, is_one_of, moving
from models.mt_restored import RESTORED
from telecom.statuses import POLICIES, MtStatus

_T = mt_message.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """One row that was moved."""

    id: str
    gateway: str


def _sweeping(
    before: MtStatus, after: MtStatus, condition: ColumnElement[bool], **values: object
) -> Update:
    found = select(_T.id).where(is_one_of(_T.status, [before]), condition)
    ids = chosen(found, limit=bindparam("at_most", type_=Integer))
    statement = moving({before}, after).where(_T.id.in_(select(ids.c.id))).values(**values)
    return statement.returning(_T.id, _T.gateway)


_LEASE_IS_OVER: Final = _T.lease_until <= AT
_LIFE_IS_OVER: Final = _T.expires_at <= AT
_IS_SETTLED: Final = _T.unknown_since <= bindparam("unknown_until", type_=UtcDateTime())
# A backup does not know what was sent after it: all of it once more would go to everybody at once.
_IS_RESTORED: Final = func.coalesce(_T.evidence, "") == RESTORED
_MAY_BE_RESENT: Final = (
    (_T.expires_at > AT)
    & not_(_IS_RESTORED)
    & or_(
        *(
            is_one_of(_T.message_class, [message_class]) & (_T.submissions < policy.max_submissions)
            for message_class, policy in POLICIES.items()
            if policy.resends_ambiguous
        )
    )
)
_RECLAIM: Final = _sweeping(MtStatus.CLAIMED, MtStatus.QUEUED, _LEASE_IS_OVER)
_DOUBT: Final = _sweeping(
    MtStatus.SUBMITTED,
    MtStatus.UNKNOWN,
    _LEASE_IS_OVER,
    unknown_since=AT,
    ambiguous_before=True,
    last_outcome="no_record",
    evidence="no_record",
)
_RESEND: Final = _sweeping(
    MtStatus.UNKNOWN, MtStatus.QUEUED, _IS_SETTLED & _MAY_BE_RESENT, not_before=AT
)
_CLOSE: Final = _sweeping(
    MtStatus.UNKNOWN,
    MtStatus.UNKNOWN_FINAL,
    _IS_SETTLED & not_(_MAY_BE_RESENT) & is_one_of(_T.message_class, POLICIES),
)
_EXPIRE: Final = _sweeping(
    MtStatus.QUEUED, MtStatus.EXPIRED, _LIFE_IS_OVER & (_T.ambiguous_before == false())
)
_EXPIRE_DOUBTFUL: Final = _sweeping(
    MtStatus.QUEUED, MtStatus.UNKNOWN_FINAL, _LIFE_IS_OVER & (_T.ambiguous_before == true())
)


def reclaim(conn: Connection, *, now: datetime, limit: int) -> list[Swept]:
    """claimed, lease over: queued again. Safe, since no intent was written."""
    return _run(conn, _RECLAIM, limit, at=now)


def doubt(conn: Connection, *, now: datetime, limit: int) -> list[Swept]:
    """submitted, lease over: unknown, never queued. Its worker died or froze around the call."""
    return _run(conn, _DOUBT, limit, at=now)


def resend(conn: Connection, *, unknown_until: datetime, now: datetime, limit: int) -> list[Swept]:
    """unknown since before `unknown_until`, where its class allows another copy: queued."""
    return _run(conn, _RESEND, limit, at=now, unknown_until=unknown_until)


def close(conn: Connection, *, unknown_until: datetime, now: datetime, limit: int) -> list[Swept]:
    """unknown since before `unknown_until`, and no other copy allowed: unknown_final."""
    return _run(conn, _CLOSE, limit, at=now, unknown_until=unknown_until)


def expire(conn: Connection, *, now: datetime, limit: int) -> list[Swept]:
    """queued, life over, surely never sent: expired."""
    return _run(conn, _EXPIRE, limit, at=now)


def expire_doubtful(conn: Connection, *, now: datetime, limit: int) -> list[Swept]:
    """queued for a resend, life over: unknown_final, since the first copy may have arrived."""
    return _run(conn, _EXPIRE_DOUBTFUL, limit, at=now)


def _run(conn: Connection, sweep: Update, limit: int, **given: datetime) -> list[Swept]:
    rows = conn.execute(sweep, given | {"at_most": limit}).mappings()
    return [Swept(**row) for row in rows]
