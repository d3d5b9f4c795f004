"""Writes a group of events, with all that follows from them, in one transaction.

Whatever is the same for all of them is one statement. What the guard decides is decided for one
after the other, for each may use up what the next one would have had.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from models import inbound_event, subscriber
from models.consent import Change, ConsentCause, ConsentState
from models.database import Database
from models.dialect import alone
from models.ids import new_id
from models.inbound_event import NewEvent
from models.sealing import Sealer
from models.shared_clock import SharedClock
from outbound import consent
from outbound.causes import Cause, Draft, Kept, Proposal, subscriber_of
from outbound.guard import Guard
from outbound.limits import Withheld
from outbound.promises import Promises
from telecom.failpoints import failpoint
from telecom.keyed_hash import KeyedHash


class GroupWriter:
    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        hasher: KeyedHash,
        clock: SharedClock,
        guard: Guard,
    ) -> None:
        self._database = database
        self._msisdn_sealer = sealer.bound_to("subscriber.msisdn")
        self._hasher = hasher
        self._clock = clock
        self._guard = guard

    def write(self, proposals: Sequence[Proposal]) -> Sequence[Kept]:
        """All or nothing, and durable when it returns. Raises DatabaseDown.

        All processes take their locks in this order: nameless events, numbers, events, counters,
        consents, subscribers; each kind of them sorted.
        """
        with self._database.write() as conn:
            known = _known_by_another_id(conn, proposals)
            asking = [subscriber_of(one.cause) for one in proposals if one.wish is not None]
            self._guard.hold(conn, asking)
            now = self._clock.now(conn)  # once nobody else decides about them
            drafts = [_draft(one, now) for one in proposals]
            new_ids = inbound_event.record_all(
                conn,
                [
                    draft.event
                    for draft, is_known in zip(drafts, known, strict=True)
                    if not is_known
                ],
            )
            new = [draft for draft in drafts if draft.event.id in new_ids]
            withheld, news = self._judge(conn, new, now)
            self._remember(conn, new, now)
            first = {
                draft.event.id: _decided(conn, draft.proposal.cause)
                for draft in drafts
                if draft.event.id not in new_ids and draft.proposal.wish is not None
            }
            failpoint("group_commit_written")
        return [
            Kept(
                is_new=draft.event.id in new_ids,
                withheld=(withheld | first).get(draft.event.id),
                is_news=draft.event.id in news,
            )
            for draft in drafts
        ]

    def _judge(
        self, conn: Connection, new: Sequence[Draft], now: datetime
    ) -> tuple[dict[str, Withheld | None], set[str]]:
        """What may be promised, promised: why not, by event; and the STOPs that changed something.

        In this order a STOP takes back what others of the group promise to the same number.
        """
        promises = Promises(conn, self._guard, new, now)
        withheld: dict[str, Withheld | None] = {}
        for draft in new:
            if draft.proposal.consent is None:
                withheld[draft.event.id] = promises.make(draft)
        _set_decisions(conn, withheld)  # a STOP stays a STOP on record
        news = set()
        for draft in _in_one_order([one for one in new if one.proposal.consent is not None]):
            promises.write()  # a STOP takes back what is there
            if _change(conn, draft):
                news.add(draft.event.id)
            elif draft.proposal.consent is ConsentState.OPTED_OUT:
                continue
            withheld[draft.event.id] = promises.make(draft)
        promises.write()
        return withheld, news

    def _remember(self, conn: Connection, new: Sequence[Draft], now: datetime) -> None:
        for draft in _in_one_order(new):
            for language in draft.proposal.remembers:
                party = subscriber_of(draft.proposal.cause)
                subscriber.remember_language(
                    conn,
                    msisdn_hash=self._hasher.of(party.e164),
                    msisdn_sealed=self._msisdn_sealer.seal(party.e164),
                    language=language,
                    country=party.region,
                    now=now,
                )


def _known_by_another_id(conn: Connection, proposals: Sequence[Proposal]) -> Sequence[bool]:
    """Repeats of events without an id, whose first arrival was kept under an id beside theirs.

    What the group itself holds is a first arrival, too, for whoever comes behind it in the line.
    """
    causes = [one.cause for one in proposals]
    nameless = [cause for cause in causes if cause.same_as]
    if not nameless:
        return [False] * len(causes)
    for purpose in sorted({_family(cause) for cause in nameless}):
        alone(conn, purpose)  # copies at the border of two buckets find nothing to clash on
    kept = {
        (cause.gateway, cause.kind, other)
        for cause in nameless
        for other in cause.same_as
        if inbound_event.find(conn, cause.gateway, cause.kind, other)
    }
    known = []
    for cause in causes:
        known.append(any((cause.gateway, cause.kind, one) in kept for one in cause.same_as))
        if cause.same_as and not known[-1]:
            kept.add((cause.gateway, cause.kind, cause.event_id))
    return known


def _family(cause: Cause) -> str:
    """All ids that one event may have lie in it: those of one gateway and channel."""
    return f"nameless:{cause.gateway}:{cause.kind}"


def _draft(proposal: Proposal, now: datetime) -> Draft:
    event = NewEvent(
        id=new_id(now),
        gateway=proposal.cause.gateway,
        kind=proposal.cause.kind,
        gateway_event_id=proposal.cause.event_id,
        msisdn_hash=proposal.whose,
        content_sealed=proposal.content_sealed,
        received_at=now,
        decision=proposal.cause.decision,
        said_hash=proposal.said_hash,
    )
    return Draft(proposal=proposal, event=event)


def _set_decisions(conn: Connection, withheld: dict[str, Withheld | None]) -> None:
    for reason in sorted({why for why in withheld.values() if why is not None}):
        event_ids = [event_id for event_id, why in withheld.items() if why is reason]
        inbound_event.set_decision(conn, event_ids, reason)


def _decided(conn: Connection, cause: Cause) -> Withheld | None:
    """What was made of the event that this one repeats."""
    known = {reason.value: reason for reason in Withheld}
    for event_id in (cause.event_id, *cause.same_as):
        first = inbound_event.find(conn, cause.gateway, cause.kind, event_id)
        if first is not None:
            return known.get(first.decision or "")
    return None


def _change(conn: Connection, draft: Draft) -> bool:
    state, whose, event = draft.proposal.consent, draft.proposal.whose, draft.event
    if state is None or whose is None:
        return False
    change = Change(
        msisdn_hash=whose,
        state=state,
        at=event.received_at,
        cause=ConsentCause.SMS,
        gateway=event.gateway,
        inbound_event_id=event.id,
    )
    return consent.settle(conn, change)


def _in_one_order(drafts: Sequence[Draft]) -> Sequence[Draft]:
    """By number: two processes that lock the same two rows crosswise would wait for ever."""
    return sorted(drafts, key=lambda draft: draft.proposal.whose or "")
