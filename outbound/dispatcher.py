"""Sends what is due: claim, write the intent, call the gateway, record what it said.

Between intent and record no transaction is open; whatever is killed there leaves a submitted row,
which the reaper calls unknown, never unsent. An intent is written when a thread is free to call,
never ahead of it; those of one moment, and what the last calls of these threads brought, share a
commit.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from math import inf

import structlog
from sqlalchemy import Connection

from gateways.base import Sender
from metrics.catalogue import MT_MOVES
from metrics.meter import SILENT, Meter
from models import mt_moves, mt_turns, mt_withheld, outbox_pause
from models.database import Database, DatabaseDown
from models.mt_moves import Claim, Way
from models.mt_turns import Turned
from models.shared_clock import SharedClock
from outbound.calling import Caller
from outbound.claiming import Claims
from outbound.outbox import Outbox
from outbound.outcomes import (
    NotTaken,
    Outcome,
    Taken,
)
from outbound.recording import Intent, MayMoveOn, Recorded, Recorder
from outbound.retry import NO_GATEWAY_SECONDS
from telecom.clock import Clock
from telecom.dlt import DltIds
from telecom.failpoints import failpoint
from telecom.faults import report
from telecom.replies import MtSms
from telecom.statuses import MtStatus

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Turn:
    """What one commit brought: calls that may be made now; and for `follow` the ends of calls that
    it recorded, and the claims that were no good.
    """

    intents: Sequence[Intent]
    ended: Sequence[tuple[Intent, Taken]] = ()
    turned: Turned | None = None  # of `ended`
    unwritten: Sequence[tuple[Claim, Way]] = ()


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
        dlt_of: Callable[[str, MtSms], DltIds | NotTaken | None] = lambda _gateway, _mt: None,
    ) -> None:
        """`heard` is told what became of each call, and how many seconds it took; `dlt_of` tells
        what India's operators want to know, or why they would refuse it.
        """
        if send_seconds >= lease_seconds:
            raise ValueError("a lease must outlast a send")
        self.owner = owner
        self.lease_seconds = lease_seconds
        self.batch = batch
        self._database = database
        self._senders = senders
        self._clock = clock
        self._host_clock = host_clock
        self._monotonic = monotonic
        self._send_seconds = send_seconds
        self._meter = meter
        self._recorder = Recorder(
            database,
            clock,
            jitter=jitter,
            meter=meter,
            may_move_on=may_move_on,
        )
        self._claims = Claims(
            database,
            clock=clock,
            monotonic=monotonic,
            owner=owner,
            lease_seconds=lease_seconds,
            batch=batch,
            record_leftovers=self._recorder.record_leftovers,
        )
        self._caller = Caller(
            database,
            outbox,
            senders,
            monotonic=monotonic,
            lease_seconds=lease_seconds,
            meter=meter,
            heard=heard,
            dlt_of=dlt_of,
        )
        self.claim = self._claims.claim
        self.claim_lanes = self._claims.claim_lanes
        self.release = self._claims.release
        self.postpone = self._claims.postpone
        self.opened = self._caller.opened
        self.call = self._caller.call
        self.record = self._recorder.record
        self.record_leftovers = self._recorder.record_leftovers

    @property
    def rest_seconds(self) -> float:
        """For so long a claim brings nothing, whatever waits."""
        return self._claims.rest_seconds

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
        not among the intents. `follow` is for the caller, once the calls are on their way. Raises
        DatabaseDown; then the outcomes are kept in memory.
        """
        known = self._with_senders(wanted)
        try:
            return self._turn_over(ended, known)
        except DatabaseDown:
            self._recorder.keep(ended)
            raise
        except Exception:
            if len(ended) + len(known) <= 1:
                raise
            return self._one_by_one(ended, known)

    def write_intent(self, claim: Claim, way: Way | None = None) -> Intent | None:
        """None when the row may not be sent by this claim: then it is queued again or another's.

        `way` is the gateway that it shall go by; else the one that it names. Raises DatabaseDown.
        """
        way = way or Way(gateway=claim.gateway, sender_id=claim.sender_id)
        turn = self._turn_over((), self._with_senders([(claim, way)]))
        self.follow(turn)
        for intent in turn.intents:
            return self.opened(replace(intent, wanted_at=-inf))  # he looks himself
        return None

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
            return Turn(())
        started = self._monotonic()  # at the earliest, the intents' look at consent
        with self._database.put() as conn:
            now = self._clock.now(conn)
            turned = mt_turns.turn(
                conn,
                {intent.claim: outcome.gateway_message_id for intent, outcome in ended},
                dict(wanted),
                now=now,
                lease_until=now + timedelta(seconds=self.lease_seconds),
            )
        if ended:
            failpoint("after_sent_commit")
        written = turned.written
        host_is_ahead = self._host_clock.now() - now
        intents = [
            Intent(
                claim=replace(claim, gateway=way.gateway, sender_id=way.sender_id),
                written=written[claim.id],
                latest_call=started + self.lease_seconds - self._send_seconds,
                host_is_ahead=host_is_ahead,
                wanted_at=started,
            )
            for claim, way in wanted
            if claim.id in written
        ]
        if intents:
            failpoint("after_intent")
        unwritten = [one for one in wanted if one[0].id not in written]
        return Turn(intents, ended, turned, unwritten)

    def follow(self, turn: Turn) -> Sequence[Recorded]:
        """Gives claims back, hears reports that came early, tells the log and the counters. Raises
        nothing that keeps the next turn waiting: what the database does not take now, it finds.
        """
        self._end_unwritten(turn.unwritten)
        recorded = self._recorder.recorded(turn.ended, turn.turned) if turn.turned else ()
        self._recorder.tell(recorded)
        return recorded

    def _one_by_one(
        self, ended: Sequence[tuple[Intent, Taken]], wanted: Sequence[tuple[Claim, Way]]
    ) -> Turn:
        """One of them breaks the code: no other has to suffer for it. Raises DatabaseDown."""
        intents: list[Intent] = []
        for at, one in enumerate(ended):
            try:
                self.follow(self._turn_over([one], ()))
            except DatabaseDown:
                self._recorder.keep(ended[at:])
                raise
            except Exception as error:
                report("outcome lost", error, mt_id=one[0].claim.id)
        for claim, way in wanted:
            try:
                turn = self._turn_over((), [(claim, way)])
                intents += turn.intents
                self.follow(turn)
            except DatabaseDown:
                break  # the claims run out
            except Exception as error:
                report("intent not written", error, mt_id=claim.id)
        return Turn(intents)

    def _end_unwritten(self, unwritten: Sequence[tuple[Claim, Way]]) -> None:
        """Claims that nobody ends run out."""
        if not unwritten:
            return
        try:
            with self._database.write() as conn:
                now = self._clock.now(conn)
                ends = [_end_unwritten(conn, claim, way, now) for claim, way in unwritten]
        except DatabaseDown as fault:
            log.warning("claims not given back", owner=self.owner, why=str(fault))
            return
        except Exception as error:
            report("claims not given back", error, owner=self.owner)
            return
        for (claim, _), why in zip(unwritten, ends, strict=True):
            self._tell_unwritten(claim, why)

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
