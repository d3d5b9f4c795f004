"""Which MT messages are due, and how a worker takes hold of some: queued to claimed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    Update,
    bindparam,
    select,
)

from models import outbox_pause
from models.dialect import chosen, outside
from models.mt_message import mt_message
from models.mt_moves import AT, LEASE, Claim, is_one_of, moving
from telecom.statuses import Lane, MessageClass, MtStatus

_T = mt_message.c
_NOBODY: Final = MappingProxyType[Lane, Collection[str]]({})


def _is_due(dialect: str, lane: Lane) -> ColumnElement[bool]:
    """What may be claimed. A class that only a newer release knows is left to that release."""
    return (
        is_one_of(_T.status, [MtStatus.QUEUED])
        & (_T.not_before <= AT)
        & (_T.expires_at > AT)
        & is_one_of(_T.lane, [lane])
        & is_one_of(_T.message_class, list(MessageClass))
        & outside(dialect, _T.gateway, _without(lane))
        & outbox_pause.allows(_T.gateway)
    )


def _without(lane: Lane) -> str:
    return f"without_{lane}"


@cache
def _claiming(dialect: str, lane: Lane) -> Update:
    first = chosen(
        select(_T.id).where(_is_due(dialect, lane)).order_by(_T.not_before, _T.id),
        limit=bindparam("at_most", type_=Integer),
    )
    statement = moving({MtStatus.QUEUED}, MtStatus.CLAIMED).where(_T.id.in_(select(first.c.id)))
    return statement.values(
        generation=_T.generation + 1, owner=bindparam("claimer"), lease_until=LEASE
    ).returning(*(_T[name] for name in Claim.__dataclass_fields__))


@cache
def _due(dialect: str) -> Select[Any]:
    statement: Select[Any] = select()
    for lane in Lane:
        one = select(_T.id).where(_is_due(dialect, lane)).order_by(_T.not_before).limit(1)
        statement = statement.add_columns(one.scalar_subquery().is_not(None))
    return statement


def lanes_due(
    conn: Connection, now: datetime, without: Mapping[Lane, Collection[str]] = _NOBODY
) -> list[Lane]:
    """Where a claim would bring anything, in one statement that needs no write lock. `without`
    these gateways.
    """
    given = {_without(lane): list(without.get(lane, ())) for lane in Lane}
    found = conn.execute(_due(conn.dialect.name), {"at": now, **given}).one()
    return [lane for lane, is_due in zip(Lane, found, strict=True) if is_due]


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
        _without(lane): list(without),
    }
    claiming = _claiming(conn.dialect.name, lane)
    claims = [Claim(**row) for row in conn.execute(claiming, given).mappings()]
    return sorted(claims, key=lambda one: (one.not_before, one.id))
