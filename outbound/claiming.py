"""Takes due rows for this process, for the length of a lease, and gives them back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Final

from models import mt_claims, mt_moves
from models.database import Database, DatabaseDown
from models.mt_moves import Claim
from models.shared_clock import SharedClock
from telecom.failpoints import failpoint
from telecom.statuses import Lane

REST: Final = 10
LONGEST_REST_SECONDS: Final = 1.0


class Claims:
    """Safe to share between threads. `owner` names this process in the rows it claims."""

    def __init__(
        self,
        database: Database,
        *,
        clock: SharedClock,
        monotonic: Callable[[], float],
        owner: str,
        lease_seconds: float,
        batch: int,
        record_leftovers: Callable[[], object],
    ) -> None:
        """`record_leftovers` records outcomes that the database could not take before."""
        self.batch = batch
        self._database = database
        self._clock = clock
        self._monotonic = monotonic
        self._owner = owner
        self._lease_seconds = lease_seconds
        self._record_leftovers = record_leftovers
        self._has_more = False  # than the last claim could hold
        self._look_at = 0.0  # on the monotonic clock: not before this

    def claim(self) -> list[Claim]:
        """Up to `batch` due rows, held for the length of a lease: answers first, then bulk.

        Outcomes that could not be recorded while the database was down are recorded first. Raises
        DatabaseDown.
        """
        return self.claim_lanes(dict.fromkeys(Lane, self.batch), {}, at_most=self.batch)

    def claim_lanes(
        self,
        limits: Mapping[Lane, int],
        without: Mapping[Lane, Collection[str]],
        at_most: int | None = None,
    ) -> list[Claim]:
        """So many of each lane, the longest due first; `without` those of some gateways."""
        self._record_leftovers()
        due = [*limits] if self._has_more else self._due(limits, without)
        self._has_more = False
        if not due:
            return []
        claims: list[Claim] = []
        has_more = False
        for lane in due:
            limit = limits[lane] if at_most is None else min(limits[lane], at_most - len(claims))
            if limit <= 0:
                continue
            try:
                claimed = self._claim(lane, limit, without.get(lane, ()))
            except DatabaseDown:
                if not claims:
                    raise
                break  # what is held already would wait for the end of its lease
            has_more = has_more or len(claimed) == limit
            claims += claimed
        self._has_more = has_more
        failpoint("after_claim")
        return claims

    def _claim(self, lane: Lane, limit: int, without: Collection[str]) -> list[Claim]:
        with self._database.put() as conn:
            now = self._clock.now(conn)
            return mt_claims.claim(
                conn,
                owner=self._owner,
                now=now,
                lease_until=now + timedelta(seconds=self._lease_seconds),
                limit=limit,
                lane=lane,
                without=without,
            )

    @property
    def rest_seconds(self) -> float:
        """For so long a claim brings nothing, whatever waits."""
        return max(0.0, self._look_at - self._monotonic())

    def _due(
        self, limits: Mapping[Lane, int], without: Mapping[Lane, Collection[str]]
    ) -> Sequence[Lane]:
        """An idle worker takes no write lock (one that has more to do than it can hold asks nothing
        before it takes it), and what a vain look costs is rested ten times over:
        it passes by every row of a gateway that is paused, and they may be many.
        """
        began_at = self._monotonic()
        if began_at < self._look_at:
            return ()
        with self._database.ask() as conn:
            found = mt_claims.lanes_due(conn, self._clock.now(conn), without)
        due = [lane for lane in found if limits.get(lane, 0) > 0]
        if not due:
            ended_at = self._monotonic()
            self._look_at = ended_at + min(REST * (ended_at - began_at), LONGEST_REST_SECONDS)
        return due

    def release(self, claims: Iterable[Claim]) -> None:
        """Gives back what was claimed and not tried. Raises DatabaseDown."""
        with self._database.write() as conn:
            now = self._clock.now(conn)
            for claim in claims:
                mt_moves.put_back(conn, claim, now=now)

    def postpone(self, rests: Mapping[Claim, tuple[float, str]]) -> None:
        """Gives back what may not go yet: each rests so many seconds, for that reason.

        It was not tried, so it costs no attempt. Raises DatabaseDown.
        """
        with self._database.write() as conn:
            now = self._clock.now(conn)
            for claim, (seconds, why) in rests.items():
                later = now + timedelta(seconds=seconds)
                mt_moves.put_back(conn, claim, now=now, not_before=later, why=why)
