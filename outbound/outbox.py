"""Promises to send: MT messages are queued here, in the transaction of what caused them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from models import mt_message
from models.database import after_commit
from models.ids import new_id, new_ref
from models.mt_message import NewRow
from models.mt_moves import Claim
from models.sealing import Sealer, Unsealable
from models.shared_clock import SharedClock
from outbound.quiet_hours import opening_of
from outbound.wake import SILENT, Rings
from outbound.words import hash_of_words
from telecom.errors import Malformed
from telecom.keyed_hash import KeyedHash
from telecom.msisdn import Msisdn
from telecom.replies import MtSms
from telecom.statuses import POLICIES, MessageClass, lane_of

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMt:
    """An MT message to promise.

    `dedupe_key` is class + event id + purpose, without personal values: the same cause, seen
    twice, promises once. `life_seconds` shortens or stretches the life that the class gives.
    `channel` is what it answers, `service` the link or screen that it brings: limits count them.
    """

    gateway: str
    to: Msisdn
    text: str = field(repr=False)
    message_class: MessageClass
    dedupe_key: str
    sender_id: str | None = None
    link_id: str | None = None
    inbound_event_id: str | None = None
    resend_of: str | None = None
    not_before: datetime | None = None
    life_seconds: int | None = None
    channel: str | None = None
    service: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxMessage:
    """One SMS as the handset sees it. `id` is the cursor for what comes after it."""

    id: str
    at: datetime
    sender_id: str | None
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedMt:
    """A NewMt whose personal values nobody can read any more."""

    new: NewMt
    to_hash: str
    to_sealed: bytes = field(repr=False)
    body_sealed: bytes = field(repr=False)
    body_hash: str | None


def row_of(sealed: SealedMt, now: datetime, caused_by: str | None = None) -> NewRow:
    """`now` is the shared clock's. `caused_by`: the id of the event, where it was not known yet;
    the dedupe key is then made of it and of what stood there, the purpose. What is promotional
    waits for the hours that its country allows, and its life begins then.
    """
    new = sealed.new
    life_seconds = new.life_seconds or POLICIES[new.message_class].life_seconds
    not_before = opening_of(new.message_class, new.to.region, new.not_before or now)
    return NewRow(
        id=new_id(now),
        ref=new_ref(),
        dedupe_key=f"{caused_by}:{new.dedupe_key}" if caused_by else new.dedupe_key,
        message_class=new.message_class,
        lane=lane_of(new.message_class, new.channel),
        to_hash=sealed.to_hash,
        to_sealed=sealed.to_sealed,
        body_sealed=sealed.body_sealed,
        sender_id=new.sender_id,
        gateway=new.gateway,
        not_before=not_before,
        expires_at=not_before + timedelta(seconds=life_seconds),
        link_id=new.link_id,
        inbound_event_id=caused_by or new.inbound_event_id,
        resend_of=new.resend_of,
        created_at=now,
        channel=new.channel,
        service=new.service,
        body_hash=sealed.body_hash,
    )


class Outbox:
    """Seals what it stores: no number and no text is readable in the database."""

    def __init__(
        self,
        sealer: Sealer,
        hasher: KeyedHash,
        clock: SharedClock,
        rings: Rings = SILENT,
    ) -> None:
        self.rings = rings
        self._recipients = sealer.bound_to("mt_message.to")
        self._bodies = sealer.bound_to("mt_message.body")
        self._hasher = hasher
        self._clock = clock

    def enqueue(self, conn: Connection, new: NewMt, *, now: datetime | None = None) -> str | None:
        """Queues it in the caller's transaction and returns its id.

        `now`: the shared clock's, where the caller has asked for it already. None when its dedupe
        key was queued before: then nothing changes.
        """
        now = now or self._clock.now(conn)
        row = row_of(self.seal(new), now)
        if not mt_message.insert(conn, row):
            return None
        after_commit(conn, self.rings.sms)
        return row.id

    def seal(self, new: NewMt) -> SealedMt:
        """What can be done of it before its transaction."""
        return SealedMt(
            new=new,
            to_hash=self._hasher.of(new.to.e164),
            to_sealed=self._recipients.seal(new.to.e164),
            # Some gateways cut an SMS at a NUL, and none can show it.
            body_sealed=self._bodies.seal(new.text.replace("\0", "")),
            # A one-time code has few digits: whoever has the key could try them all.
            body_hash=None
            if new.message_class is MessageClass.OTP
            else hash_of_words(self._hasher, new.to, new.text),
        )

    def open(self, claim: Claim) -> MtSms:
        """The message of a claimed row. Raises Unsealable."""
        if claim.body_sealed is None:
            raise Unsealable("the body was wiped")
        return MtSms(
            ref=claim.ref,
            to=self.recipient(claim.to_sealed),
            text=self._bodies.open(claim.body_sealed),
            sender_id=claim.sender_id,
            message_class=claim.message_class,
            expires_at=claim.expires_at,
            link_id=claim.link_id,
        )

    def text_of(self, body_sealed: bytes) -> str:
        """Raises Unsealable."""
        return self._bodies.open(body_sealed)

    def recipient(self, to_sealed: bytes) -> Msisdn:
        """Raises Unsealable."""
        try:
            return Msisdn.from_e164(self._recipients.open(to_sealed))
        except Malformed:
            raise Unsealable("what was sealed is no MSISDN") from None

    def inbox(
        self, conn: Connection, gateway: str, msisdn: Msisdn, after: str | None = None
    ) -> list[InboxMessage]:
        """What a gateway that keeps its inbox here took for this handset, at most 100, in order.

        `after` is the id of the last one that the reader has. A row that does not open is left
        out and logged.
        """
        rows = mt_message.inbox(conn, gateway, self._hasher.of(msisdn.e164), after)
        shown = []
        for row in rows:
            try:
                text = self._bodies.open(row.body_sealed)
            except Unsealable as error:
                log.warning("inbox row left out", gateway=gateway, mt_id=row.id, why=str(error))
                continue
            shown.append(
                InboxMessage(id=row.id, at=row.sent_at, sender_id=row.sender_id, text=text)
            )
        return shown
