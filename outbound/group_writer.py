"""Writes a group of events, with all that follows from them, in one transaction.

Whatever is the same for all of them is one statement, and the guard is asked about all of them
together; it decides about one after the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from models import inbound_event, subscriber
from models.consent import Change, ConsentCause, ConsentState
from models.database import Database, after_commit
from models.dialect import alone_in_all
from models.ids import new_id
from models.inbound_event import WAITS, NewEvent
from models.sealing import Sealer
from models.shared_clock import SharedClock
from models.subscriber import Choice
from outbound import consent
from outbound.causes import Cause, Draft, Kept, Proposal, subscriber_of
from outbound.guard import Guard
from outbound.limits import Withheld
from outbound.promises import Promises
from outbound.wake import SILENT, Rings
from telecom.failpoints import failpoint
from telecom.keyed_hash import KeyedHash

USSD: Final = "ussd"


class GroupWriter:
    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        hasher: KeyedHash,
        clock: SharedClock,
        guard: Guard,
        rings: Rings = SILENT,
    ) -> None:
        self._rings = rings
        self._database = database
        self._msisdn_sealer = sealer.bound_to("subscriber.msisdn")
        self._hasher = hasher
        self._clock = clock
        self._guard = guard

    def write(self, proposals: Sequence[Proposal]) -> Sequence[Kept]:
        """All or nothing, and durable when it returns. Raises DatabaseDown.

        All processes take their locks in this order: nameless events, numbers, events, consents,
        counters, breakers, subscribers; each kind of them sorted.
        """
        with self._database.write() as conn:
            proposals = _undone(conn, proposals)
            known = _known_by_another_id(conn, proposals)
            asking = [subscriber_of(one.cause) for one in proposals if one.wish is not None]
            now = self._clock.now_alone(conn, self._guard.purposes(asking))
            drafts = [Draft(proposal=one, event=_event(one, now)) for one in proposals]
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
            _set_decisions(conn, [one for one in new if one.proposal.consent is None], withheld)
            self._remember(conn, new, now)
            repeats = [
                draft
                for draft in drafts
                if draft.event.id not in new_ids and draft.proposal.wish is not None
            ]
            first = _decided(conn, repeats)
            if any(draft.event.decision == WAITS for draft in new):
                after_commit(conn, self._rings.calls)
            failpoint("group_commit_written")
        return [
            Kept(
                is_new=draft.event.id in new_ids,
                withheld=(withheld | first).get(draft.event.id),
                is_news=draft.event.id in news,
            )
            for draft in drafts
        ]

    def record(self, proposals: Sequence[Proposal]) -> Sequence[Kept]:
        """The same of those that are bare, with one statement in one trip. Raises DatabaseDown."""
        with self._database.put() as conn:
            now = self._clock.now(conn)
            events = [_event(one, now) for one in proposals]
            failpoint("group_commit_written")
            new_ids = inbound_event.record_all(conn, events)
            if any(event.decision == WAITS and event.id in new_ids for event in events):
                after_commit(conn, self._rings.calls)
        return [Kept(is_new=event.id in new_ids) for event in events]

    def answer(
        self,
        conn: Connection,
        waiting: Sequence[NewEvent],
        think: Callable[[NewEvent], Proposal],
    ) -> Mapping[str, str]:
        """Events that wait and that this transaction holds, answered: the decisions, by event.

        Their locks come before those of `write`, and nobody waits for them.
        """
        drafts = [Draft(proposal=think(event), event=event) for event in waiting]
        asking = [subscriber_of(one.proposal.cause) for one in drafts if one.proposal.wish]
        now = self._clock.now_alone(conn, self._guard.purposes(asking))
        withheld, _ = self._judge(conn, drafts, now)
        self._remember(conn, drafts, now)
        decisions = {
            one.event.id: str(withheld.get(one.event.id) or one.proposal.cause.decision)
            for one in drafts
        }
        inbound_event.set_decisions(conn, decisions)
        failpoint("waiting_answered")
        return decisions

    def _judge(
        self, conn: Connection, new: Sequence[Draft], now: datetime
    ) -> tuple[dict[str, Withheld | None], set[str]]:
        """What may be promised, promised: why not, by event; and the STOPs that changed something.

        In this order a STOP takes back what others of the group promise to the same number.
        """
        promises = Promises(conn, self._guard, new, now)
        withheld = promises.make_all([one for one in new if one.proposal.consent is None])
        news: set[str] = set()
        for commands in _rounds([one for one in new if one.proposal.consent is not None]):
            promises.write()  # a STOP takes back what is there
            obeyed = _obey(conn, commands)
            news |= obeyed
            withheld |= promises.make_all(
                [
                    draft
                    for draft in commands
                    if draft.event.id in obeyed
                    or draft.proposal.consent is not ConsentState.OPTED_OUT
                ]
            )
        promises.close()
        if promises.are_made:
            after_commit(conn, self._rings.sms)
        if promises.are_put_off:
            after_commit(conn, self._rings.late_answers)
        return withheld, news

    def _remember(self, conn: Connection, new: Sequence[Draft], now: datetime) -> None:
        choices = []
        for draft in new:
            for language in draft.proposal.remembers:
                party = subscriber_of(draft.proposal.cause)
                choices.append(
                    Choice(
                        msisdn_hash=self._hasher.of(party.e164),
                        msisdn_sealed=self._msisdn_sealer.seal(party.e164),
                        language=language,
                        country=party.region,
                    )
                )
        subscriber.remember_languages(conn, choices, now)


def is_bare(one: Proposal) -> bool:
    """Whether nothing but the event is to be written, as of a missed call, and its key alone tells
    a repeat.
    """
    follows = one.wish or one.promises or one.asked or one.remembers or one.consent or one.if_done
    return not follows and not one.cause.same_as


def _undone(conn: Connection, proposals: Sequence[Proposal]) -> Sequence[Proposal]:
    """Without what was done before, by a USSD turn whose caller was dropped and never saw it."""
    asked = {_done_by(one.cause) for one in proposals if one.if_done} - {None}
    if not asked:
        return proposals
    done = inbound_event.find_all(conn, {key for key in asked if key})
    return [
        one.if_done if one.if_done and _done_by(one.cause) in done else one for one in proposals
    ]


def _done_by(cause: Cause) -> tuple[str, str, str] | None:
    return (cause.done_by[0], USSD, cause.done_by[1]) if cause.done_by else None


def _known_by_another_id(conn: Connection, proposals: Sequence[Proposal]) -> Sequence[bool]:
    """Repeats of events without an id, whose first arrival was kept under an id beside theirs.

    What the group itself holds is a first arrival, too, for whoever comes behind it in the line.
    """
    causes = [one.cause for one in proposals]
    nameless = [cause for cause in causes if cause.same_as]
    if not nameless:
        return [False] * len(causes)
    # Copies at the border of two buckets find nothing to clash on.
    alone_in_all(conn, {_family(cause) for cause in nameless})
    others = {(cause.gateway, cause.kind, one) for cause in nameless for one in cause.same_as}
    kept = set(inbound_event.find_all(conn, others))
    known = []
    for cause in causes:
        known.append(any((cause.gateway, cause.kind, one) in kept for one in cause.same_as))
        if cause.same_as and not known[-1]:
            kept.add((cause.gateway, cause.kind, cause.event_id))
    return known


def _family(cause: Cause) -> str:
    """All ids that one event may have lie in it: those of one gateway and channel."""
    return f"nameless:{cause.gateway}:{cause.kind}"


def _event(proposal: Proposal, now: datetime) -> NewEvent:
    return NewEvent(
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


def _set_decisions(
    conn: Connection, drafts: Sequence[Draft], withheld: Mapping[str, Withheld | None]
) -> None:
    """Not of commands: a STOP stays a STOP on record."""
    decided = ((draft.event.id, withheld.get(draft.event.id)) for draft in drafts)
    inbound_event.set_decisions(conn, {event_id: why for event_id, why in decided if why})


def _decided(conn: Connection, repeats: Sequence[Draft]) -> dict[str, Withheld | None]:
    """What was made of the events that these repeat."""
    known = {reason.value: reason for reason in Withheld}
    keys = {draft.event.id: _keys_of(draft.proposal.cause) for draft in repeats}
    first = inbound_event.find_all(conn, {key for some in keys.values() for key in some})
    return {
        event_id: next((known.get(first[key].decision or "") for key in some if key in first), None)
        for event_id, some in keys.items()
    }


def _keys_of(cause: Cause) -> Sequence[tuple[str, str, str]]:
    return [(cause.gateway, cause.kind, one) for one in (cause.event_id, *cause.same_as)]


def _obey(conn: Connection, commands: Sequence[Draft]) -> set[str]:
    """STOPs and STARTs of which no two are of one number: the events that changed something."""
    changes = [
        Change(
            msisdn_hash=draft.proposal.whose,
            state=draft.proposal.consent,
            at=draft.event.received_at,
            cause=ConsentCause.SMS,
            gateway=draft.event.gateway,
            inbound_event_id=draft.event.id,
        )
        for draft in commands
        if draft.proposal.consent is not None and draft.proposal.whose is not None
    ]
    news = consent.settle_all(conn, changes)
    return {draft.event.id for draft in commands if draft.proposal.whose in news}


def _rounds(commands: Sequence[Draft]) -> Sequence[Sequence[Draft]]:
    """The first command of each number, then the second of those who gave two, and so on."""
    rounds: list[list[Draft]] = []
    given: Counter[str | None] = Counter()
    for draft in commands:
        place = given[draft.proposal.whose]
        given[draft.proposal.whose] += 1
        if place == len(rounds):
            rounds.append([])
        rounds[place].append(draft)
    return rounds
