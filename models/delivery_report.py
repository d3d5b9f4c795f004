"""Delivery reports as they came, each once, and whose they are. One may come before its send ends.

A report belongs to the message whose own id (`gateway_message_id`), or that of one of its attempts,
it names; `mt_id` is empty until that is known. `outbound.receipts` decides what reports mean.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Select,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    exists,
    func,
    or_,
    select,
    text,
    union_all,
    update,
)

from models.dialect import among, insert_new
from models.metadata import GATEWAY, ID, WORD, UtcDateTime, metadata, words
from models.mt_message import mt_message
from models.rows import columns_of
from models.send_attempt import send_attempt
from telecom.statuses import DlrStatus, MtStatus

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
_GATEWAY: Final = bindparam("of_gateway", type_=_T.gateway.type)
_VENDORS_ID: Final = bindparam("vendors_id", type_=_T.gateway_message_id.type)
_MT_ID: Final = bindparam("of_mt", type_=_T.mt_id.type)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one report of a message says."""

    gateway_message_id: str
    part: int
    dlr_status: DlrStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A report without a message."""

    id: int
    gateway: str
    gateway_message_id: str
    reason: str | None
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """The message that reports are about, held until the end of the transaction."""

    gateway: str
    status: MtStatus
    submissions: int


_BY_OWN_ID: Final = select(mt_message.c.id).where(
    mt_message.c.gateway == _GATEWAY, mt_message.c.gateway_message_id == _VENDORS_ID
)
_BY_ATTEMPT: Final = (
    select(mt_message.c.id)
    .join(send_attempt, send_attempt.c.mt_id == mt_message.c.id)
    .where(
        func.coalesce(send_attempt.c.gateway, mt_message.c.gateway) == _GATEWAY,
        send_attempt.c.gateway_message_id == _VENDORS_ID,
    )
)
_OWNERS: Final = union_all(_BY_OWN_ID, _BY_ATTEMPT).subquery()
_OWNER: Final = select(func.max(_OWNERS.c.id))

# A message that one gateway refused may have gone by another: each knows it by its ref.
_BY_REF: Final = select(mt_message.c.id).where(
    mt_message.c.ref == bindparam("token"),
    or_(
        mt_message.c.gateway == _GATEWAY,
        exists().where(send_attempt.c.mt_id == mt_message.c.id, send_attempt.c.gateway == _GATEWAY),
    ),
)
_ATTEMPT_IDS: Final = select(send_attempt.c.gateway_message_id).where(
    send_attempt.c.mt_id == _MT_ID
)
_REPORTED_IDS: Final = select(_T.gateway_message_id).where(_T.mt_id == _MT_ID).distinct()
_SAID: Final = select(_T.gateway_message_id, _T.part, _T.dlr_status).where(_T.mt_id == _MT_ID)
# FOR NO KEY UPDATE: the reports' foreign keys, which others may be inserting, do not wait for it.
_HOLD: Final = (
    select(mt_message.c.gateway, mt_message.c.status, mt_message.c.submissions)
    .where(mt_message.c.id == _MT_ID)
    .with_for_update(key_share=True)
)
# Rows that the sweep holds just now are left to it: waiting for them could end in a deadlock.
_UNJOINED: Final = (
    select(_T.id, _T.reason)
    .where(_T.gateway == _GATEWAY, _T.gateway_message_id == _VENDORS_ID, _T.mt_id.is_(None))
    .with_for_update(skip_locked=True)
)
_DUE: Final = (
    select(_T.id, _T.gateway, _T.gateway_message_id, _T.reason, _T.received_at)
    .where(_T.look_at.is_not(None), _T.look_at <= bindparam("at", type_=UtcDateTime()))
    .order_by(_T.look_at, _T.id)
    .limit(bindparam("at_most", type_=Integer))
    .with_for_update(skip_locked=True)
)
_JOIN: Final = (
    update(delivery_report)
    .where(_T.id == bindparam("row"))
    .values(mt_id=_MT_ID, look_at=bindparam("later", type_=UtcDateTime()))
)


def record(conn: Connection, new: NewReport) -> bool:
    """False for a repeat, which changes nothing."""
    return insert_new(conn, delivery_report, columns_of(new), unique=_KEY)


def find_owner(conn: Connection, gateway: str, gateway_message_id: str) -> str | None:
    """The message that this gateway gave this id; the newest, should a vendor use one twice."""
    given = {"of_gateway": gateway, "vendors_id": gateway_message_id}
    found: str | None = conn.execute(_OWNER, given).scalar()
    return found


def find_by_ref(conn: Connection, gateway: str, ref: str) -> str | None:
    found: str | None = conn.execute(_BY_REF, {"of_gateway": gateway, "token": ref}).scalar()
    return found


def may_bear(conn: Connection, mt_id: str, gateway_message_id: str) -> bool:
    """Whether this may be an id of that message: it has no more of them than attempts."""
    given = {"of_mt": mt_id}
    attempts = list(conn.execute(_ATTEMPT_IDS, given).scalars())
    known = {*filter(None, attempts), *conn.execute(_REPORTED_IDS, given).scalars()}
    return gateway_message_id in known or len(known) < len(attempts)


def adopt(conn: Connection, gateway: str, gateway_message_id: str, mt_id: str) -> list[str | None]:
    """Reports that waited for the message with this id are its own from now on: their reasons."""
    given = {"of_gateway": gateway, "vendors_id": gateway_message_id}
    rows = list(conn.execute(_UNJOINED, given))
    for row in rows:
        join(conn, row.id, mt_id)
    return [row.reason for row in rows]


@cache
def _any_unjoined(dialect: str) -> Select[str, str]:
    is_one = among(dialect, _T.gateway_message_id, "ids")
    return select(_T.gateway, _T.gateway_message_id).where(is_one, _T.mt_id.is_(None))


@cache
def _any_said(dialect: str) -> Select[str]:
    return select(_T.mt_id).where(among(dialect, _T.mt_id, "ids"))


def waited_for(conn: Connection, gateway_message_ids: Collection[str]) -> set[tuple[str, str]]:
    """Gateway and id of reports that came before their message was known to have one of these."""
    rows = conn.execute(_any_unjoined(conn.dialect.name), {"ids": list(gateway_message_ids)})
    return {(row.gateway, row.gateway_message_id) for row in rows}


def reported_of(conn: Connection, mt_ids: Collection[str]) -> set[str]:
    """Those of these messages that have reports."""
    return set(conn.execute(_any_said(conn.dialect.name), {"ids": list(mt_ids)}).scalars())


def join(conn: Connection, row: int, mt_id: str) -> None:
    conn.execute(_JOIN, {"row": row, "of_mt": mt_id, "later": None})


def look_again(conn: Connection, row: int, at: datetime | None) -> None:
    conn.execute(_JOIN, {"row": row, "of_mt": None, "later": at})


def waiting(conn: Connection, *, now: datetime, limit: int) -> list[Waiting]:
    """Reports whose message is to be looked for now, held until the end of the transaction."""
    rows = conn.execute(_DUE, {"at": now, "at_most": limit}).mappings()
    return [Waiting(**row) for row in rows]


def hold(conn: Connection, mt_id: str) -> Reported | None:
    row = conn.execute(_HOLD, {"of_mt": mt_id}).mappings().first()
    return Reported(**row) if row else None


def said_of(conn: Connection, mt_id: str) -> list[Said]:
    return [Said(**row) for row in conn.execute(_SAID, {"of_mt": mt_id}).mappings()]
