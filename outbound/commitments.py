"""One event and everything that follows from it, in one transaction. After it, we may say 2xx.

The event's unique key makes a second arrival do nothing; the outbox rows carry keys made from it,
so that not even a bug could enqueue the same effect twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from menu.effects import Effect, RememberLanguage, SendLink
from menu.program import Program
from metrics.catalogue import CONSENT_CHANGES, EVENTS
from metrics.meter import SILENT, Meter
from models import consent as consents
from models import inbound_event, short_link, subscriber
from models.consent import Change, ConsentCause, ConsentState
from models.database import Database
from models.ids import new_id
from models.sealing import Sealer
from models.shared_clock import SharedClock
from outbound import consent
from outbound.outbox import NewMt, Outbox
from services.app_links import AppLinks, LinkSms
from telecom.failpoints import failpoint
from telecom.keyed_hash import KeyedHash
from telecom.msisdn import Msisdn, Party
from telecom.statuses import MessageClass

OPTED_OUT: Final = "opted_out"  # the decision on an event of somebody who said STOP
LINK_LIFE: Final = timedelta(days=90)  # how long an SMS with a link stays worth opening


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """What came in. `event_id` is the gateway's own id of it, or one that we made of the turn.

    `content` is what must be kept of it and may be personal: it is sealed.
    """

    gateway: str
    kind: str
    event_id: str
    party: Party
    decision: str
    menu_version: int | None = None
    content: Mapping[str, str] = field(default_factory=dict, repr=False)
    link_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What became of an event. True when it was new.

    `is_withheld`: what it would have sent was not promised, for the subscriber has said STOP.
    """

    is_new: bool
    is_withheld: bool = False

    def __bool__(self) -> bool:
        return self.is_new


