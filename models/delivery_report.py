"""Delivery reports as they came, each once, and whose they are. One may come before its send ends.

Whose it is `report_owners` finds; `mt_id` is empty until that is known, and `report_waits` is about
those reports. `outbound.receipts` decides what they mean.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from typing import Final, NamedTuple

from sqlalchemy import (
    Column,
    CompoundSelect,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Select,
    Table,
    Text,
    UniqueConstraint,
    select,
    text,
    union,
)

from models import bulk
from models.dialect import among, is_this_or_among
from models.metadata import GATEWAY, ID, WORD, UtcDateTime, metadata, words
from models.mt_message import mt_message
from models.rows import columns_of
from telecom.statuses import DlrStatus

_KEY: Final = ("gateway", "gateway_message_id", "vendor_status", "part")
_IS_WAITING: Final = text("look_at IS NOT NULL")

delivery_report: Final = Table(
    "delivery_report",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("gateway", GATEWAY, nullable=False),
    Column("gateway_message_id", Text, nullable=False),
    Column("vendor_status", WORD, nullable=False),
    # 0 where the vendor reports the whole SMS. One that reports each segment would count them here;
    # neither Africa's Talking nor Twilio does.
    Column("part", Integer, nullable=False),
    Column("dlr_status", words(DlrStatus), nullable=False),
    Column("reason", WORD),
    Column("mt_id", ID, ForeignKey(mt_message.c.id, ondelete="CASCADE"), index=True),
    Column("received_at", UtcDateTime, nullable=False),
    Column("look_at", UtcDateTime),  # when its message is looked for again; empty: no more
    UniqueConstraint(*_KEY, name="uq_delivery_report_once"),
    Index(
        "ix_delivery_report_look_at",
        "look_at",
        "id",
        sqlite_where=_IS_WAITING,
        postgresql_where=_IS_WAITING,
    ),
)

_T: Final = delivery_report.c


class Pair(NamedTuple):
    """What a gateway calls a message."""

    gateway: str
    gateway_message_id: str


class Key(NamedTuple):
    """What makes a report a repeat."""

    gateway: str
    gateway_message_id: str
    vendor_status: str
    part: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReport:
    gateway: str
    gateway_message_id: str
    vendor_status: str
    dlr_status: DlrStatus
    reason: str | None
    mt_id: str | None
    received_at: datetime
    look_at: datetime | None
    part: int = 0

    @property
    def key(self) -> Key:
        return Key(self.gateway, self.gateway_message_id, self.vendor_status, self.part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A report that is there. Without a message it waits for one."""

    id: int
    gateway: str
    gateway_message_id: str
    vendor_status: str
    part: int
    dlr_status: DlrStatus
    reason: str | None
    mt_id: str | None

    @property
    def key(self) -> Key:
        return Key(self.gateway, self.gateway_message_id, self.vendor_status, self.part)

    @property
    def pair(self) -> Pair:
        return Pair(self.gateway, self.gateway_message_id)


_STORED: Final = tuple(_T[name] for name in Stored.__dataclass_fields__)


def record_all(conn: Connection, rows: Sequence[NewReport]) -> set[Key]:
    """Stores those that are no repeats, no two of which have one key: which they are."""
    ordered = [columns_of(row) for row in sorted(rows, key=lambda row: row.key)]
    new = bulk.insert_new(conn, delivery_report, ordered, unique=_KEY)
    if len(new) == len(rows):
        return {row.key for row in rows}
    keys = conn.execute(_keys(conn.dialect.name), {"rows": list(new)})
    return {Key(*row) for row in keys}


def stored_of(
    conn: Connection, pairs: Collection[Pair], mt_ids: Collection[str] = ()
) -> list[Stored]:
    """All reports with these ids, and all of these messages."""
    given: dict[str, Sequence[str]] = {
        "gateways": sorted({pair.gateway for pair in pairs}),
        "vendors_ids": sorted({pair.gateway_message_id for pair in pairs}),
        "mt_ids": sorted(mt_ids),
    }
    is_one = all(len(values) == 1 for values in given.values())
    bound = {name: values[0] if is_one else values for name, values in given.items()}
    rows = conn.execute(_storing(conn.dialect.name, is_one), bound).mappings()
    found = (Stored(**row) for row in rows)
    return [one for one in found if one.pair in pairs or one.mt_id in mt_ids]


@cache
def _storing(dialect: str, is_one: bool) -> CompoundSelect[object]:
    matches = partial(is_this_or_among, dialect, is_one=is_one)
    is_named = matches(_T.gateway, "gateways") & matches(_T.gateway_message_id, "vendors_ids")
    # Two questions of one index each: for an OR, PostgreSQL reads a table that it takes for small,
    # and keeps to that plan while it grows.
    return union(
        select(*_STORED).where(is_named), select(*_STORED).where(matches(_T.mt_id, "mt_ids"))
    )


@cache
def _keys(dialect: str) -> Select[str, str, str, int]:
    return select(*(_T[name] for name in _KEY)).where(among(dialect, _T.id, "rows"))
