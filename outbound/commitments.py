"""One event and everything that follows from it, in one transaction. After it, we may say 2xx.

The event's unique key makes a second arrival do nothing; the outbox rows carry keys made from it,
so that not even a bug could enqueue the same effect twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from menu.effects import Effect, RememberLanguage, SendLink
from menu.program import Program
from metrics.catalogue import CONSENT_CHANGES, EVENTS
from metrics.meter import SILENT, Meter
from models import inbound_event, short_link, subscriber
from models.consent import Change, ConsentCause, ConsentState
from models.database import Database
from models.ids import new_id
from models.sealing import Sealer
from models.shared_clock import SharedClock
from outbound import consent
from outbound.guard import SERVICE_LENGTH, Guard, Look, Wish
from outbound.limits import Withheld
from outbound.outbox import NewMt, Outbox
from outbound.words import hash_of_words
from services.app_links import AppLinks, LinkSms
from telecom.keyed_hash import KeyedHash
from telecom.msisdn import Msisdn, Party
from telecom.statuses import MessageClass

# Commands that do nothing but answer: where the answer is withheld, that is what became of them.
_ONLY_ANSWERED: Final = frozenset({"help", "lang"})
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
    service: str = ""  # the screen that it leads to, or the command that it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What became of an event. True when it was new.

    `withheld`: why what it would have sent was not promised. Of a repeat it is what was decided.
    """

    is_new: bool
    withheld: Withheld | None = None

    def __bool__(self) -> bool:
        return self.is_new


@dataclass(frozen=True, slots=True)
class _Draft:
    """An SMS that an event would bring, before anybody asked whether it may."""

    purpose: str
    text: str = field(repr=False)
    message_class: MessageClass
    link: LinkSms | None = None
    brings: str = ""  # the link in its language, else the screen: what is not sent twice a minute


