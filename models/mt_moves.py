"""How one MT message changes its status: conditional updates, fenced by status and generation.

`telecom.statuses.MOVES` is the one table of what is legal. Times are handed in, and must be those
of `models.shared_clock`: the leases of workers on several hosts are compared with each other.

The statements are built once: building one costs ten times what running it costs. Those around a
call to a gateway, the busiest, are in `mt_turns`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    String,
    Text,
    Update,
    bindparam,
    case,
    func,
    literal_column,
    null,
    update,
)

from models import consent, do_not_disturb
from models.dialect import handed_rows, handing, unindexed
from models.metadata import UtcDateTime
from models.mt_message import mt_message
from telecom.statuses import Lane, MessageClass, MtStatus, may_move

_T = mt_message.c
_HELD: Final = frozenset({MtStatus.CLAIMED, MtStatus.SUBMITTED})

# What statements are given. No name may be a column's: SQLAlchemy keeps those for itself.
AT: Final = bindparam("at", type_=UtcDateTime())
_LATER: Final = bindparam("later", type_=UtcDateTime())
LEASE: Final = bindparam("lease", type_=UtcDateTime())
_WHY: Final = bindparam("why", type_=_T.last_outcome.type)
_MT_ID: Final = bindparam("mt_id", type_=_T.id.type)
_IS_HELD: Final = (_T.id == _MT_ID) & (_T.generation == bindparam("fence"))

# Said STOP, and no answer to a command of his: those are asked for. Promotion may also be
# forbidden by a list of do-not-disturb.
HAS_STOPPED: Final = (_T.message_class != MessageClass.CONFIRMATION) & consent.forbids(_T.to_hash)
IS_UNWANTED: Final = HAS_STOPPED | (
    (_T.message_class == MessageClass.BULK) & do_not_disturb.forbids(_T.to_hash)
)


class IllegalMove(Exception):
    """The code asks for a move that `telecom.statuses.MOVES` does not have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One worker's hold on a row. `generation` is its fence: a newer claim makes it worthless."""

    id: str
    generation: int
    gateway: str
    message_class: MessageClass
    lane: Lane = Lane.DIALOGUE
    channel: str | None = None  # of the event that it answers
    ref: str
    sender_id: str | None
    link_id: str | None
    to_sealed: bytes = field(repr=False)
    body_sealed: bytes | None = field(repr=False)
    not_before: datetime
    expires_at: datetime
    attempts: int = 0
    ambiguous_before: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """By which gateway a claimed row shall go, and what it then shows as its sender."""

    gateway: str
    sender_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What becomes of a submitted row that was not, or not surely, accepted. `was_refused`: surely
    not, so it is no copy.
    """

    after: MtStatus
    last_outcome: str
    was_refused: bool = False
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What is now known of a message, whoever holds it: `after` is sent, delivered or failed.

    `was_out`: also that a gateway took it, which a failure alone does not tell.
    """

    mt_id: str
    after: MtStatus
    evidence: str
    gateway_message_id: str | None = None
    was_out: bool


def moving(before: Collection[MtStatus], after: MtStatus) -> Update:
    """The only way a status is written: from these to that, at AT. Raises IllegalMove.

    Whoever moves rows knows which: PostgreSQL shall find them by that, and look into no index of
    all that have a status, where those that had it before are in its way.
    """
    for one in before:
        if not may_move(one, after):
            raise IllegalMove(f"{one} to {after}")
    moved = update(mt_message).where(is_one_of(unindexed(_T.status), before))
    moved = moved.values(status=literal_column(f"'{after.value}'"), updated_at=AT)
    if after not in _HELD:
        moved = moved.values(lease_until=null(), owner=null())
    if after.is_final:  # a one-time code is not kept longer than it can be of use
        is_otp = _T.message_class == MessageClass.OTP
        moved = moved.values(body_sealed=case((is_otp, null()), else_=_T.body_sealed))
    return moved


def is_one_of(column: ColumnElement[str], words: Collection[StrEnum]) -> ColumnElement[bool]:
    """Written into the SQL as literals: a partial index is not used for a bound parameter, and a
    list of those is written anew with each execution.
    """
    literals: list[ColumnElement[str]] = [literal_column(f"'{word.value}'") for word in words]
    return column == literals[0] if len(literals) == 1 else column.in_(literals)


