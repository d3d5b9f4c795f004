"""A message that a worker holds, and the time of day at which the tests of its moves play."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from models.mt_moves import Claim
from telecom.statuses import MessageClass

NOW: Final = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
FUTURE, PAST = NOW + timedelta(minutes=5), NOW - timedelta(minutes=5)

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