class Commitments:
    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        app_links: AppLinks,
        sealer: Sealer,
        hasher: KeyedHash,
        clock: SharedClock,
        sender_id_of: Callable[[str], str | None],
        meter: Meter = SILENT,
    ) -> None:
        """`sender_id_of` tells what a gateway's MT messages show as their sender."""
        self._database = database
        self._outbox = outbox
        self._app_links = app_links
        self._event_sealer = sealer.bound_to("inbound_event.content")
        self._msisdn_sealer = sealer.bound_to("subscriber.msisdn")
        self._hasher = hasher
        self._clock = clock
        self._sender_id_of = sender_id_of
        self._meter = meter

    def record(self, cause: Cause) -> bool:
        """Keeps an event that nothing follows from. False for a repeat. Raises DatabaseDown."""
        with self._transaction() as conn:
            is_new = self._record(conn, cause, self._clock.now(conn)) is not None
        if is_new:
            self._count(cause)
        return is_new

    def commit(
        self, cause: Cause, program: Program, effects: Sequence[Effect], answer: str | None = None
    ) -> Kept:
        """Keeps an event, its effects and the text that answers it, all or nothing.

        A repeat changes nothing. Nothing is sent to who said STOP, whatever he does; a language
        that he chooses is still remembered. Raises DatabaseDown.
        """
        to = _subscriber_of(cause)
        sends = bool(answer) or any(isinstance(effect, SendLink) for effect in effects)
        with self._transaction() as conn:
            now = self._clock.now(conn)
            is_withheld = sends and consents.is_opted_out(conn, self._hasher.of(to.e164))
            if is_withheld:
                cause, answer = replace(cause, decision=OPTED_OUT), None
                effects = [effect for effect in effects if not isinstance(effect, SendLink)]
            event_id = self._record(conn, cause, now)
            if event_id is None:
                return Kept(is_new=False, is_withheld=is_withheld)
            for place, effect in enumerate(effects):
                match effect:
                    case RememberLanguage(language):
                        self._remember(conn, to, language, now)
                    case SendLink():
                        sms = self._app_links.write(program, effect, to)
                        mt = self._new_mt(cause, to, event_id, f"link{place}", sms.text)
                        self._send_link(conn, sms, mt, cause.menu_version, now)
            if answer:
                mt = self._new_mt(cause, to, event_id, "answer", answer)
                self._outbox.enqueue(conn, mt, now=now)
        self._count(cause)
        return Kept(is_new=True, is_withheld=is_withheld)

    def change_consent(self, cause: Cause, state: ConsentState, confirmation: str | None) -> bool:
        """STOP or START: the event, the change, and what it means for the outbox, all or nothing.

        STOP is confirmed once; a second one finds itself obeyed already. START is an invitation
        to write, so it is confirmed each time. False for a repeat. Raises DatabaseDown.
        """
        to = _subscriber_of(cause)
        with self._transaction() as conn:
            now = self._clock.now(conn)
            event_id = self._record(conn, cause, now)
            if event_id is None:
                return False
            change = Change(
                msisdn_hash=self._hasher.of(to.e164),
                state=state,
                at=now,
                cause=ConsentCause.SMS,
                gateway=cause.gateway,
                inbound_event_id=event_id,
            )
            is_news = consent.settle(conn, change)
            if confirmation is not None and (is_news or state is ConsentState.OPTED_IN):
                self._confirm(conn, cause, to, event_id, confirmation, now)
        self._count(cause)
        if is_news:
            self._meter.count(CONSENT_CHANGES, cause.gateway, state, ConsentCause.SMS)
        return True

    def learn_opt_out(self, gateway: str, whose: Msisdn) -> bool:
        """A gateway tells that somebody wants no more SMS. No answer follows: it was not said to
        us. False where we knew. Raises DatabaseDown.
        """
        with self._transaction() as conn:
            whose_hash = self._hasher.of(whose.e164)
            return consent.learn_of(conn, whose_hash, gateway, self._clock.now(conn))

    def reply(self, cause: Cause, text: str | None, remembers: str | None = None) -> bool:
        """An answer that was asked for by HELP or LANG: it goes out even after STOP.

        `text` None: the subscriber cannot take an SMS. False for a repeat. Raises DatabaseDown.
        """
        to = _subscriber_of(cause)
        with self._transaction() as conn:
            now = self._clock.now(conn)
            event_id = self._record(conn, cause, now)
            if event_id is None:
                return False
            if remembers is not None:
                self._remember(conn, to, remembers, now)
            if text is not None:
                self._confirm(conn, cause, to, event_id, text, now)
        self._count(cause)
        return True

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        failpoint("before_inbound_commit")
        with self._database.write() as conn:
            yield conn
            failpoint("group_commit_written")
        failpoint("after_inbound_commit")

    def _count(self, cause: Cause) -> None:
        self._meter.count(EVENTS, cause.gateway, cause.kind, cause.decision)

    def _confirm(
        self, conn: Connection, cause: Cause, to: Msisdn, event_id: str, text: str, now: datetime
    ) -> None:
        mt = self._new_mt(cause, to, event_id, "answer", text)
        self._outbox.enqueue(conn, replace(mt, message_class=MessageClass.CONFIRMATION), now=now)

    def _record(self, conn: Connection, cause: Cause, now: datetime) -> str | None:
        """The id of the new event; None for a repeat."""
        content = dict(cause.content)
        msisdn_hash = None
        if isinstance(cause.party, Msisdn):
            msisdn_hash = self._hasher.of(cause.party.e164)
            content["msisdn"] = cause.party.e164
        event = inbound_event.NewEvent(
            id=new_id(now),
            gateway=cause.gateway,
            kind=cause.kind,
            gateway_event_id=cause.event_id,
            msisdn_hash=msisdn_hash,
            content_sealed=self._event_sealer.seal(json.dumps(content, ensure_ascii=False)),
            received_at=now,
            decision=cause.decision,
        )
        return event.id if inbound_event.record(conn, event) else None

    def _remember(self, conn: Connection, party: Msisdn, language: str, now: datetime) -> None:
        subscriber.remember_language(
            conn,
            msisdn_hash=self._hasher.of(party.e164),
            msisdn_sealed=self._msisdn_sealer.seal(party.e164),
            language=language,
            country=party.region,
            now=now,
        )

    def _send_link(
        self, conn: Connection, sms: LinkSms, mt: NewMt, menu_version: int | None, now: datetime
    ) -> None:
        mt_id = self._outbox.enqueue(conn, replace(mt, message_class=MessageClass.LINK), now=now)
        if mt_id is None or menu_version is None:
            return
        link = short_link.ShortLink(
            code=sms.code,
            link_name=sms.link,
            menu_version=menu_version,
            country=sms.country,
            mt_id=mt_id,
            created_at=now,
            expires_at=now + LINK_LIFE,
        )
        short_link.insert(conn, link)

    def _new_mt(self, cause: Cause, to: Msisdn, event_id: str, purpose: str, text: str) -> NewMt:
        return NewMt(
            gateway=cause.gateway,
            to=to,
            text=text,
            message_class=MessageClass.RESULT,
            dedupe_key=f"{event_id}:{purpose}",
            sender_id=self._sender_id_of(cause.gateway),
            link_id=cause.link_id,
            inbound_event_id=event_id,
        )


def _subscriber_of(cause: Cause) -> Msisdn:
    if not isinstance(cause.party, Msisdn):
        raise TypeError("nothing can follow from an event without a subscriber")
    return cause.party
