"""The wishes of one group before the guard, in its transaction: a few statements for all of them.

What the tables say is asked at once, what is granted is carried on in memory from one event to the
next, and written at the end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import Connection

from models import spend, tally
from models.bulk import Change
from models.spend import Counter, Counts, Sum, Trip
from models.tally import Ask
from outbound.causes import Draft
from outbound.guard import Guard
from outbound.judgement import NOTHING, Case, Granted, Seen, carry_on, judge, watched_by
from outbound.limits import Withheld

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


class Hearing:
    """Lives as long as the transaction, once this process is alone with the numbers."""

    def __init__(self, conn: Connection, guard: Guard, new: Sequence[Draft], now: datetime) -> None:
        """`new`: all events of the group that are recorded as new, in the order of arrival."""
        self._conn = conn
        self._guard = guard
        self._now = now
        self._new_ids = [draft.event.id for draft in new]
        self._heard = _heard_before(new)
        self._barred: dict[str, Withheld] = {}
        self._seen: dict[str, tuple[Case, Seen]] = {}
        self._granted: defaultdict[str, list[Granted]] = defaultdict(list)
        self._sums: dict[Counter, Sum] = {}  # as they were read, and what was granted since
        self._added: dict[Counter, Sum] = {}
        self._opened: dict[str, Trip] = {}
        self._shard: int | None = None  # where what is spent is written

    def look(self, drafts: Sequence[Draft]) -> None:
        """Before they are judged. All that was granted stands in the outbox by now, and nothing
        that was looked at before waits to be judged.
        """
        cases: dict[str, Case] = {}
        for draft in drafts:
            wish = draft.proposal.wish
            if wish is None:
                raise TypeError("without a wish there is nothing to judge")
            bar = self._guard.find_bar(wish)
            if bar is None:
                cases[draft.event.id] = self._guard.case_of(wish)
            else:
                self._barred[draft.event.id] = bar
        if not cases:
            return
        self._granted.clear()
        pictures, limits = self._look_at_numbers(list(cases.values())), self._guard.limits
        watched: set[Counter] = set()
        for (event_id, case), seen in zip(cases.items(), pictures, strict=True):
            self._seen[event_id] = case, seen
            watched |= watched_by(case, seen.picture, limits, self._now).keys()
        looked = spend.look(self._conn, watched - self._sums.keys())
        self._sums |= looked.sums
        self._shard = looked.shard if self._shard is None else self._shard

    def judge(self, draft: Draft) -> Withheld | None:
        """Of one that was looked at. Books what it costs, or says why not, and books nothing; nor
        where nothing is sent yet.
        """
        event_id = draft.event.id
        if event_id in self._barred:
            return self._barred[event_id]
        case, seen = self._seen[event_id]
        granted = self._granted[case.to_hash]
        seen = carry_on(
            seen,
            case,
            self._guard.limits,
            granted=granted,
            heard=self._heard[event_id],
            opened=self._opened,
        )
        verdict = judge(case, seen, self._sums, self._guard.limits, self._now)
        if not draft.proposal.promises:
            return verdict.withheld
        for counter in verdict.counters:
            self._sums[counter] = self._sums.get(counter, NOTHING).plus(case.added)
            self._added[counter] = self._added.get(counter, NOTHING).plus(case.added)
        if verdict.trip is not None:
            self._opened[verdict.trip.scope] = verdict.trip
        if verdict.withheld is None:
            granted.append(_granted(draft))
        return verdict.withheld

    def spent(self) -> Sequence[Change]:
        """What is to be written of it, once all are judged."""
        if not self._added:
            return ()
        if self._shard is None:
            self._shard = spend.take_shard(self._conn)
        return [spend.raised(self._added, self._shard)]

    def close(self) -> None:
        """Writes which breakers opened. Comes last.

        Whoever opens a breaker holds it to the end of his transaction, so all take them in one
        order.
        """
        if self._added:
            self._forget()
        for _, one in sorted(self._opened.items()):
            if spend.trip(self._conn, one):
                log.error("spending stopped", gateway=one.scope or "all", why=one.why)

    def _look_at_numbers(self, cases: Sequence[Case]) -> Sequence[Seen]:
        limits, now = self._guard.limits, self._now
        looked = tally.look_all(
            self._conn,
            [
                Ask(
                    whose=case.to_hash,
                    gateway=case.wish.gateway,
                    channel=case.wish.channel,
                    link=case.wish.link,
                    words=case.words,
                )
                for case in cases
            ],
            cooldown=limits.call_cooldown,
            moment=limits.same_link,
            loop=limits.loop_window,
            now=now,
            unheard=self._new_ids,
        )
        return [Seen(picture=picture, said=said) for picture, said in looked]

    def _forget(self) -> None:
        """Whoever is the first of an hour sweeps: limits look back a day at most."""
        budgets = (counter for counter in self._added if counter.counts is Counts.BUDGET)
        if any(self._sums[one] == self._added[one] for one in budgets if "T" in one.period):
            spend.forget_before(self._conn, f"{self._now - tally.DAY:%Y-%m-%d}")


def _heard_before(new: Sequence[Draft]) -> dict[str, Sequence[str | None]]:
    """By event: hashes of the texts of its number that came in the same group before it."""
    heard: dict[str, Sequence[str | None]] = {}
    texts: defaultdict[str | None, list[str | None]] = defaultdict(list)
    for draft in new:
        theirs = texts[draft.proposal.whose]
        heard[draft.event.id] = tuple(theirs)
        if draft.event.kind == "sms":
            theirs.append(draft.event.said_hash)
    return heard


def _granted(draft: Draft) -> Granted:
    sms = [promise.mt for promise in draft.proposal.promises]
    return Granted(
        channel=draft.proposal.cause.kind,
        services=[one.new.service for one in sms],
        bodies={one.body_hash for one in sms},
        answers_words=draft.event.kind == "sms" and draft.event.said_hash is not None,
    )
