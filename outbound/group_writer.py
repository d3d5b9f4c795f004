"""Writes a group of events, with all that follows from them, in one transaction.

Whatever is the same for all of them is one statement: a group costs few more than a single event.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from models import consent as consents
from models import inbound_event, mt_message, short_link, subscriber
from models.consent import Change, ConsentCause, ConsentState
from models.database import Database, after_commit
from models.dialect import alone
from models.ids import new_id
from models.inbound_event import NewEvent
from models.sealing import Sealer
from models.shared_clock import SharedClock
from outbound import consent
from outbound.causes import Cause, Kept, Promise, Proposal, subscriber_of
from outbound.outbox import row_of
from telecom.failpoints import failpoint
from telecom.keyed_hash import KeyedHash

OPTED_OUT: Final = "opted_out"  # the decision on an event of somebody who said STOP
LINK_LIFE: Final = timedelta(days=90)  # how long an SMS with a link stays worth opening


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """A proposal as it will stand in the event table, unless it is a repeat."""

    proposal: Proposal
    event: NewEvent
    is_withheld: bool

    @property
    def promises(self) -> Sequence[Promise]:
        return () if self.is_withheld else self.proposal.promises


class GroupWriter:
    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        hasher: KeyedHash,
        clock: SharedClock,
        ring: Callable[[], None] = lambda: None,
    ) -> None:
        """`ring` tells the dispatchers, after the commit, that something waits."""
        self._ring = ring
        self._database = database
        self._msisdn_sealer = sealer.bound_to("subscriber.msisdn")
        self._hasher = hasher
        self._clock = clock

    def write(self, proposals: Sequence[Proposal]) -> Sequence[Kept]:
        """All or nothing, and durable when it returns. Raises DatabaseDown."""
        with self._database.write() as conn:
            now = self._clock.now(conn)
            drafts = self._judge(conn, proposals, now)
            known = _known_by_another_id(conn, proposals)
            new_ids = inbound_event.record_all(
                conn,
                [
                    draft.event
                    for draft, is_known in zip(drafts, known, strict=True)
                    if not is_known
                ],
            )
            new = [draft for draft in drafts if draft.event.id in new_ids]
            # In this order a STOP takes back what others of the group promise to the same number.
            _promise(conn, [draft for draft in new if draft.proposal.consent is None], now)
            news = self._change_consents(conn, new, now)
            self._remember(conn, new, now)
            if any(draft.promises for draft in new):
                after_commit(conn, self._ring)
            failpoint("group_commit_written")
        return [
            Kept(
                is_new=draft.event.id in new_ids,
                is_withheld=draft.is_withheld,
                is_news=draft.event.id in news,
            )
            for draft in drafts
        ]

    def _judge(
        self, conn: Connection, proposals: Sequence[Proposal], now: datetime
    ) -> Sequence[_Draft]:
        """What is decided about each, before anything is written.

        Any further look belongs here. It may read and write in the group's transaction, for each
        proposal or for all at once; rows that it locks are taken in one order by all processes.
        """
        asking = [one for one in proposals if one.heeds_stop and one.promises]
        opted_out = consents.opted_out_of(conn, {one.whose for one in asking if one.whose})
        return [
            _draft(one, one.heeds_stop and bool(one.promises) and one.whose in opted_out, now)
            for one in proposals
        ]

    def _change_consents(self, conn: Connection, new: Sequence[_Draft], now: datetime) -> set[str]:
        """STOP and START: the ids of the events that changed something."""
        changing = [draft for draft in new if draft.proposal.consent is not None]
        news = {draft.event.id for draft in _in_one_order(changing) if _change(conn, draft)}
        confirmed = [
            draft
            for draft in changing
            if draft.event.id in news or draft.proposal.consent is ConsentState.OPTED_IN
        ]
        _promise(conn, confirmed, now)
        return news

    def _remember(self, conn: Connection, new: Sequence[_Draft], now: datetime) -> None:
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


def _draft(proposal: Proposal, is_withheld: bool, now: datetime) -> _Draft:
    event = NewEvent(
        id=new_id(now),
        gateway=proposal.cause.gateway,
        kind=proposal.cause.kind,
        gateway_event_id=proposal.cause.event_id,
        msisdn_hash=proposal.whose,
        content_sealed=proposal.content_sealed,
        received_at=now,
        decision=OPTED_OUT if is_withheld else proposal.cause.decision,
    )
    return _Draft(proposal=proposal, event=event, is_withheld=is_withheld)


def _promise(conn: Connection, drafts: Sequence[_Draft], now: datetime) -> None:
    rows, links = [], []
    for draft in drafts:
        for promise in draft.promises:
            row = row_of(promise.mt, now, caused_by=draft.event.id)
            rows.append(row)
            link, version = promise.link, draft.proposal.cause.menu_version
            if link is not None and version is not None:
                links.append(
                    short_link.ShortLink(
                        code=link.code,
                        link_name=link.link,
                        menu_version=version,
                        country=link.country,
                        mt_id=row.id,
                        created_at=now,
                        expires_at=now + LINK_LIFE,
                    )
                )
    mt_message.insert_all(conn, rows)
    short_link.insert_all(conn, links)


def _change(conn: Connection, draft: _Draft) -> bool:
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


def _in_one_order(drafts: Sequence[_Draft]) -> Sequence[_Draft]:
    """By number: two processes that lock the same two rows crosswise would wait for ever."""
    return sorted(drafts, key=lambda draft: draft.proposal.whose or "")
