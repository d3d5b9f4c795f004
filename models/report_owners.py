"""Whose delivery reports are: their messages, found and held with one statement for a whole group.

A report names its message by the gateway's id, of the message or of one of its attempts, or by our
own ref.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    Subquery,
    Text,
    bindparam,
    func,
    literal_column,
    select,
    union,
)

from models.delivery_report import Pair
from models.dialect import among, handed_rows, handing
from models.mt_message import mt_message
from models.send_attempt import send_attempt
from telecom.statuses import MtStatus

_M: Final = mt_message.c
_A: Final = send_attempt.c
_GIVEN: Final = ("gateway", "vendors_id", "our_ref")
_WHAT: Final = (_M.id, _M.gateway, _M.status, _M.submissions, _M.gateway_message_id)


class Token(NamedTuple):
    """Our own ref of a message, as one of its gateways brings it back."""

    gateway: str
    ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A message that reports are about, held until the end of the transaction."""

    id: str
    gateway: str
    status: MtStatus
    submissions: int
    gateway_message_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Owners:
    """Messages by what reports call them; the newest, should a vendor use an id twice.

    What is not in `held` another transaction holds just now.
    """

    by_id: Mapping[Pair, str]
    by_ref: Mapping[Token, str]
    held: Mapping[str, Held]


def find(
    conn: Connection, pairs: Collection[Pair], tokens: Collection[Token] = (), *, waits: bool
) -> Owners:
    """With `waits` other transactions are waited for, in the order of the messages' ids.

    That is for a single report: whoever holds many messages waits for none, so it does not matter
    in which order others, as those who record sends, come to theirs.
    """
    given: list[tuple[str, str | None, str | None]] = [
        *((pair.gateway, pair.gateway_message_id, None) for pair in sorted(pairs)),
        *((token.gateway, None, token.ref) for token in sorted(tokens)),
    ]
    rows = (dict(zip(_GIVEN, each, strict=True)) for each in given)
    statement = _finding(conn.dialect.name, bool(tokens), waits)
    by_id: dict[Pair, str] = defaultdict(str)
    by_ref: dict[Token, str] = {}
    held: dict[str, Held] = {}
    for row in conn.execute(statement, handing(rows)).mappings():
        if waits and row["id"] is None:
            continue  # it was deleted meanwhile
        if row["is_ref"]:
            by_ref[Token(row["via"], row["name"])] = row["mt_id"]
        else:
            pair = Pair(row["via"], row["name"])
            by_id[pair] = max(by_id[pair], row["mt_id"])
        if row["id"] is not None:
            held[row["id"]] = _held(row)
    return Owners(by_id=dict(by_id), by_ref=by_ref, held=held)


def hold(conn: Connection, mt_id: str) -> Held | None:
    row = conn.execute(_HOLD, {"of_mt": mt_id}).mappings().first()
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
def _finding(dialect: str, has_refs: bool, waits: bool) -> Select[Any]:
    found = _named(handed_rows(dialect, dict.fromkeys(_GIVEN, Text())), has_refs)
    held = (
        select(*_WHAT)
        .where(_M.id.in_(select(found.c.mt_id)))
        .order_by(_M.id)
        .with_for_update(key_share=True, skip_locked=not waits)
        .cte("held")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    both = found.outerjoin(held, held.c.id == found.c.mt_id)
    return select(*found.c, *held.c).select_from(both)


def _named(handed: Subquery, has_refs: bool) -> CTE:
    """Each name of the messages, by which gateway, and whether it is our ref."""
    is_id: ColumnElement[int] = literal_column("0")
    is_ref: ColumnElement[int] = literal_column("1")
    via = func.coalesce(_A.gateway, _M.gateway)
    columns = (_M.gateway.label("via"), _M.gateway_message_id.label("name"))
    by_own_id = select(*columns, is_id.label("is_ref"), _M.id.label("mt_id")).where(
        _M.gateway == handed.c.gateway, _M.gateway_message_id == handed.c.vendors_id
    )
    by_attempt = select(via, _A.gateway_message_id, is_id, _M.id).where(
        _A.mt_id == _M.id, _A.gateway_message_id == handed.c.vendors_id
    )
    if not has_refs:
        return union(by_own_id, by_attempt).cte("found")
    has_ref = _M.ref == handed.c.our_ref
    by_our_ref = select(_M.gateway, _M.ref, is_ref, _M.id).where(has_ref)
    # A message that one gateway refused may have gone by another: each knows it by its ref.
    by_attempts_ref = select(via, _M.ref, is_ref, _M.id).where(_A.mt_id == _M.id, has_ref)
    return union(by_own_id, by_attempt, by_our_ref, by_attempts_ref).cte("found")


@cache
def _attempts(dialect: str) -> Select[str, str]:
    return select(_A.mt_id, _A.gateway_message_id).where(among(dialect, _A.mt_id, "ids"))


def _held(row: RowMapping) -> Held:
    return Held(**{name: row[name] for name in Held.__dataclass_fields__})