_PUT_BACK: Final = (
    moving({MtStatus.CLAIMED}, MtStatus.QUEUED)
    .where(_IS_HELD)
    .values(
        not_before=func.coalesce(_LATER, _T.not_before),
        last_outcome=func.coalesce(_WHY, _T.last_outcome),
    )
)
_SUPPRESS: Final = (
    moving({MtStatus.QUEUED, MtStatus.CLAIMED}, MtStatus.SUPPRESSED)
    .where(_T.id == _MT_ID, _T.submissions == 0)
    .values(last_outcome=_WHY)
)


def _settling(after: MtStatus) -> Update:
    statement = (
        moving({MtStatus.SUBMITTED}, after)
        .where(_IS_HELD)
        .values(
            last_outcome=_WHY,
            submissions=_T.submissions - bindparam("refused", type_=Integer),
            not_before=func.coalesce(_LATER, _T.not_before),
        )
    )
    if after is MtStatus.UNKNOWN:
        return statement.values(unknown_since=AT, ambiguous_before=True, evidence=_WHY)
    return statement


@cache
def _proving(dialect: str, after: MtStatus) -> Update:
    handed = handed_rows(
        dialect,
        {"mt_id": String(36), "proof": String(), "vendors_id": Text(), "was_out": Integer()},
    )
    return (
        moving([before for before in MtStatus if may_move(before, after)], after)
        .where(_T.id == handed.c.mt_id)
        .values(
            evidence=handed.c.proof,
            gateway_message_id=func.coalesce(_T.gateway_message_id, handed.c.vendors_id),
            sent_at=case((handed.c.was_out == 1, func.coalesce(_T.sent_at, AT)), else_=_T.sent_at),
        )
        .returning(_T.id)
    )


_SETTLE: Final = MappingProxyType(
    {
        after: _settling(after)
        for after in (
            MtStatus.QUEUED,
            MtStatus.UNKNOWN,
            MtStatus.FAILED,
            MtStatus.UNKNOWN_FINAL,
        )
    }
)


def put_back(
    conn: Connection,
    held: Claim,
    *,
    now: datetime,
    not_before: datetime | None = None,
    why: str | None = None,
) -> bool:
    """claimed to queued: nothing was called. `not_before` delays the next claim."""
    given = _fence(held) | {"at": now, "later": not_before, "why": why}
    return conn.execute(_PUT_BACK, given).rowcount == 1


def settle(conn: Connection, held: Claim, settlement: Settlement, *, now: datetime) -> bool:
    """submitted to what the call brought. False when the row has moved on without this worker."""
    given = _fence(held) | {
        "at": now,
        "why": settlement.last_outcome,
        "refused": int(settlement.was_refused),
        "later": settlement.not_before,
    }
    return conn.execute(_SETTLE[settlement.after], given).rowcount == 1


def record_evidence(
    conn: Connection,
    mt_id: str,
    after: MtStatus,
    *,
    evidence: str,
    now: datetime,
    gateway_message_id: str | None = None,
) -> bool:
    """One proof. False when the row knows better already."""
    proof = Proof(
        mt_id=mt_id,
        after=after,
        evidence=evidence,
        gateway_message_id=gateway_message_id,
        was_out=after is not MtStatus.FAILED,
    )
    return bool(record_proofs(conn, [proof], now=now))


def record_proofs(conn: Connection, proofs: Sequence[Proof], *, now: datetime) -> set[str]:
    """From any status that may become `after`, for late replies and delivery reports; no two of one
    message. A resend that waits is cancelled by it. The ids of those that moved.
    """
    moved: set[str] = set()
    for after in sorted({proof.after for proof in proofs}):
        rows = [
            {
                "mt_id": proof.mt_id,
                "proof": proof.evidence,
                "vendors_id": proof.gateway_message_id,
                "was_out": int(proof.was_out),
            }
            for proof in proofs
            if proof.after is after
        ]
        statement = _proving(conn.dialect.name, after)
        moved.update(conn.execute(statement, handing(rows) | {"at": now}).scalars())
    return moved


def suppress(conn: Connection, mt_id: str, *, why: str, now: datetime) -> bool:
    """queued or claimed to suppressed: consent, a cap or an admin forbids it before any call."""
    return conn.execute(_SUPPRESS, {"mt_id": mt_id, "why": why, "at": now}).rowcount == 1


def _fence(held: Claim) -> dict[str, object]:
    return {"mt_id": held.id, "fence": held.generation}
