"""Hands claimed rows to the threads that are free, lane by lane, none before its turn.

It holds few rows, and no token for a row that has no thread: what waits is in the database, where
the next answer overtakes it.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Final

from models.mt_moves import Claim, Way
from outbound.dispatcher import Dispatcher
from outbound.traffic import LONGEST_WAIT_SECONDS, Traffic
from telecom.statuses import Lane, MessageClass

BEHIND_SHARE: Final = 8  # one row in so many is of the lanes behind, whatever waits in front
# Rows for so long, at the pace of late, are claimed at once; a slow vendor's wait in the database.
STOCK_SECONDS: Final = 0.1
DRY_SECONDS: Final = 0.2  # how long a busy worker does not look where nothing was due
# Claims are given back when this share of their lease is over: an intent must still fit into it.
_LEASE_SHARE: Final = 1 / 3
# What a person waits for goes before what he may read later.
_RANKS: Final = {
    MessageClass.OTP: 0,
    MessageClass.CONFIRMATION: 1,
    MessageClass.LINK: 2,
    MessageClass.RESULT: 3,
    MessageClass.BULK: 4,
}


class Feeder:
    """Used by one thread. `give` takes the rows that may go now, at most as many as are free."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        traffic: Traffic,
        give: Callable[[Sequence[tuple[Claim, Way]]], None],
        monotonic: Callable[[], float],
    ) -> None:
        self._dispatcher = dispatcher
        self._traffic = traffic
        self._give = give
        self._monotonic = monotonic
        self._held: dict[Lane, dict[Claim, float]] = {lane: {} for lane in Lane}
        self._in_a_row: dict[Lane, int] = dict.fromkeys(Lane, 0)
        self._waits: set[Claim] = set()
        self._look_in = LONGEST_WAIT_SECONDS
        self._dry_until: dict[Lane, float] = dict.fromkeys(Lane, 0.0)
        self._given: deque[tuple[float, int]] = deque()  # when, and how many, of late

    @property
    def held(self) -> list[Claim]:
        return [*chain.from_iterable(self._held.values())]

    def look_again(self) -> None:
        """There may be something new. Any thread may call it."""
        self._dry_until = dict.fromkeys(Lane, 0.0)

    def stock(self, threads: int) -> None:
        """While no thread is free: rows for those that will be. Raises DatabaseDown."""
        self._claim(threads)

    def feed(self, free: int) -> float:
        """One round for `free` threads: the seconds after which another one is worth while.

        0: there is more to do. Raises DatabaseDown.
        """
        has_claimed = self._claim(free)
        claims = self._in_turn()
        if not claims:
            return self._look_in
        admission = self._traffic.admit(claims, free)
        self._waits = admission.waits
        for claim, _ in admission.ready:
            self._drop(claim)
            self._count_turn(claim)
        if admission.ready:
            self._given.append((self._monotonic(), len(admission.ready)))
            self._give(admission.ready)
        rests = self._stale(admission.wait_seconds) | admission.rests
        if rests:
            self._dispatcher.postpone(rests)
            for claim in rests:
                self._drop(claim)
        if admission.ready or (has_claimed and rests):
            return 0.0
        return min(admission.wait_seconds, self._look_in)

    def _claim(self, free: int) -> bool:
        """A batch in each lane that has fewer rows that could go than threads are free."""
        now = self._monotonic()
        batch = max(self._dispatcher.batch, free, self._given_lately(now))
        room = {
            lane: batch
            for lane, held in self._held.items()
            if len(held.keys() - self._waits) < free and self._dry_until[lane] <= now
        }
        self._look_in = LONGEST_WAIT_SECONDS
        if not room:
            return False
        if (rest := self._dispatcher.rest_seconds) > 0:
            self._look_in = min(rest, LONGEST_WAIT_SECONDS)
            return False
        dry = self._dry_until  # another one by the time that somebody calls look_again
        dry.update(dict.fromkeys(room, now + DRY_SECONDS))
        without = {lane: self._full(lane, batch) for lane in room}
        try:
            claimed = self._dispatcher.claim_lanes(room, without)
        except Exception:
            self.look_again()  # nobody knows whether it is dry
            raise
        dry.update({claim.lane: 0.0 for claim in claimed})
        for claim in claimed:
            self._held[claim.lane][claim] = now
        return bool(claimed)

    def _given_lately(self, now: float) -> int:
        while self._given and self._given[0][0] < now - STOCK_SECONDS:
            self._given.popleft()
        return sum(count for _, count in self._given)

    def _full(self, lane: Lane, batch: int) -> list[str]:
        """Gateways of which enough rows wait here: others may pass them."""
        waiting = Counter(claim.gateway for claim in self._held[lane])
        return [name for name, count in waiting.items() if count >= self._traffic.room(name, batch)]

    def _in_turn(self) -> list[Claim]:
        woven: list[Claim] = []
        for lane in reversed(Lane):
            woven = weave(sorted(self._held[lane], key=_rank), woven, self._in_a_row[lane])
        return woven

    def _count_turn(self, claim: Claim) -> None:
        self._in_a_row[claim.lane] += 1
        for lane in Lane:
            if lane is claim.lane:
                break
            self._in_a_row[lane] = 0

    def _stale(self, wait: float) -> dict[Claim, tuple[float, str]]:
        oldest = self._monotonic() - self._dispatcher.lease_seconds * _LEASE_SHARE
        return {
            claim: (wait, "tps")
            for held in self._held.values()
            for claim, since in held.items()
            if since <= oldest
        }

    def _drop(self, claim: Claim) -> None:
        self._held[claim.lane].pop(claim, None)


def weave(front: Sequence[Claim], behind: Sequence[Claim], in_a_row: int = 0) -> list[Claim]:
    """The front first, but after each BEHIND_SHARE - 1 of it one from behind: neither starves.

    `in_a_row` of the front went before.
    """
    woven: list[Claim] = []
    waiting = iter(behind)
    for one in front:
        if in_a_row >= BEHIND_SHARE - 1 and (passing := next(waiting, None)) is not None:
            woven.append(passing)
            in_a_row = 0
        woven.append(one)
        in_a_row += 1
    return [*woven, *waiting]


def _rank(claim: Claim) -> int:
    return _RANKS[claim.message_class]
