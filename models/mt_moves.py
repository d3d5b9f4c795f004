"""How one MT message changes its status: conditional updates, fenced by status and generation.

`telecom.statuses.MOVES` is the one table of what is legal. Times are handed in. On SQLite all
processes share one host and its clock; on PostgreSQL the caller must hand in the database's own
time, because the leases of workers on several hosts are compared with each other.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Update,
    case,
    func,
    literal_column,
    null,
    select,
    update,
)

from models import send_attempt
from models.dialect import chosen
from models.mt_message import mt_message
from telecom.statuses import MessageClass, MtStatus, may_move

_T = mt_message.c
_HELD: Final = frozenset({MtStatus.CLAIMED, MtStatus.SUBMITTED})


class IllegalMove(Exception):
    """The code asks for a move that `telecom.statuses.MOVES` does not have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One worker's hold on a row. `generation` is its fence: a newer claim makes it worthless."""

    id: str
    generation: int
    gateway: str
    message_class: MessageClass
    ref: str
    sender_id: str | None
    link_id: str | None
    to_sealed: bytes = field(repr=False)
    body_sealed: bytes | None = field(repr=False)
    not_before: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What the intent found: how many attempts there are now, and whether one was ambiguous."""

    attempts: int
    ambiguous_before: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What becomes of a submitted row. `was_refused`: surely not accepted, so it is no copy."""

    after: MtStatus
    last_outcome: str
    was_refused: bool = False
    not_before: datetime | None = None
    gateway_message_id: str | None = None


def moving(before: Collection[MtStatus], after: MtStatus, now: datetime) -> Update:
    """The only way a status is written: from these to that. Raises IllegalMove."""
    for one in before:
        if not may_move(one, after):
            raise IllegalMove(f"{one} to {after}")
    moved = update(mt_message).where(in_status(*before)).values(status=after, updated_at=now)
    if after not in _HELD:
        moved = moved.values(lease_until=None, owner=None)
    if after.is_final:  # a one-time code is not kept longer than it can be of use
        is_otp = _T.message_class == MessageClass.OTP
        moved = moved.values(body_sealed=case((is_otp, null()), else_=_T.body_sealed))
    return moved


def in_status(*statuses: MtStatus) -> ColumnElement[bool]:
    """Written into the SQL as literals: a partial index is not used for a bound parameter."""
    words: list[ColumnElement[str]] = [literal_column(f"'{status.value}'") for status in statuses]
    return _T.status == words[0] if len(words) == 1 else _T.status.in_(words)


def _due(now: datetime) -> ColumnElement[bool]:
    """What may be claimed. A class that only a newer release knows is left to that release."""
    return (
        in_status(MtStatus.QUEUED)
        & (_T.not_before <= now)
        & (_T.expires_at > now)
        & _T.message_class.in_(list(MessageClass))
    )


def has_due(conn: Connection, now: datetime) -> bool:
    """Whether a claim would bring anything. Needs no write lock."""
    first_due = select(_T.id).where(_due(now)).order_by(_T.not_before).limit(1)
    return conn.execute(first_due).first() is not None


def claim(
    conn: Connection, *, owner: str, now: datetime, lease_until: datetime, limit: int
) -> list[Claim]:
    """queued to claimed, the longest due first. No row goes to two workers."""
    due = chosen(select(_T.id).where(_due(now)).order_by(_T.not_before, _T.id), limit=limit)
    statement = (
        moving({MtStatus.QUEUED}, MtStatus.CLAIMED, now)
        .where(_T.id.in_(select(due.c.id)))
        .values(generation=_T.generation + 1, owner=owner, lease_until=lease_until)
        .returning(*(_T[name] for name in Claim.__dataclass_fields__))
    )
    claims = [Claim(**row) for row in conn.execute(statement).mappings()]
    return sorted(claims, key=lambda one: (one.not_before, one.id))


def put_back(
    conn: Connection,
    held: Claim,
    *,
    now: datetime,
    not_before: datetime | None = None,
    why: str | None = None,
) -> bool:
    """claimed to queued: nothing was called. `not_before` delays the next claim."""
    statement = moving({MtStatus.CLAIMED}, MtStatus.QUEUED, now).where(_is_held_by(held))
    if not_before is not None:
        statement = statement.values(not_before=not_before)
    if why is not None:
        statement = statement.values(last_outcome=why)
    return conn.execute(statement).rowcount == 1


def write_intent(
    conn: Connection, held: Claim, *, now: datetime, lease_until: datetime
) -> Written | None:
    """claimed to submitted, with its attempt row: from now on the call may have happened.

    None when the claim is no longer good: fenced, lease over, life over. The counters rise here,
    before the call, so that a message that kills its worker is counted too.
    """
    statement = (
        moving({MtStatus.CLAIMED}, MtStatus.SUBMITTED, now)
        .where(
            _is_held_by(held),
            _T.lease_until > now,
            _T.expires_at > now,
        )
        .values(attempts=_T.attempts + 1, submissions=_T.submissions + 1, lease_until=lease_until)
        .returning(_T.attempts, _T.ambiguous_before)
    )
    row = conn.execute(statement).mappings().first()
    if row is None:
        return None
    send_attempt.start(conn, held.id, held.generation, now)
    return Written(**row)


def settle(conn: Connection, held: Claim, settlement: Settlement, *, now: datetime) -> bool:
    """submitted to what the call brought. False when the row has moved on without this worker."""
    after, outcome = settlement.after, settlement.last_outcome
    statement = (
        moving({MtStatus.SUBMITTED}, after, now)
        .where(_is_held_by(held))
        .values(last_outcome=outcome)
    )
    if settlement.was_refused:
        statement = statement.values(submissions=_T.submissions - 1)
    if after is MtStatus.SENT:
        statement = statement.values(
            sent_at=now, evidence="reply", gateway_message_id=settlement.gateway_message_id
        )
    if after is MtStatus.UNKNOWN:
        statement = statement.values(unknown_since=now, ambiguous_before=True, evidence=outcome)
    if settlement.not_before is not None:
        statement = statement.values(not_before=settlement.not_before)
    return conn.execute(statement).rowcount == 1


def record_evidence(
    conn: Connection,
    mt_id: str,
    after: MtStatus,
    *,
    evidence: str,
    now: datetime,
    gateway_message_id: str | None = None,
) -> bool:
    """What is now known of a message, whoever holds it: from any status that may become `after`.

    For a late reply and for delivery reports. A resend that waits is cancelled by it. False when
    the row knows better already.
    """
    before = {status for status in MtStatus if may_move(status, after)}
    statement = (
        moving(before, after, now)
        .where(_T.id == mt_id)
        .values(
            evidence=evidence,
            gateway_message_id=func.coalesce(_T.gateway_message_id, gateway_message_id),
        )
    )
    if after in (MtStatus.SENT, MtStatus.DELIVERED):
        statement = statement.values(sent_at=func.coalesce(_T.sent_at, now))
    return conn.execute(statement).rowcount == 1


def suppress(conn: Connection, mt_id: str, *, why: str, now: datetime) -> bool:
    """queued or claimed to suppressed: consent, a cap or an admin forbids it before any call."""
    statement = (
        moving({MtStatus.QUEUED, MtStatus.CLAIMED}, MtStatus.SUPPRESSED, now)
        .where(_T.id == mt_id, _T.submissions == 0)
        .values(last_outcome=why)
    )
    return conn.execute(statement).rowcount == 1


def _is_held_by(held: Claim) -> ColumnElement[bool]:
    return (_T.id == held.id) & (_T.generation == held.generation)
