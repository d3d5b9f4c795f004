"""One event and everything that follows from it, in one transaction. After it, we may say 2xx.

The event's unique key makes a second arrival do nothing; the outbox rows carry keys made from it,
so that not even a bug could enqueue the same effect twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from menu.effects import Effect, RememberLanguage, SendLink
from menu.program import Program
from metrics.catalogue import CONSENT_CHANGES, EVENTS
from metrics.meter import SILENT, Meter
from models.consent import ConsentCause, ConsentState
from models.database import Database
from models.sealing import Sealer
from models.shared_clock import SharedClock
from models.together import Together
from outbound import consent
from outbound.causes import Cause, Kept, Promise, Proposal, subscriber_of
from outbound.group_writer import OPTED_OUT, GroupWriter
from outbound.outbox import NewMt, Outbox, SealedMt
from services.app_links import AppLinks
from telecom.failpoints import failpoint
from telecom.keyed_hash import KeyedHash
from telecom.msisdn import Msisdn
from telecom.statuses import MessageClass

__all__ = ["OPTED_OUT", "Cause", "Commitments", "Kept"]


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
        sender_id_of: Callable[[str], str | None],
        meter: Meter = SILENT,
    ) -> None:
        """`sender_id_of` tells what a gateway's MT messages show as their sender."""
        self._database = database
        self._outbox = outbox
        self._app_links = app_links
        self._event_sealer = sealer.bound_to("inbound_event.content")
        self._hasher = hasher
        self._clock = clock
        self._sender_id_of = sender_id_of
        self._meter = meter
        self._group: Together[Proposal, Kept] = Together(
            GroupWriter(database, sealer, hasher, clock, outbox.ring).write
        )

    def record(self, cause: Cause) -> bool:
        """Keeps an event that nothing follows from. False for a repeat. Raises DatabaseDown."""
        return self._keep(self._propose(cause)).is_new

    def commit(
        self, cause: Cause, program: Program, effects: Sequence[Effect], answer: str | None = None
    ) -> Kept:
        """Keeps an event, its effects and the text that answers it, all or nothing.

        A repeat changes nothing. Nothing is sent to who said STOP, whatever he does; a language
        that he chooses is still remembered. Raises DatabaseDown.
        """
        to = subscriber_of(cause)
        promises, remembers = [], []
        for place, effect in enumerate(effects):
            match effect:
                case RememberLanguage(language):
                    remembers.append(language)
                case SendLink():
                    link = self._app_links.write(program, effect, to)
                    mt = self._seal(cause, to, f"link{place}", link.text, MessageClass.LINK)
                    promises.append(Promise(mt=mt, link=link))
        if answer:
            mt = self._seal(cause, to, "answer", answer, MessageClass.RESULT)
            promises.append(Promise(mt=mt))
        return self._keep(self._propose(cause, promises=promises, remembers=remembers))

    def change_consent(self, cause: Cause, state: ConsentState, confirmation: str | None) -> bool:
        """STOP or START: the event, the change, and what it means for the outbox, all or nothing.

        STOP is confirmed once; a second one finds itself obeyed already. START is an invitation
        to write, so it is confirmed each time. False for a repeat. Raises DatabaseDown.
        """
        kept = self._keep(
            self._propose(
                cause,
                promises=self._confirmation(cause, confirmation),
                heeds_stop=False,
                consent=state,
            )
        )
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
        proposal = self._propose(
            cause,
            promises=self._confirmation(cause, text),
            heeds_stop=False,
            remembers=[remembers] if remembers is not None else [],
        )
        return self._keep(proposal).is_new

    # Before the transaction: pure values

    def _propose(
        self,
        cause: Cause,
        promises: Sequence[Promise] = (),
        *,
        heeds_stop: bool = True,
        remembers: Sequence[str] = (),
        consent: ConsentState | None = None,
    ) -> Proposal:
        content, whose = dict(cause.content), None
        if isinstance(cause.party, Msisdn):
            whose = self._hasher.of(cause.party.e164)
            content["msisdn"] = cause.party.e164
        return Proposal(
            cause=cause,
            whose=whose,
            content_sealed=self._event_sealer.seal(json.dumps(content, ensure_ascii=False)),
            promises=promises,
            heeds_stop=heeds_stop,
            remembers=remembers,
            consent=consent,
        )

    def _confirmation(self, cause: Cause, text: str | None) -> Sequence[Promise]:
        to = subscriber_of(cause)
        if text is None:
            return ()
        return [Promise(mt=self._seal(cause, to, "answer", text, MessageClass.CONFIRMATION))]

    def _seal(
        self, cause: Cause, to: Msisdn, purpose: str, text: str, message_class: MessageClass
    ) -> SealedMt:
        return self._outbox.seal(
            NewMt(
                gateway=cause.gateway,
                to=to,
                text=text,
                message_class=message_class,
                dedupe_key=purpose,
                channel=cause.kind,
                sender_id=self._sender_id_of(cause.gateway),
                link_id=cause.link_id,
            )
        )

    # The transaction

    def _keep(self, proposal: Proposal) -> Kept:
        failpoint("before_inbound_commit")
        kept = self._group.do(proposal)
        failpoint("after_inbound_commit")
        if kept.is_new:
            decision = OPTED_OUT if kept.is_withheld else proposal.cause.decision
            self._meter.count(EVENTS, proposal.cause.gateway, proposal.cause.kind, decision)
        return kept
