"""Whose delivery reports are: their messages, found and held with one statement for a whole group.

A report names its message by the gateway's id, of the message or of one of its attempts, or by our
own ref.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Integer,
    Select,
    Text,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    union,
)

from models.dialect import among, handed_rows, handing
from models.mt_message import mt_message
from models.send_attempt import send_attempt
from telecom.statuses import MtStatus

_M: Final = mt_message.c
_A: Final = send_attempt.c
_WHAT: Final = (_M.id, _M.gateway, _M.status, _M.submissions, _M.gateway_message_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """How one report names its message."""

    gateway: str
    gateway_message_id: str
    ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A message that reports are about, held until the end of the transaction."""

    id: str
    gateway: str
    status: MtStatus
    submissions: int
    gateway_message_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """A message that one report names. `held` is None while another transaction holds it."""

    mt_id: str
    is_by_ref: bool
    held: Held | None


def find(conn: Connection, names: Sequence[Names]) -> list[list[Owner]]:
    """The owners of each, now held, the newest last: a vendor may use an id twice.

    The messages of one report are waited for, in the order of their ids. Those of several are not,
    so that whoever holds many messages waits for none, whatever others do in which order.
    """
    rows = [
        {
            "place": place,
            "of_gateway": one.gateway,
            "vendors_id": one.gateway_message_id,
            "token": one.ref,
        }
        for place, one in enumerate(names)
    ]
    owners: list[list[Owner]] = [[] for _ in names]
    statement = _finding(conn.dialect.name, len(names) == 1)
    for row in conn.execute(statement, handing(rows)):
        place, is_by_ref, mt_id = row[:3]
        owner = Owner(mt_id=mt_id, is_by_ref=bool(is_by_ref), held=_held(row[3:]))
        owners[place].append(owner)
    return [sorted(some, key=lambda owner: owner.mt_id) for some in owners]


def hold(conn: Connection, mt_id: str) -> Held | None:
    row = conn.execute(_HOLD, {"of_mt": mt_id}).first()
    return _held(row) if row else None


def attempt_ids(conn: Connection, mt_ids: Collection[str]) -> dict[str, list[str | None]]:
    """What the gateways called each attempt of these messages; None: not known, or not yet."""
    found: dict[str, list[str | None]] = {mt_id: [] for mt_id in mt_ids}
    for mt_id, vendors_id in conn.execute(_attempts(conn.dialect.name), {"ids": list(mt_ids)}):
        found[mt_id].append(vendors_id)
    return found


# FOR NO KEY UPDATE: the reports' foreign keys, which others may be inserting, do not wait for it.
_HOLD: Final = (
    select(*_WHAT)
    .where(_M.id == bindparam("of_mt", type_=_M.id.type))
    .with_for_update(key_share=True)
)


@cache
def _finding(dialect: str, waits: bool) -> Select[object]:
    found = _named(dialect)
    held = (
        select(*_WHAT)
        .where(_M.id.in_(select(found.c.mt_id)))
        .order_by(_M.id)
        .with_for_update(key_share=True, skip_locked=not waits)
        .cte("held")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    both = found.outerjoin(held, held.c.id == found.c.mt_id)
    return select(found.c.place, found.c.by_ref, found.c.mt_id, *held.c).select_from(both)


def _named(dialect: str) -> CTE:
    kinds = {"of_gateway": Text(), "vendors_id": Text(), "token": Text()}
    rows = handed_rows(dialect, {"place": Integer(), **kinds})
    handed = select(*rows.c).cte("asked")
    asked = handed.c
    by_id: ColumnElement[int] = literal_column("0").label("by_ref")
    by_ref: ColumnElement[int] = literal_column("1")
    by_own_id = (
        select(asked.place, by_id, _M.id.label("mt_id"))
        .select_from(handed)
        .join(mt_message, _M.gateway_message_id == asked.vendors_id)
        .where(_M.gateway == asked.of_gateway)
    )
    by_attempt = (
        select(asked.place, by_id, _M.id)
        .select_from(handed)
        .join(send_attempt, _A.gateway_message_id == asked.vendors_id)
        .join(mt_message, _M.id == _A.mt_id)
        .where(func.coalesce(_A.gateway, _M.gateway) == asked.of_gateway)
    )
    # A message that one gateway refused may have gone by another: each knows it by its ref.
    went_by_it = exists().where(_A.mt_id == _M.id, _A.gateway == asked.of_gateway)
    by_our_ref = (
        select(asked.place, by_ref, _M.id)
        .select_from(handed)
        .join(mt_message, _M.ref == asked.token)
        .where(or_(_M.gateway == asked.of_gateway, went_by_it))
    )
    return union(by_own_id, by_attempt, by_our_ref).cte("found")


@cache
def _attempts(dialect: str) -> Select[str, str]:
    return select(_A.mt_id, _A.gateway_message_id).where(among(dialect, _A.mt_id, "ids"))


def _held(row: Sequence[Any]) -> Held | None:
    """None where no row was joined."""
    values = dict(zip(Held.__dataclass_fields__, row, strict=True))
    return Held(**values) if values["id"] is not None else None
