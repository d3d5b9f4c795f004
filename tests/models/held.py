"""A message that a worker holds, and the time of day at which the tests of its moves play."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, update

from models.mt_message import NewRow, insert, mt_message
from models.mt_moves import Claim
from telecom.statuses import MessageClass, MtStatus

NOW: Final = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
FUTURE, PAST = NOW + timedelta(minutes=5), NOW - timedelta(minutes=5)
LEASE: Final = timedelta(seconds=30)

HELD = Claim(
    id="m1",
    generation=1,
    gateway="at-ke",
    message_class=MessageClass.LINK,
    ref="ref",
    sender_id=None,
    link_id=None,
    to_sealed=b"to",
    body_sealed=b"body",
    not_before=PAST,
    expires_at=FUTURE,
)


def put(conn: Connection, status: MtStatus, name: str = HELD.id, /, **columns: object) -> None:
    """A row in this status, held in generation 1, as `HELD` is; its lease still good."""
    new = NewRow(
        id=name,
        ref=f"ref-{name}",
        dedupe_key=f"link:{name}",
        message_class=MessageClass.LINK,
        to_hash="h1",
        to_sealed=b"to",
        body_sealed=b"body",
        sender_id=None,
        gateway="at-ke",
        not_before=PAST,
        expires_at=FUTURE,
        link_id=None,
        inbound_event_id=None,
        resend_of=None,
        created_at=PAST,
    )
    assert insert(conn, new)
    held = {"generation": 1, "owner": "w1", "lease_until": NOW + LEASE, "unknown_since": PAST}
    its = mt_message.c.id == name
    conn.execute(update(mt_message).where(its).values(status=status, **held | columns))
