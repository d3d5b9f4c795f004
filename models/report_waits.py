"""Delivery reports that came before their message was known, and when it is looked for again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    Select,
    Text,
    Update,
    bindparam,
    select,
    update,
)

from models.delivery_report import Pair, delivery_report
from models.dialect import among, handed_rows, handing, unindexed
from models.metadata import UtcDateTime

_T: Final = delivery_report.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A report whose message is to be looked for again."""

    id: int
    gateway: str
    gateway_message_id: str
    received_at: datetime

    @property
    def pair(self) -> Pair:
        return Pair(self.gateway, self.gateway_message_id)


def hold_waiting(conn: Connection, rows: Collection[int]) -> set[int]:
    """Those of these reports that wait, and that no other transaction holds just now: the sweep
    will see to what it holds, and to wait for it could end in a deadlock.
    """
    if not rows:
        return set()
    return set(conn.execute(_free(conn.dialect.name), {"rows": sorted(rows)}).scalars())


def join_all(conn: Connection, owners: Mapping[int, str]) -> None:
    """Reports that waited are these messages' from now on."""
    if owners:
        rows = [{"row": row, "of_mt": mt_id} for row, mt_id in owners.items()]
        conn.execute(_joining(conn.dialect.name), handing(rows))


def look_again_all(conn: Connection, times: Mapping[int, datetime | None]) -> None:
    """When the messages of these reports are looked for; None: no more."""
    if times:
        rows = [{"row": row, "later": _plain(at) if at else None} for row, at in times.items()]
        conn.execute(_putting_off(conn.dialect.name), handing(rows))


def due(conn: Connection, *, now: datetime, limit: int) -> list[Due]:
    """Reports whose message is to be looked for now, held until the end of the transaction."""
    rows = conn.execute(_DUE, {"at": now, "at_most": limit}).mappings()
    return [Due(**row) for row in rows]


def is_early(of: FromClause) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Two looks in two indexes at the reports that have named these already: the `gateway` and its
    `vendors_id`, where no message owns the report, of which there may be many; and the `mt_id`.
    PostgreSQL reads a table whole for an OR of them.
    """
    is_pair = (_T.gateway == of.c.gateway) & (_T.gateway_message_id == of.c.vendors_id)
    return is_pair & unindexed(_T.mt_id).is_(None), _T.mt_id == of.c.mt_id


_DUE: Final = (
    select(_T.id, _T.gateway, _T.gateway_message_id, _T.received_at)
    .where(_T.look_at.is_not(None), _T.look_at <= bindparam("at", type_=UtcDateTime()))
    .order_by(_T.look_at, _T.id)
    .limit(bindparam("at_most", type_=Integer))
    .with_for_update(skip_locked=True)
)


@cache
def _free(dialect: str) -> Select[int]:
    is_one = among(dialect, _T.id, "rows")
    return select(_T.id).where(is_one, _T.mt_id.is_(None)).with_for_update(skip_locked=True)


@cache
def _joining(dialect: str) -> Update:
    handed = handed_rows(dialect, {"row": Integer(), "of_mt": Text()})
    joined = update(delivery_report).where(_T.id == handed.c.row)
    return joined.values(mt_id=handed.c.of_mt, look_at=None)


@cache
def _putting_off(dialect: str) -> Update:
    handed = handed_rows(dialect, {"row": Integer(), "later": UtcDateTime()})
    return update(delivery_report).where(_T.id == handed.c.row).values(look_at=handed.c.later)


def _plain(at: datetime) -> str:
    """As UtcDateTime writes it for SQLite; PostgreSQL reads it, too."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")
