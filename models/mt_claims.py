"""Which MT messages are due, and how a worker takes hold of some: queued to claimed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from types import MappingProxyType
from typing import Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Update,
    bindparam,
    select,
)

from models import outbox_pause
from models.dialect import chosen
from models.mt_message import mt_message
from models.mt_moves import AT, LEASE, Claim, is_one_of, moving
from telecom.statuses import Lane, MessageClass, MtStatus

_T = mt_message.c


def _is_due(lane: Lane) -> ColumnElement[bool]:
    """What may be claimed. A class that only a newer release knows is left to that release."""
    return (
        is_one_of(_T.status, [MtStatus.QUEUED])
        & (_T.not_before <= AT)
        & (_T.expires_at > AT)
        & is_one_of(_T.lane, [lane])
        & is_one_of(_T.message_class, list(MessageClass))
        & _T.gateway.not_in(bindparam("without", expanding=True))
        & outbox_pause.allows(_T.gateway)
    )


def _claiming(lane: Lane) -> Update:
    first = chosen(
        select(_T.id).where(_is_due(lane)).order_by(_T.not_before, _T.id),
        limit=bindparam("at_most", type_=Integer),
    )
    statement = moving({MtStatus.QUEUED}, MtStatus.CLAIMED).where(_T.id.in_(select(first.c.id)))
    return statement.values(
        generation=_T.generation + 1, owner=bindparam("claimer"), lease_until=LEASE
    ).returning(*(_T[name] for name in Claim.__dataclass_fields__))


_CLAIM: Final = MappingProxyType({lane: _claiming(lane) for lane in Lane})
_HAS_DUE: Final = MappingProxyType(
    {lane: select(_T.id).where(_is_due(lane)).order_by(_T.not_before).limit(1) for lane in Lane}
)


def has_due(
    conn: Connection, now: datetime, lane: Lane | None = None, without: Collection[str] = ()
) -> bool:
    """Whether a claim would bring anything. Needs no write lock. `without` these gateways."""
    given = {"at": now, "without": list(without)}
    lanes = tuple(Lane) if lane is None else (lane,)
    return any(conn.execute(_HAS_DUE[one], given).first() is not None for one in lanes)


def claim(
    conn: Connection,
    *,
    owner: str,
    now: datetime,
    lease_until: datetime,
    limit: int,
    lane: Lane = Lane.DIALOGUE,
    without: Collection[str] = (),
) -> list[Claim]:
    """queued to claimed, the longest due first. No row goes to two workers."""
    given = {
        "at": now,
        "claimer": owner,
        "lease": lease_until,
        "at_most": limit,
        "without": list(without),
    }
    claims = [Claim(**row) for row in conn.execute(_CLAIM[lane], given).mappings()]
    return sorted(claims, key=lambda one: (one.not_before, one.id))
