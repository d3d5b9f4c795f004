"""The outbox: one row per MT message, from the promise to its end. The table itself is the queue.

How a row may change is in `mt_moves` and `mt_sweeps`; nothing else writes `status`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    and_,
    or_,
    select,
    text,
)

from models import bulk
from models.inbound_event import inbound_event
from models.metadata import GATEWAY, HASH, ID, WORD, UtcDateTime, metadata, words
from models.rows import columns_of
from telecom.statuses import Lane, MessageClass, MtStatus

_INBOX_PAGE: Final = 100
_FRESH: Final[dict[str, object]] = {
    "status": MtStatus.QUEUED,
    "generation": 0,
    "attempts": 0,
    "submissions": 0,
    "ambiguous_before": False,
}

mt_message: Final = Table(
    "mt_message",
    metadata,
    Column("id", ID, primary_key=True),
    Column("ref", String(32), nullable=False, unique=True),
    Column("dedupe_key", String(160), nullable=False, unique=True),
    Column("message_class", words(MessageClass), nullable=False),
    Column("to_hash", HASH, nullable=False),
    Column("to_sealed", LargeBinary, nullable=False),
    Column("body_sealed", LargeBinary),  # empty once it was wiped
    Column("sender_id", String(32)),
    Column("gateway", GATEWAY, nullable=False),
    Column("status", words(MtStatus), nullable=False),
    Column("generation", Integer, nullable=False),  # counts claims: the fence against late workers
    Column("lease_until", UtcDateTime),
    Column("owner", String(128)),
    Column("attempts", Integer, nullable=False),  # intents ever written
    Column("submissions", Integer, nullable=False),  # those not surely refused: possible copies
    Column("not_before", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("gateway_message_id", Text),
    Column("last_outcome", WORD),
    Column("evidence", WORD),
    Column("unknown_since", UtcDateTime),
    Column("ambiguous_before", Boolean, nullable=False),
    Column("resend_of", ID, ForeignKey("mt_message.id", ondelete="SET NULL")),
    Column("link_id", Text),
    Column("inbound_event_id", ID, ForeignKey(inbound_event.c.id, ondelete="SET NULL"), index=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    Column("channel", WORD),  # what it answers: ussd, sms or missed_call
    Column("service", String(64)),  # the link that it brings, else the screen that it shows
    Column("body_hash", HASH),  # keyed: tells our own words when they come back
    # The default is for workers of an older release, which know no lanes.
    Column("lane", words(Lane), nullable=False, server_default=Lane.DIALOGUE),
    Index("ix_mt_message_to_hash", "to_hash", "created_at"),  # all of one number: for STOP
)


def _small_index(name: str, columns: Sequence[str], condition: str) -> None:
    """Over the few rows in one status: claiming costs the same beside millions of sent rows."""
    where = text(condition)
    held = [mt_message.c[column] for column in (*columns, "id")]
    Index(name, *held, sqlite_where=where, postgresql_where=where)


def _filled_index(*columns: str) -> None:
    """Over the rows that have something in the last of these columns."""
    where = text(f"{columns[-1]} IS NOT NULL")
    held = [mt_message.c[column] for column in columns]
    Index(f"ix_mt_message_{columns[-1]}", *held, sqlite_where=where, postgresql_where=where)


_filled_index("resend_of")
_filled_index("gateway", "gateway_message_id")
_small_index("ix_mt_message_due", ["not_before"], "status = 'queued'")
# By lanes: what somebody waits for is found at once, behind whatever crowd.
_small_index("ix_mt_message_due_lane", ["lane", "not_before"], "status = 'queued'")
_small_index("ix_mt_message_overdue", ["expires_at"], "status = 'queued'")
_small_index("ix_mt_message_claimed", ["lease_until"], "status = 'claimed'")
_small_index("ix_mt_message_submitted", ["lease_until"], "status = 'submitted'")
_small_index("ix_mt_message_unknown", ["unknown_since"], "status = 'unknown'")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRow:
    """An MT message to be promised. `to_hash` is keyed; what identifies a person is sealed."""

    id: str
    ref: str
    dedupe_key: str
    message_class: MessageClass
    lane: Lane = Lane.DIALOGUE
    to_hash: str
    to_sealed: bytes = field(repr=False)
    body_sealed: bytes = field(repr=False)
    sender_id: str | None
    gateway: str
    not_before: datetime
    expires_at: datetime
    link_id: str | None
    inbound_event_id: str | None
    resend_of: str | None
    created_at: datetime
    channel: str | None = None
    service: str | None = None
    body_hash: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxRow:
    id: str
    sent_at: datetime
    sender_id: str | None
    body_sealed: bytes = field(repr=False)


def insert(conn: Connection, row: NewRow) -> bool:
    """Queues it. False when a row with this dedupe key is there: then nothing changes."""
    fresh = queued([row])
    return bool(bulk.insert_new(conn, mt_message, fresh.rows, unique=fresh.unique))


def queued(rows: Sequence[NewRow]) -> bulk.Change:
    """Those whose dedupe keys are not there."""
    fresh = [columns_of(row) | _FRESH | {"updated_at": row.created_at} for row in rows]
    return bulk.new(mt_message, fresh, unique=("dedupe_key",))


def find_recipient(conn: Connection, mt_id: str) -> str | None:
    """The keyed hash of the number that a message is for."""
    to_hash: str | None = conn.execute(
        select(mt_message.c.to_hash).where(mt_message.c.id == mt_id)
    ).scalar()
    return to_hash


def inbox(conn: Connection, gateway: str, to_hash: str, after: str | None) -> list[InboxRow]:
    """What this gateway took for this handset, in the order it took it, at most 100 at a time.

    `after` is the id of the last row that the reader has; an unknown one means "from the start".
    """
    table = mt_message.c
    query = select(table.id, table.sent_at, table.sender_id, table.body_sealed).where(
        table.gateway == gateway,
        table.to_hash == to_hash,
        table.status.in_((MtStatus.SENT, MtStatus.DELIVERED)),
        table.sent_at.is_not(None),
        table.body_sealed.is_not(None),
    )
    last_seen = conn.execute(select(table.sent_at).where(table.id == after)).scalar()
    if last_seen is not None:
        later = and_(table.sent_at == last_seen, table.id > after)
        query = query.where(or_(table.sent_at > last_seen, later))
    ordered = query.order_by(table.sent_at, table.id).limit(_INBOX_PAGE)
    return [InboxRow(**row) for row in conn.execute(ordered).mappings()]
