"""What becomes of MT messages by time alone. Idempotent, bounded, safe to run on every worker."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, not_, or_, select

from models.dialect import chosen
from models.mt_message import mt_message
from models.mt_moves import in_status, moving
from telecom.statuses import POLICIES, MtStatus

_T = mt_message.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """One row that was moved."""

    id: str
    gateway: str


def reclaim(conn: Connection, *, now: datetime, limit: int) -> list[Swept]:
    """claimed, lease over: queued again. Safe, since no intent was written."""
    return _sweep(conn, MtStatus.CLAIMED, MtStatus.QUEUED, _T.lease_until <= now, now, limit)


def doubt(conn: Connection, *, now: datetime, limit: int) -> list[Swept]:
    """submitted, lease over: unknown, never queued. Its worker died or froze around the call."""
    return _sweep(
        conn,
        MtStatus.SUBMITTED,
        MtStatus.UNKNOWN,
        _T.lease_until <= now,
        now,
        limit,
        unknown_since=now,
        ambiguous_before=True,
        last_outcome="no_record",
        evidence="no_record",
    )


def resend(conn: Connection, *, unknown_until: datetime, now: datetime, limit: int) -> list[Swept]:
    """unknown since before `unknown_until`, where its class allows another copy: queued."""
    settled = (_T.unknown_since <= unknown_until) & _may_be_resent(now)
    return _sweep(conn, MtStatus.UNKNOWN, MtStatus.QUEUED, settled, now, limit, not_before=now)


def close(conn: Connection, *, unknown_until: datetime, now: datetime, limit: int) -> list[Swept]:
    """unknown since before `unknown_until`, and no other copy allowed: unknown_final."""
    settled = (_T.unknown_since <= unknown_until) & not_(_may_be_resent(now))
    known_class = _T.message_class.in_(list(POLICIES))
    return _sweep(conn, MtStatus.UNKNOWN, MtStatus.UNKNOWN_FINAL, settled & known_class, now, limit)


def expire(conn: Connection, *, now: datetime, limit: int) -> list[Swept]:
    """queued, life over, surely never sent: expired."""
    overdue = (_T.expires_at <= now) & _T.ambiguous_before.is_(False)
    return _sweep(conn, MtStatus.QUEUED, MtStatus.EXPIRED, overdue, now, limit)


def expire_doubtful(conn: Connection, *, now: datetime, limit: int) -> list[Swept]:
    """queued for a resend, life over: unknown_final, since the first copy may have arrived."""
    overdue = (_T.expires_at <= now) & _T.ambiguous_before.is_(True)
    return _sweep(conn, MtStatus.QUEUED, MtStatus.UNKNOWN_FINAL, overdue, now, limit)


def _may_be_resent(now: datetime) -> ColumnElement[bool]:
    allowed: Iterable[ColumnElement[bool]] = (
        (_T.message_class == message_class) & (_T.submissions < policy.max_submissions)
        for message_class, policy in POLICIES.items()
        if policy.resends_ambiguous
    )
    return or_(*allowed) & (_T.expires_at > now)


def _sweep(
    conn: Connection,
    before: MtStatus,
    after: MtStatus,
    condition: ColumnElement[bool],
    now: datetime,
    limit: int,
    **values: object,
) -> list[Swept]:
    ids = chosen(select(_T.id).where(in_status(before), condition), limit=limit)
    statement = (
        moving({before}, after, now)
        .where(_T.id.in_(select(ids.c.id)))
        .values(**values)
        .returning(_T.id, _T.gateway)
    )
    return [Swept(**row) for row in conn.execute(statement).mappings()]
