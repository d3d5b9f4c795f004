"""One event and everything that follows from it, in one transaction. After it, we may say 2xx.

The event's unique key makes a second arrival do nothing; the outbox rows carry keys made from it,
so that not even a bug could enqueue the same effect twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final

import msgspec

from menu.effects import Effect, RememberLanguage
from menu.program import Program
from metrics.catalogue import CONSENT_CHANGES, EVENTS
from metrics.meter import SILENT, Meter
from models import inbound_event
from models.consent import ConsentCause, ConsentState
from models.database import Database
from models.inbound_event import WAITS
from models.sealing import Sealer
from models.shared_clock import SharedClock
from models.together import Together
from outbound import consent
from outbound.causes import Cause, Kept, Proposal, subscriber_of
from outbound.group_writer import GroupWriter, is_bare
from outbound.guard import Guard
from outbound.outbox import Outbox
from outbound.proposing import Proposer
from services.app_links import AppLinks
from telecom.failpoints import failpoint
from telecom.keyed_hash import KeyedHash
from telecom.msisdn import Msisdn

__all__ = ["Cause", "Commitments", "Kept"]

# A group does not see what others are about to spend, so this bounds by how much a budget is passed
# (docs/spending.md); and they wait a second at most for its numbers.
MOST_TOGETHER: Final = 32


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
        self._hasher = hasher
        self._clock = clock
        self._meter = meter
        self.proposer = Proposer(outbox, app_links, sealer, hasher, sender_id_of)
        self.writer = GroupWriter(database, sealer, hasher, clock, guard, outbox.rings)
        self._group: Together[Proposal, Kept] = Together(
            self.writer.write, most_together=MOST_TOGETHER
        )

    def record(self, cause: Cause) -> bool:
        """Keeps an event that nothing follows from; or, with the decision WAITS, nothing yet.

        False for a repeat. Raises DatabaseDown.
        """
        return self._keep(self.proposer.nothing(cause)).is_new

    def record_all(self, causes: Sequence[Cause]) -> Sequence[bool]:
        """The same of a crowd that came together: all or nothing, and an answer for each.

        One statement does where nothing but their keys tells a repeat.
        """
        proposals = [self.proposer.nothing(cause) for cause in causes]
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
        proposal = self.proposer.effects(cause, program, effects, answer)
        if cause.done_by is not None and effects:
            chosen = [each for each in effects if isinstance(each, RememberLanguage)]
            instead = self.proposer.effects(cause, program, chosen, answer)
            proposal = msgspec.structs.replace(proposal, if_done=instead)
        return self._keep(proposal)

    def change_consent(self, cause: Cause, state: ConsentState, confirmation: str | None) -> bool:
        """STOP or START: the event, the change, and what it means for the outbox, all or nothing.

        STOP is confirmed once; a second one finds itself obeyed already. START is an invitation
        to write, so it is confirmed each time. False for a repeat. Raises DatabaseDown.
        """
        kept = self._keep(self.proposer.obedience(cause, confirmation, consent=state))
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
        new_language = [remembers] if remembers is not None else []
        return self._keep(self.proposer.obedience(cause, text, remembers=new_language)).is_new

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
