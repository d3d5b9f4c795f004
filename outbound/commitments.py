"""One event and everything that follows from it, in one transaction. After it, we may say 2xx.

The event's unique key makes a second arrival do nothing; the outbox rows carry keys made from it,
so that not even a bug could enqueue the same effect twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

import msgspec

from menu import late
from menu.answers import sms_text
from menu.effects import AnswerLater, Effect, RememberLanguage, SendLink, SendSms
from menu.inputs import is_choice
from menu.program import Program
from metrics.catalogue import CONSENT_CHANGES, EVENTS
from metrics.meter import SILENT, Meter
from models import inbound_event
from models.consent import ConsentCause, ConsentState
from models.database import Database
from models.inbound_event import WAITS, NewEvent
from models.sealing import Sealer
from models.shared_clock import SharedClock
from models.together import Together
from outbound import consent
from outbound.causes import Asked, Cause, Kept, Promise, Proposal, subscriber_of
from outbound.group_writer import GroupWriter, is_bare
from outbound.guard import SERVICE_LENGTH, Guard, Wish
from outbound.outbox import NewMt, Outbox, SealedMt
from outbound.words import hash_of_words
from services.app_links import AppLinks
from telecom.failpoints import failpoint
from telecom.keyed_hash import KeyedHash
from telecom.msisdn import Msisdn
from telecom.statuses import MessageClass

_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(dict[str, str]).decode

__all__ = ["Cause", "Commitments", "Kept"]

# A group does not see what others are about to spend, so this bounds by how much a budget is passed
# (docs/spending.md); and they wait a second at most for its numbers.
MOST_TOGETHER: Final = 32
_ONE_SMS: Final = "."  # of an answer that nobody knows yet, the least


class Commitments:
    """Webhooks that come at the same time share a transaction (models.together)."""

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
        self._question_sealer = sealer.bound_to("late_answer.question")
        self._hasher = hasher
        self._clock = clock
        self._sender_id_of = sender_id_of
        self._meter = meter
        self.writer = GroupWriter(database, sealer, hasher, clock, guard, outbox.rings)
        self._group: Together[Proposal, Kept] = Together(
            self.writer.write, most_together=MOST_TOGETHER
        )

    def record(self, cause: Cause) -> bool:
        """Keeps an event that nothing follows from; or, with the decision WAITS, nothing yet.

        False for a repeat. Raises DatabaseDown.
        """
        return self.record_all([cause])[0]

    def record_all(self, causes: Sequence[Cause]) -> Sequence[bool]:
        """The same of many in one transaction: all or nothing, an answer for each."""
        proposals = [self._propose(cause) for cause in causes]
        failpoint("before_inbound_commit")
        write = self.writer.record if all(map(is_bare, proposals)) else self.writer.write
        kept = write(proposals)
        failpoint("after_inbound_commit")
        for proposal, one in zip(proposals, kept, strict=True):
            self._count(proposal, one)
        return [one.is_new for one in kept]

    def commit(
        self, cause: Cause, program: Program, effects: Sequence[Effect], answer: str | None = None
    ) -> Kept:
        """Keeps an event, its effects and the text that answers it, all or nothing.

        A repeat changes nothing. Nothing is sent that the guard forbids; a language that he
        chooses is still remembered. What `cause.done_by` did is not done once more: of that only
        the answer is left. Raises DatabaseDown.
        """
        proposal = self.propose(cause, program, effects, answer)
        if cause.done_by is not None and effects:
            chosen = [each for each in effects if isinstance(each, RememberLanguage)]
            instead = self.propose(cause, program, chosen, answer)
            proposal = msgspec.structs.replace(proposal, if_done=instead)
        return self._keep(proposal)

    def propose(
        self,
        cause: Cause,
        program: Program,
        effects: Sequence[Effect],
        answer: str | None = None,
        *,
        ahead: str = "",
    ) -> Proposal:
        """What `commit` writes. `ahead` tells what comes of an event later from what came of it at
        once.
        """
        to = subscriber_of(cause)
        promises, remembers = [], []
        asked: Asked | None = None
        for place, effect in enumerate(effects):
            match effect:
                case RememberLanguage(language):
                    remembers.append(language)
                case SendLink():
                    link = self._app_links.write(program, effect, to)
                    link = replace(link, text=sms_text(program, link.text))
                    brings = f"{link.link}:{effect.language or ''}"[:SERVICE_LENGTH]
                    mt = self._seal(
                        cause, f"{ahead}link{place}", link.text, MessageClass.LINK, brings
                    )
                    promises.append(Promise(mt=mt, link=link))
                case SendSms(text):
                    sms = self._seal(
                        cause, f"{ahead}sms{place}", sms_text(program, text), MessageClass.RESULT
                    )
                    promises.append(Promise(mt=sms))
                case AnswerLater():
                    asked = self._asked(cause, effect)
        if answer:
            text = sms_text(program, answer)
            said = self._seal(cause, f"{ahead}answer", text, MessageClass.RESULT)
            promises.append(Promise(mt=said))
        wish = None
        if promises or asked:
            wish = replace(_wish(cause, promises), own=program.missed_call.keys())
        if wish and not promises:
            wish = replace(wish, texts=(_ONE_SMS,))
        return self._propose(cause, promises, wish, remembers=remembers, asked=asked)

    def propose_nothing(self, cause: Cause) -> Proposal:
        """What `record` writes."""
        return self._propose(cause)

    def change_consent(self, cause: Cause, state: ConsentState, confirmation: str | None) -> bool:
        """STOP or START: the event, the change, and what it means for the outbox, all or nothing.

        STOP is confirmed once; a second one finds itself obeyed already. START is an invitation
        to write, so it is confirmed each time. False for a repeat. Raises DatabaseDown.
        """
        promises = self._confirmation(cause, confirmation)
        is_stop = state is ConsentState.OPTED_OUT
        wish = replace(_wish(cause, promises), is_answer_to_command=True, is_stop=is_stop)
        kept = self._keep(self._propose(cause, promises, wish, consent=state))
        if kept.is_news:
            self._meter.count(CONSENT_CHANGES, cause.gateway, state, ConsentCause.SMS)
        return kept.is_new

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
        promises = self._confirmation(cause, text)
        wish = replace(_wish(cause, promises), is_answer_to_command=True)
        new_language = [remembers] if remembers is not None else []
        return self._keep(self._propose(cause, promises, wish, remembers=new_language)).is_new

    def was_decided(self, cause: Cause, within: timedelta) -> bool:
        """Whether this subscriber's events of this gateway and channel had the same decision of
        late. Raises DatabaseDown.
        """
        whose = self._hasher.of(subscriber_of(cause).e164)
        with self._database.ask() as conn:
            since = self._clock.now(conn) - within
            return inbound_event.was_decided(
                conn, whose, cause.gateway, cause.kind, cause.decision, since
            )

    def content_of(self, event: NewEvent) -> Mapping[str, str]:
        """What was kept of it: the cause's content, and the `msisdn`. Raises Unsealable."""
        return _decode(self._event_sealer.open(event.content_sealed))

    def question_of(self, sealed: bytes) -> late.Question | None:
        """What was asked; None where nobody can read it any more."""
        text = self._question_sealer.find_open(sealed)
        return late.read(text) if text is not None else None

    # Before the transaction: pure values

    def _propose(
        self,
        cause: Cause,
        promises: Sequence[Promise] = (),
        wish: Wish | None = None,
        *,
        remembers: Sequence[str] = (),
        consent: ConsentState | None = None,
        asked: Asked | None = None,
    ) -> Proposal:
        content, whose = dict(cause.content), None
        if isinstance(cause.party, Msisdn):
            whose = self._hasher.of(cause.party.e164)
            content["msisdn"] = cause.party.e164
        return Proposal(
            cause=cause,
            whose=whose,
            content_sealed=self._event_sealer.seal(_encode(content).decode()),
            said_hash=self._said_hash(cause),
            promises=promises,
            wish=wish,
            remembers=remembers,
            consent=consent,
            asked=asked,
        )

    def _asked(self, cause: Cause, effect: AnswerLater) -> Asked:
        if cause.menu_version is None:
            raise TypeError("who asks a service stands in a menu")
        question = late.written(effect, link_id=cause.link_id)
        return Asked(
            menu_version=cause.menu_version, question_sealed=self._question_sealer.seal(question)
        )

    def _said_hash(self, cause: Cause) -> str | None:
        text = _said(cause)
        if text is None or is_choice(text) or not isinstance(cause.party, Msisdn):
            return None
        return hash_of_words(self._hasher, cause.party, text)

    def _confirmation(self, cause: Cause, text: str | None) -> Sequence[Promise]:
        if text is None:
            return ()
        return [Promise(mt=self._seal(cause, "answer", text, MessageClass.CONFIRMATION))]

    def _seal(
        self,
        cause: Cause,
        purpose: str,
        text: str,
        message_class: MessageClass,
        brings: str | None = None,
    ) -> SealedMt:
        """`brings`: the link in its language, else the screen: what is not sent twice a minute."""
        return self._outbox.seal(
            NewMt(
                gateway=cause.gateway,
                to=subscriber_of(cause),
                text=text,
                message_class=message_class,
                dedupe_key=purpose,
                channel=cause.kind,
                sender_id=self._sender_id_of(cause.gateway),
                link_id=cause.link_id,
                service=brings or cause.service[:SERVICE_LENGTH],
            )
        )

    # The transaction

    def _keep(self, proposal: Proposal) -> Kept:
        failpoint("before_inbound_commit")
        kept = self._group.do(proposal)
        failpoint("after_inbound_commit")
        self._count(proposal, kept)
        return kept

    def _count(self, proposal: Proposal, kept: Kept) -> None:
        if kept.is_new and proposal.cause.decision != WAITS:
            cause, decision = proposal.cause, proposal.cause.decision
            if kept.withheld is not None and proposal.consent is None:
                decision = kept.withheld
            self._meter.count(EVENTS, cause.gateway, cause.kind, decision)


def _wish(cause: Cause, promises: Sequence[Promise]) -> Wish:
    found = [(one.mt.new.service or "", one.link.link) for one in promises if one.link]
    brings, service = found[0] if found else ("", cause.service)
    return Wish(
        gateway=cause.gateway,
        channel=cause.kind,
        to=subscriber_of(cause),
        texts=tuple(one.mt.new.text for one in promises),
        service=service,
        link=brings,
        said=_said(cause),
    )


def _said(cause: Cause) -> str | None:
    return cause.content.get("text")
