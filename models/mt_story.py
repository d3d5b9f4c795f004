"""All that is kept of one MT message, for whoever asks why it was not sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select

from models import consent, mt_search, outbox_act, outbox_pause
from models.consent import Change
from models.delivery_report import delivery_report
from models.inbound_event import inbound_event
from models.mt_message import mt_message
from models.mt_search import Row
from models.outbox_act import Act
from models.outbox_pause import Pause
from models.send_attempt import send_attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    id: str
    gateway: str
    kind: str
    gateway_event_id: str
    decision: str | None
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """Without `finished_at` nobody knows its end."""

    started_at: datetime
    finished_at: datetime | None
    outcome: str | None
    reason: str | None
    http_code: int | None
    gateway_message_id: str | None
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    received_at: datetime
    dlr_status: str
    vendor_status: str
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """`now` is the clock's that all these times are of."""

    now: datetime
    row: Row
    event: Event | None
    attempts: list[Attempt]
    reports: list[Report]
    consent: list[Change]
    acts: list[Act]
    copies: list[Row]
    pauses: list[Pause]
    body_sealed: bytes | None = field(default=None, repr=False)

    @property
    def has_opted_out(self) -> bool:
        return bool(self.consent) and self.consent[-1].state is consent.ConsentState.OPTED_OUT


_EVENT: Final = [inbound_event.c[name] for name in Event.__dataclass_fields__]
_ATTEMPT: Final = [send_attempt.c[name] for name in Attempt.__dataclass_fields__]
_REPORT: Final = [delivery_report.c[name] for name in Report.__dataclass_fields__]


def find(conn: Connection, mt_id: str, now: datetime) -> Story | None:
    row = mt_search.find(conn, mt_id)
    if row is None:
        return None
    event = select(*_EVENT).where(inbound_event.c.id == row.inbound_event_id)
    attempts = select(*_ATTEMPT).where(send_attempt.c.mt_id == mt_id).order_by(send_attempt.c.id)
    reports = select(*_REPORT).where(delivery_report.c.mt_id == mt_id)
    body = select(mt_message.c.body_sealed).where(mt_message.c.id == mt_id)
    came = conn.execute(event).mappings().first()
    return Story(
        now=now,
        row=row,
        event=Event(**came) if came else None,
        attempts=[Attempt(**each) for each in conn.execute(attempts).mappings()],
        reports=[
            Report(**each)
            for each in conn.execute(reports.order_by(delivery_report.c.id)).mappings()
        ],
        consent=consent.history(conn, row.to_hash),
        acts=outbox_act.acts_on(conn, mt_id),
        copies=mt_search.copies_of(conn, mt_id),
        pauses=outbox_pause.pauses(conn),
        body_sealed=conn.execute(body).scalar(),
    )
