"""Sends what is due: claim, write the intent, call the gateway, record what it said.

Between intent and record no transaction is open; whatever is killed there leaves a submitted row,
which the reaper calls unknown, never unsent. An intent is written when a thread is free to call,
never ahead of it; those of one moment, and what the last calls of these threads brought, share a
commit.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import structlog
from sqlalchemy import Connection

from gateways.base import Sender
from metrics.catalogue import MT_MOVES, SEND_SECONDS
from metrics.meter import SILENT, Meter
from models import mt_claims, mt_moves, mt_withheld, outbox_pause
from models.database import Database, DatabaseDown
from models.mt_moves import Claim, Way, Written
from models.sealing import Unsealable
from models.shared_clock import SharedClock
from models.together import Together
from outbound.faults import report
from outbound.outbox import Outbox
from outbound.outcomes import (
    CONSENT_UNKNOWN,
    POISONED,
    STOPPED,
    TOO_LATE,
    UNEXPECTED,
    Outcome,
    Taken,
    not_taken,
)
from outbound.recording import Intent, MayMoveOn, Recorded, Recorder
from outbound.retry import NO_GATEWAY_SECONDS
from telecom.clock import Clock
from telecom.dlt import DltIds
from telecom.errors import SendError
from telecom.failpoints import failpoint
from telecom.replies import MtSms
from telecom.statuses import Lane, MtStatus

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()

REST: Final = 10
LONGEST_REST_SECONDS: Final = 1.0
FRESH_SECONDS: Final = 0.05  # for so long a look at consent is good, then the caller looks again


@dataclass(frozen=True, slots=True)
class Turn:
    """What one commit brought: calls that may be made now, and ends of calls that are recorded."""

    intents: Sequence[Intent]
    recorded: Sequence[Recorded]


class Dispatcher:
    """Safe to share between threads. `owner` names this process in the rows it claims.

    A lease is renewed with each intent and must outlast one send: connect 3 s and read 8 s, with
    slack, are the `send_seconds` that must be left when the call starts. Stored times are measured
    by `clock`, what adapters are told by `host_clock`.
    """

    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        senders: Mapping[str, Sender],
        *,
        clock: SharedClock,
        host_clock: Clock,
        monotonic: Callable[[], float],
        owner: str,
        lease_seconds: float = 30.0,
        send_seconds: float = 12.0,
        batch: int = 10,
        jitter: Callable[[], float] = random.random,
        meter: Meter = SILENT,
        may_move_on: MayMoveOn = lambda _intent, _tried: False,
        heard: Callable[[str, Outcome, float], None] = lambda _gateway, _outcome, _seconds: None,
        dlt_of: Callable[[str, MtSms], DltIds | None] = lambda _gateway, _mt: None,
    ) -> None:
        """`heard` is told what became of each call, and how many seconds it took; `dlt_of` tells
        what a gateway's account is registered with.
        """
        if send_seconds >= lease_seconds:
            raise ValueError("a lease must outlast a send")
        self.owner = owner
        self.lease_seconds = lease_seconds
        self.batch = batch
        self._database = database
        self._outbox = outbox
        self._senders = senders
        self._clock = clock
        self._host_clock = host_clock
        self._monotonic = monotonic
        self._send_seconds = send_seconds
        self._meter = meter
        self._heard = heard
        self._dlt_of = dlt_of
        self._recorder = Recorder(
            database,
            clock,
            jitter=jitter,
            meter=meter,
            may_move_on=may_move_on,
        )
        self._looks: Together[str, Outcome | None] = Together(
            self._look, patience_seconds=lease_seconds
        )
        self.record = self._recorder.record
        self.record_leftovers = self._recorder.record_leftovers
        self.tell = self._recorder.tell
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
        self.record_leftovers()
        due = [*limits] if self._has_more else self._due(limits, without)
        self._has_more = False
        if not due:
            return []
        claims: list[Claim] = []
        has_more = False
        with self._database.write() as conn:
            now = self._clock.now(conn)
            for lane in due:
                limit = limits[lane]
                if at_most is not None:
                    limit = min(limit, at_most - len(claims))
                claimed = mt_claims.claim(
                    conn,
                    owner=self.owner,
                    now=now,
                    lease_until=self._lease_until(now),
                    limit=limit,
                    lane=lane,
                    without=without.get(lane, ()),
                )
                has_more = has_more or (limit > 0 and len(claimed) == limit)
                claims += claimed
        self._has_more = has_more
        failpoint("after_claim")
        return claims

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
        with self._database.read() as conn:
            if outbox_pause.is_paused(conn, outbox_pause.ALL):
                return ()
            now = self._clock.now(conn)
            due = [
                lane
                for lane, limit in limits.items()
                if limit > 0 and mt_claims.has_due(conn, now, lane, without.get(lane, ()))
            ]
        if not due:
            ended_at = self._monotonic()
            self._look_at = ended_at + min(REST * (ended_at - began_at), LONGEST_REST_SECONDS)
        return due

    def submit(self, claim: Claim, way: Way | None = None) -> None:
        """One claimed row alone through intent, call and record. Raises DatabaseDown."""
        intent = self.write_intent(claim, way)
        if intent is not None:
            self.record(intent, self.call(intent))

    def turn_over(
        self, ended: Sequence[tuple[Intent, Taken]], wanted: Sequence[tuple[Claim, Way]]
    ) -> Turn:
        """In one commit what calls brought, and the intents of as many others as are free to call.

        So no thread has two rows that are submitted. Rows that may not be sent by their claims are
        not among the intents. `tell` is for the caller, when he has nothing more urgent. Raises
        DatabaseDown; then the outcomes are kept in memory.
        """
        known = self._with_senders(wanted)
        try:
            turn = self._turn_over(ended, known)
        except DatabaseDown:
            self._recorder.keep(ended)
            raise
        except Exception:
            if len(ended) + len(known) <= 1:
                raise
            return self._one_by_one(ended, known)
        return replace(turn, intents=self._looked_at(turn.intents))

    def opened(self, intent: Intent) -> Intent:
        """With what shall be sent."""
        return replace(intent, mt=self._open(intent))

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

    def write_intent(self, claim: Claim, way: Way | None = None) -> Intent | None:
        """None when the row may not be sent by this claim: then it is queued again or another's.

        `way` is the gateway that it shall go by; else the one that it names. Raises DatabaseDown.
        """
        way = way or Way(gateway=claim.gateway, sender_id=claim.sender_id)
        for intent in self._turn_over((), self._with_senders([(claim, way)])).intents:
            return self.opened(intent)
        return None

    def call(self, intent: Intent) -> Outcome:
        """At most one request to the gateway, in no transaction."""
        claim, mt = intent.claim, intent.mt
        if mt is None:
            return POISONED
        is_stale = self._monotonic() - intent.wanted_at > FRESH_SECONDS
        if is_stale and (forbidden := self._forbidden(claim)) is not None:
            return forbidden
        # A frozen process wakes here, its lease long over: after this line only the send follows.
        if self._monotonic() > intent.latest_call:
            return TOO_LATE
        began_at = self._monotonic()
        outcome = self._send(claim, mt)
        seconds = self._monotonic() - began_at
        self._meter.time(SEND_SECONDS, seconds, claim.gateway)
        self._heard(claim.gateway, outcome, seconds)
        return outcome

    def _send(self, claim: Claim, mt: MtSms) -> Outcome:
        try:
            accepted = self._senders[claim.gateway].send(mt)
        except SendError as error:
            return not_taken(error)
        except Exception as error:
            report("sender broke", error, gateway=claim.gateway, mt_id=claim.id)
            return UNEXPECTED
        failpoint("after_reply")
        return Taken(gateway_message_id=accepted.gateway_message_id)

    def _open(self, intent: Intent) -> MtSms | None:
        claim = intent.claim
        try:
            mt = self._outbox.open(claim)
        except Unsealable as error:
            log.warning("mt does not open", gateway=claim.gateway, mt_id=claim.id, why=str(error))
            return None
        return replace(
            mt,
            # Adapters tell the vendor how long a message still lives: by the clock that they have.
            expires_at=mt.expires_at + intent.host_is_ahead,
            dlt=self._dlt_of(claim.gateway, mt),
        )

    def _with_senders(self, wanted: Sequence[tuple[Claim, Way]]) -> Sequence[tuple[Claim, Way]]:
        """The others rest. Raises DatabaseDown."""
        homeless = [(claim, way) for claim, way in wanted if way.gateway not in self._senders]
        if not homeless:
            return wanted
        for claim, way in homeless:
            log.warning("mt waits", gateway=way.gateway, mt_id=claim.id, why="no such gateway")
        self.postpone({claim: (NO_GATEWAY_SECONDS, "no_gateway") for claim, _ in homeless})
        return [(claim, way) for claim, way in wanted if way.gateway in self._senders]

    def _turn_over(
        self, ended: Sequence[tuple[Intent, Taken]], wanted: Sequence[tuple[Claim, Way]]
    ) -> Turn:
        if not ended and not wanted:
            return Turn((), ())
        started = self._monotonic()
        with self._database.write() as conn:
            now = self._clock.now(conn)
            recorded = self._recorder.record_accepted(conn, ended, now)
            written = self._write_intents(conn, wanted, now)
            unwritten = [
                (claim, _end_unwritten(conn, claim, way, now))
                for claim, way in wanted
                if claim.id not in written
            ]
        if ended:
            failpoint("after_sent_commit")
        for claim, why in unwritten:
            self._tell_unwritten(claim, why)
        host_is_ahead = self._host_clock.now() - now
        intents = [
            Intent(
                claim=replace(claim, gateway=way.gateway, sender_id=way.sender_id),
                written=written[claim.id],
                latest_call=started + self.lease_seconds - self._send_seconds,
                host_is_ahead=host_is_ahead,
            )
            for claim, way in wanted
            if claim.id in written
        ]
        if intents:
            failpoint("after_intent")
        return Turn(intents, recorded)

    def _one_by_one(
        self, ended: Sequence[tuple[Intent, Taken]], wanted: Sequence[tuple[Claim, Way]]
    ) -> Turn:
        """One of them breaks the code: no other has to suffer for it. Raises DatabaseDown."""
        intents: list[Intent] = []
        for at, one in enumerate(ended):
            try:
                self.tell(self._turn_over([one], ()).recorded)
            except DatabaseDown:
                self._recorder.keep(ended[at:])
                raise
            except Exception as error:
                report("outcome lost", error, mt_id=one[0].claim.id)
        for claim, way in wanted:
            try:
                intents += self._turn_over((), [(claim, way)]).intents
            except DatabaseDown:
                break  # the claims run out
            except Exception as error:
                report("intent not written", error, mt_id=claim.id)
        return Turn(intents, ())

    def _write_intents(
        self, conn: Connection, wanted: Sequence[tuple[Claim, Way]], now: datetime
    ) -> Mapping[str, Written]:
        if not wanted:
            return {}
        until = self._lease_until(now)
        return mt_moves.write_intents(conn, dict(wanted), now=now, lease_until=until)

    def _looked_at(self, intents: Sequence[Intent]) -> Sequence[Intent]:
        """The last look, for all that are called now. Whose is not done here does it himself."""
        if not intents:
            return intents
        at = self._monotonic()
        try:
            with self._database.ask() as conn:
                unwanted = mt_withheld.unwanted(conn, [intent.claim.id for intent in intents])
        except DatabaseDown:
            return intents
        return [
            intent if intent.claim.id in unwanted else replace(intent, wanted_at=at)
            for intent in intents
        ]

    def _tell_unwritten(self, claim: Claim, why: _Unwritten) -> None:
        known = {"gateway": claim.gateway, "mt_id": claim.id, "why": why.value}
        match why:
            case _Unwritten.OPTED_OUT:
                self._meter.count(MT_MOVES, claim.gateway, MtStatus.SUPPRESSED)
                log.info("mt withheld", **known)
            case _Unwritten.PAUSED:
                log.info("mt given back", **known)
            case _Unwritten.LOST:
                log.warning("claim lost", **known)

    def _forbidden(self, claim: Claim) -> Outcome | None:
        """The last look before the call: STOP may have come since the intent was written."""
        try:
            return self._looks.do(claim.id)
        except DatabaseDown:
            return CONSENT_UNKNOWN

    def _look(self, mt_ids: Sequence[str]) -> list[Outcome | None]:
        with self._database.read() as conn:
            unwanted = mt_withheld.unwanted(conn, mt_ids)
        return [STOPPED if mt_id in unwanted else None for mt_id in mt_ids]

    def _lease_until(self, now: datetime) -> datetime:
        return now + timedelta(seconds=self.lease_seconds)


class _Unwritten(StrEnum):
    """Why a claimed row got no intent."""

    OPTED_OUT = "opted out"
    PAUSED = "paused"
    LOST = "lease or life"


def _end_unwritten(conn: Connection, claim: Claim, way: Way, now: datetime) -> _Unwritten:
    """Withheld, for its subscriber has said STOP; or given back, if it is still held."""
    if mt_withheld.withhold(conn, claim, now=now):
        return _Unwritten.OPTED_OUT
    mt_moves.put_back(conn, claim, now=now)
    is_paused = outbox_pause.is_paused(conn, way.gateway)
    return _Unwritten.PAUSED if is_paused else _Unwritten.LOST
