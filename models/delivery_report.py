"""Delivery reports as they came, each once, and whose they are. One may come before its send ends.

Whose it is `report_owners` finds; `mt_id` is empty until that is known, and `report_waits` is about
those reports. `outbound.receipts` decides what they mean.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final, NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
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
from models.dialect import among, handed_rows, handing
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
    given = [(pair, None) for pair in sorted(pairs)] + [(None, mt_id) for mt_id in sorted(mt_ids)]
    rows = conn.execute(_storing(conn.dialect.name), naming(given)).mappings()
    return [Stored(**row) for row in rows]


@cache
def _storing(dialect: str) -> CompoundSelect[object]:
    """Two questions of one index each: for an OR, PostgreSQL reads a table that it takes for small,
    and keeps to that plan while it grows.
    """
    named = names(dialect)
    return union(
        select(*_STORED).where(named.is_pair), select(*_STORED).where(_T.mt_id == named.mt_id)
    )


@dataclass(frozen=True, slots=True)
class Names:
    """What `naming` hands to a statement: whether a report is of one of the pairs, and an mt_id."""

    is_pair: ColumnElement[bool]
    mt_id: ColumnElement[str]


def names(dialect: str) -> Names:
    handed = handed_rows(dialect, {"gateway": Text(), "vendors_id": Text(), "of_mt": Text()})
    return Names(
        is_pair=(_T.gateway == handed.c.gateway) & (_T.gateway_message_id == handed.c.vendors_id),
        mt_id=handed.c.of_mt,
    )


def naming(messages: Iterable[tuple[Pair | None, str | None]]) -> dict[str, str]:
    """Messages by what their gateway calls them, by what we do, or by both."""
    return handing(
        {
            "gateway": pair.gateway if pair else None,
            "vendors_id": pair.gateway_message_id if pair else None,
            "of_mt": mt_id,
        }
        for pair, mt_id in messages
    )


@cache
def _keys(dialect: str) -> Select[str, str, str, int]:
    return select(*(_T[name] for name in _KEY)).where(among(dialect, _T.id, "rows"))
