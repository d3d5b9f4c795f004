"""MT messages as an operator looks for them: counted, and found by what he knows of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Integer, Select, bindparam, func, or_, select

from models.inbound_event import inbound_event
from models.mt_message import mt_message
from models.mt_moves import is_one_of, moving
from models.send_attempt import send_attempt
from telecom.statuses import MessageClass, MtStatus

_T = mt_message.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    status: MtStatus
    message_class: MessageClass
    gateway: str
    count: int
    oldest_due: datetime | None  # of those that wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a message must be; None asks for nothing. `after`: the last id of the page before."""

    to_hash: str | None = None
    mt_id: str | None = None
    gateway_message_id: str | None = None
    event_id: str | None = None  # ours, or the gateway's
    status: MtStatus | None = None
    message_class: MessageClass | None = None
    gateway: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`generation` counts the claims of it."""

    id: str
    status: MtStatus
    message_class: MessageClass
    gateway: str
    to_hash: str
    to_sealed: bytes = field(repr=False)
    has_body: bool
    generation: int
    lease_until: datetime | None
    owner: str | None
    attempts: int
    submissions: int
    not_before: datetime
    expires_at: datetime
    gateway_message_id: str | None
    last_outcome: str | None
    evidence: str | None
    unknown_since: datetime | None
    ambiguous_before: bool
    resend_of: str | None
    inbound_event_id: str | None
    created_at: datetime
    updated_at: datetime
    sent_at: datetime | None


_COLUMNS: Final = [
    _T.body_sealed.is_not(None).label("has_body") if name == "has_body" else _T[name]
    for name in Row.__dataclass_fields__
]
_GROUPS: Final = (
    select(
        _T.status,
        _T.message_class,
        _T.gateway,
        func.count().label("count"),
        func.min(_T.not_before).label("oldest_due"),
    )
    .group_by(_T.status, _T.message_class, _T.gateway)
    .order_by(_T.gateway, _T.message_class, _T.status)
)


def groups(conn: Connection) -> list[Group]:
    """Counts every row there is: seconds where there are millions."""
    found = []
    for row in conn.execute(_GROUPS).mappings():
        waits = row["status"] is MtStatus.QUEUED
        found.append(Group(**{**row, "oldest_due": row["oldest_due"] if waits else None}))
    return found


def search(conn: Connection, wanted: Wanted, limit: int) -> list[Row]:
    """The newest first."""
    query = select(*_COLUMNS)
    for name in ("to_hash", "status", "message_class", "gateway"):
        if (value := getattr(wanted, name)) is not None:
            query = query.where(_T[name] == value)
    if wanted.mt_id is not None:
        query = query.where(_T.id == wanted.mt_id)
    if wanted.gateway_message_id is not None:
        of_copies = select(send_attempt.c.mt_id).where(
            send_attempt.c.gateway_message_id == wanted.gateway_message_id
        )
        is_own = _T.gateway_message_id == wanted.gateway_message_id
        query = query.where(or_(is_own, _T.id.in_(of_copies)))
    if wanted.event_id is not None:
        events = select(inbound_event.c.id).where(
            or_(
                inbound_event.c.id == wanted.event_id,
                inbound_event.c.gateway_event_id == wanted.event_id,
            )
        )
        query = query.where(_T.inbound_event_id.in_(events))
    if wanted.since is not None:
        query = query.where(_T.created_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(_T.created_at < wanted.until)
    if wanted.after is not None:
        query = query.where(_T.id < wanted.after)
    rows = conn.execute(query.order_by(_T.id.desc()).limit(limit)).mappings()
    return [Row(**row) for row in rows]


def find(conn: Connection, mt_id: str) -> Row | None:
    rows = search(conn, Wanted(mt_id=mt_id), 1)
    return rows[0] if rows else None


def copies_of(conn: Connection, mt_id: str) -> list[Row]:
    """The messages that were queued to take its place, the oldest first."""
    query = select(*_COLUMNS).where(_T.resend_of == mt_id).order_by(_T.id)
    return [Row(**row) for row in conn.execute(query).mappings()]


# By hand, and only what surely never went out.
_NEVER_SENT: Final = (_T.submissions == 0) & _T.ambiguous_before.is_(False)
_WAITS: Final = is_one_of(_T.status, [MtStatus.QUEUED, MtStatus.CLAIMED])
_EXPIRE: Final = (
    moving({MtStatus.QUEUED, MtStatus.CLAIMED}, MtStatus.EXPIRED)
    .where(_NEVER_SENT)
    .values(last_outcome="by_hand")
)
_EXPIRE_ONE: Final = _EXPIRE.where(_T.id == bindparam("mt_id", type_=_T.id.type))


def waiting_since_before(
    conn: Connection, before: datetime, gateway: str | None, message_class: MessageClass | None
) -> int:
    """How many were promised before then, wait, and surely never went out."""
    found = _older(before, gateway, message_class).subquery()
    return int(conn.execute(select(func.count()).select_from(found)).scalar_one())


def expire_one(conn: Connection, mt_id: str, now: datetime) -> bool:
    return conn.execute(_EXPIRE_ONE, {"mt_id": mt_id, "at": now}).rowcount == 1


def expire_older(
    conn: Connection,
    before: datetime,
    gateway: str | None,
    message_class: MessageClass | None,
    *,
    now: datetime,
    limit: int,
) -> int:
    """How many it ended, `limit` at most."""
    chosen = _older(before, gateway, message_class).limit(bindparam("at_most", type_=Integer))
    ended = _EXPIRE.where(_T.id.in_(chosen))
    return int(conn.execute(ended, {"at": now, "at_most": limit}).rowcount)


def _older(
    before: datetime, gateway: str | None, message_class: MessageClass | None
) -> Select[tuple[str]]:
    query = select(_T.id).where(_WAITS, _NEVER_SENT, _T.created_at < before)
    if gateway is not None:
        query = query.where(_T.gateway == gateway)
    if message_class is not None:
        query = query.where(_T.message_class == message_class)
    return query