class Commitments:
    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        app_links: AppLinks,
        sealer: Sealer,
        hasher: KeyedHash,
        clock: SharedClock,
        guard: Guard,
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
        self._guard = guard
        self._sender_id_of = sender_id_of
        self._meter = meter

    def record(self, cause: Cause) -> bool:
        """Keeps an event that nothing follows from. False for a repeat. Raises DatabaseDown."""
        with self._database.write() as conn:
            is_new = self._record(conn, cause, self._clock.now(conn)) is not None
        if is_new:
            self._count(cause)
        return is_new

    def commit(
        self, cause: Cause, program: Program, effects: Sequence[Effect], answer: str | None = None
    ) -> Kept:
        """Keeps an event, its effects and the text that answers it, all or nothing.

        A repeat changes nothing. Nothing is sent that the guard forbids; a language that he
        chooses is still remembered. Raises DatabaseDown.
        """
        to = _subscriber_of(cause)
        drafts = self._write(program, effects, to, answer)
        wish = replace(_wish(cause, to, drafts), own=program.missed_call.keys())
        with self._database.write() as conn:
            if drafts:
                self._guard.hold(conn, to)
            now = self._clock.now(conn)
            look = self._guard.look(conn, wish, now) if drafts else None
            if look is not None and look.withheld is not None:
                cause = replace(cause, decision=look.withheld)
            event_id = self._record(conn, cause, now)
            if event_id is None:
                return Kept(is_new=False, withheld=_decided(conn, cause))
            for effect in effects:
                if isinstance(effect, RememberLanguage):
                    self._remember(conn, to, effect.language, now)
            withheld = self._promise(conn, cause, wish, look, event_id, drafts, now)
            if withheld is not None and withheld != cause.decision:
                inbound_event.set_decision(conn, event_id, withheld)
        self._count(replace(cause, decision=withheld) if withheld else cause)
        return Kept(is_new=True, withheld=withheld)

    def change_consent(self, cause: Cause, state: ConsentState, confirmation: str | None) -> bool:
        """STOP or START: the event, the change, and what it means for the outbox, all or nothing.

        STOP is confirmed once; a second one finds itself obeyed already. START is an invitation
        to write, so it is confirmed each time. False for a repeat. Raises DatabaseDown.
        """
        to = _subscriber_of(cause)
        wish = _wish(cause, to, _confirmation(confirmation))
        is_stop = state is ConsentState.OPTED_OUT
        wish = replace(wish, is_answer_to_command=True, is_stop=is_stop)
        with self._database.write() as conn:
            self._guard.hold(conn, to)
            now = self._clock.now(conn)
            look = self._guard.look(conn, wish, now)
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
                self._confirm(conn, cause, wish, look, event_id, now)
        self._count(cause)
        if is_news:
            self._meter.count(CONSENT_CHANGES, cause.gateway, state, ConsentCause.SMS)
        return True

    def learn_opt_out(self, gateway: str, whose: Msisdn) -> bool:
        """A gateway tells that somebody wants no more SMS. No answer follows: it was not said to
        us. False where we knew. Raises DatabaseDown.
        """
        with self._database.write() as conn:
            whose_hash = self._hasher.of(whose.e164)
            return consent.learn_of(conn, whose_hash, gateway, self._clock.now(conn))

    def reply(self, cause: Cause, text: str | None, remembers: str | None = None) -> bool:
        """An answer that was asked for by HELP or LANG: it goes out even after STOP.

        `text` None: the subscriber cannot take an SMS. False for a repeat. Raises DatabaseDown.
        """
        to = _subscriber_of(cause)
        wish = replace(_wish(cause, to, _confirmation(text)), is_answer_to_command=True)
        with self._database.write() as conn:
            self._guard.hold(conn, to)
            now = self._clock.now(conn)
            look = self._guard.look(conn, wish, now)
            event_id = self._record(conn, cause, now)
            if event_id is None:
                return False
            if remembers is not None:
                self._remember(conn, to, remembers, now)
            withheld = self._confirm(conn, cause, wish, look, event_id, now) if text else None
        self._count(replace(cause, decision=withheld) if withheld else cause)
        return True

    def _count(self, cause: Cause) -> None:
        self._meter.count(EVENTS, cause.gateway, cause.kind, cause.decision)

    def _write(
        self, program: Program, effects: Sequence[Effect], to: Msisdn, answer: str | None
    ) -> tuple[_Draft, ...]:
        drafts = []
        for place, effect in enumerate(effects):
            if isinstance(effect, SendLink):
                sms = self._app_links.write(program, effect, to)
                brings = f"{sms.link}:{effect.language or ''}"[:SERVICE_LENGTH]
                drafts.append(_Draft(f"link{place}", sms.text, MessageClass.LINK, sms, brings))
        if answer:
            drafts.append(_Draft("answer", answer, MessageClass.RESULT))
        return tuple(drafts)

    def _promise(
        self,
        conn: Connection,
        cause: Cause,
        wish: Wish,
        look: Look | None,
        event_id: str,
        drafts: Sequence[_Draft],
        now: datetime,
    ) -> Withheld | None:
        """All of the drafts are queued, or none: then why not."""
        if look is None or look.withheld is not None:
            return look.withheld if look else None
        queued = [self._enqueue(conn, cause, wish.to, event_id, one, now) for one in drafts]
        withheld = self._guard.spend(conn, wish, look, now)
        if withheld is not None:
            mt_ids = [mt_id for mt_id in queued if mt_id]
            short_link.forget_of(conn, mt_ids)
            self._outbox.withdraw(conn, mt_ids)
        return withheld

    def _confirm(
        self,
        conn: Connection,
        cause: Cause,
        wish: Wish,
        look: Look,
        event_id: str,
        now: datetime,
    ) -> Withheld | None:
        """The answer to a command, unless the guard forbids it. A STOP stays a STOP on record."""
        drafts = _confirmation(wish.texts[0])
        withheld = self._promise(conn, cause, wish, look, event_id, drafts, now)
        if withheld is not None and cause.service in _ONLY_ANSWERED:
            inbound_event.set_decision(conn, event_id, withheld)
        return withheld

    def _enqueue(
        self,
        conn: Connection,
        cause: Cause,
        to: Msisdn,
        event_id: str,
        draft: _Draft,
        now: datetime,
    ) -> str | None:
        mt = self._new_mt(cause, to, event_id, draft)
        if draft.link is None:
            return self._outbox.enqueue(conn, mt, now=now)
        return self._send_link(conn, draft.link, mt, cause.menu_version, now)

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
            said_hash=self._said_hash(cause),
        )
        return event.id if inbound_event.record(conn, event) else None

    def _said_hash(self, cause: Cause) -> str | None:
        text = _said(cause)
        if text is None or not isinstance(cause.party, Msisdn):
            return None
        return hash_of_words(self._hasher, cause.party, text)

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
    ) -> str | None:
        mt_id = self._outbox.enqueue(conn, mt, now=now)
        if mt_id is None or menu_version is None:
            return mt_id
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
        return mt_id

    def _new_mt(self, cause: Cause, to: Msisdn, event_id: str, draft: _Draft) -> NewMt:
        return NewMt(
            gateway=cause.gateway,
            to=to,
            text=draft.text,
            message_class=draft.message_class,
            dedupe_key=f"{event_id}:{draft.purpose}",
            sender_id=self._sender_id_of(cause.gateway),
            link_id=cause.link_id,
            inbound_event_id=event_id,
            channel=cause.kind,
            service=draft.brings or cause.service[:SERVICE_LENGTH],
        )


def _subscriber_of(cause: Cause) -> Msisdn:
    if not isinstance(cause.party, Msisdn):
        raise TypeError("nothing can follow from an event without a subscriber")
    return cause.party


def _confirmation(text: str | None) -> tuple[_Draft, ...]:
    return (_Draft("answer", text, MessageClass.CONFIRMATION),) if text is not None else ()


def _wish(cause: Cause, to: Msisdn, drafts: Sequence[_Draft]) -> Wish:
    brings, link = next(((one.brings, one.link) for one in drafts if one.link), ("", None))
    return Wish(
        gateway=cause.gateway,
        channel=cause.kind,
        to=to,
        texts=tuple(draft.text for draft in drafts),
        service=link.link if link else cause.service,
        link=brings,
        said=_said(cause),
    )


def _said(cause: Cause) -> str | None:
    return cause.content.get("text")


def _decided(conn: Connection, cause: Cause) -> Withheld | None:
    """What was made of the event that this one repeats."""
    first = inbound_event.find(conn, cause.gateway, cause.kind, cause.event_id)
    known = {reason.value: reason for reason in Withheld}
    return known.get(first.decision or "") if first else None
