"""Sends what is due: claim, write the intent, call the gateway, record what it said.

Between intent and record no transaction is open; whatever is killed there leaves a submitted row,
which the reaper calls unknown, never unsent.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import Connection

from gateways.base import Sender
from metrics.catalogue import CONSENT_CHANGES, MT_MOVES, SEND_SECONDS, SENDS
from metrics.meter import SILENT, Meter
from models import mt_moves, mt_withheld, outbox_pause, send_attempt
from models.consent import ConsentCause, ConsentState
from models.database import Database, DatabaseDown
from models.mt_moves import Claim, Settlement, Written
from models.sealing import Unsealable
from models.shared_clock import SharedClock
from outbound import consent, receipts
from outbound.faults import report
from outbound.outbox import Outbox
from outbound.outcomes import (
    ACCEPTED,
    CONSENT_UNKNOWN,
    POISONED,
    STOPPED,
    TOO_LATE,
    UNEXPECTED,
    NotTaken,
    Outcome,
    Taken,
    decide,
    not_taken,
)
from outbound.retry import NO_GATEWAY_SECONDS
from telecom.clock import Clock
from telecom.errors import Reason, SendError
from telecom.failpoints import failpoint
from telecom.statuses import MtStatus

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()

REST: Final = 10
LONGEST_REST_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A written intent: this worker may call the gateway once, not later than `latest_call`."""

    claim: Claim
    written: Written
    latest_call: float  # on the monotonic clock, seconds
    host_is_ahead: timedelta  # of the clock that the message's times are of


@dataclass(frozen=True, slots=True, kw_only=True)
class _Recorded:
    """What the end of a send brought about: the statuses it led to, and what it taught us."""

    moves: tuple[MtStatus, ...]
    learnt_opt_out: bool


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
    ) -> None:
        if send_seconds >= lease_seconds:
            raise ValueError("a lease must outlast a send")
        self.owner = owner
        self.lease_seconds = lease_seconds
        self._database = database
        self._outbox = outbox
        self._senders = senders
        self._clock = clock
        self._host_clock = host_clock
        self._monotonic = monotonic
        self._send_seconds = send_seconds
        self._batch = batch
        self._jitter = jitter
        self._meter = meter
        self._unrecorded: deque[tuple[Intent, Outcome]] = deque()
        self._look_at = 0.0  # on the monotonic clock: not before this

    def claim(self) -> list[Claim]:
        """Up to `batch` due rows, held for the length of a lease. Raises DatabaseDown.

        Outcomes that could not be recorded while the database was down are recorded first.
        """
        self.record_leftovers()
        if not self._has_due():
            return []
        with self._database.write() as conn:
            now = self._clock.now(conn)
            claims = mt_moves.claim(
                conn,
                owner=self.owner,
                now=now,
                lease_until=self._lease_until(now),
                limit=self._batch,
            )
        failpoint("after_claim")
        return claims

    def _has_due(self) -> bool:
        """An idle worker takes no write lock, and what a vain look costs is rested ten times over:
        it passes by every row of a gateway that is paused, and they may be many.
        """
        began_at = self._monotonic()
        if began_at < self._look_at:
            return False
        with self._database.read() as conn:
            if outbox_pause.is_paused(conn, outbox_pause.ALL):
                return False
            if mt_moves.has_due(conn, self._clock.now(conn)):
                return True
        ended_at = self._monotonic()
        self._look_at = ended_at + min(REST * (ended_at - began_at), LONGEST_REST_SECONDS)
        return False

    def submit(self, claim: Claim) -> None:
        """One claimed row through intent, call and record. Raises DatabaseDown."""
        intent = self.write_intent(claim)
        if intent is not None:
            self.record(intent, self.call(intent))

    def release(self, claims: Iterable[Claim]) -> None:
        """Gives back what was claimed and not tried. Raises DatabaseDown."""
        with self._database.write() as conn:
            now = self._clock.now(conn)
            for claim in claims:
                mt_moves.put_back(conn, claim, now=now)

    def write_intent(self, claim: Claim) -> Intent | None:
        """None when the row may not be sent by this claim: then it is queued again or another's."""
        if claim.gateway not in self._senders:
            self._rest(claim)
            return None
        started = self._monotonic()
        with self._database.write() as conn:
            now = self._clock.now(conn)
            written = mt_moves.write_intent(
                conn, claim, now=now, lease_until=self._lease_until(now)
            )
            is_withheld = written is None and mt_withheld.withhold(conn, claim, now=now)
            is_paused = written is None and outbox_pause.is_paused(conn, claim.gateway)
            if written is None and not is_withheld:
                mt_moves.put_back(conn, claim, now=now)
        if is_withheld:
            self._meter.count(MT_MOVES, claim.gateway, MtStatus.SUPPRESSED)
            log.info("mt withheld", gateway=claim.gateway, mt_id=claim.id, why="opted out")
            return None
        if written is None and is_paused:
            log.info("mt given back", gateway=claim.gateway, mt_id=claim.id, why="paused")
            return None
        if written is None:
            log.warning("claim lost", gateway=claim.gateway, mt_id=claim.id, why="lease or life")
            return None
        failpoint("after_intent")
        return Intent(
            claim=claim,
            written=written,
            latest_call=started + self.lease_seconds - self._send_seconds,
            host_is_ahead=self._host_clock.now() - now,
        )

    def call(self, intent: Intent) -> Outcome:
        """At most one request to the gateway, in no transaction."""
        claim = intent.claim
        try:
            mt = self._outbox.open(claim)
            # Adapters tell the vendor how long a message still lives: by the clock that they have.
            mt = replace(mt, expires_at=mt.expires_at + intent.host_is_ahead)
        except Unsealable as error:
            log.warning("mt does not open", gateway=claim.gateway, mt_id=claim.id, why=str(error))
            return POISONED
        sender = self._senders[claim.gateway]
        if (forbidden := self._forbidden(claim)) is not None:
            return forbidden
        # A frozen process wakes here, its lease long over: after this line only the send follows.
        if self._monotonic() > intent.latest_call:
            return TOO_LATE
        began_at = self._monotonic()
        try:
            accepted = sender.send(mt)
        except SendError as error:
            return not_taken(error)
        except Exception as error:
            report("sender broke", error, gateway=claim.gateway, mt_id=claim.id)
            return UNEXPECTED
        finally:
            self._meter.time(SEND_SECONDS, self._monotonic() - began_at, claim.gateway)
        failpoint("after_reply")
        return Taken(gateway_message_id=accepted.gateway_message_id)

    def record(self, intent: Intent, outcome: Outcome) -> None:
        """Keeps the outcome in memory while the database is down. Raises DatabaseDown."""
        try:
            with self._database.write() as conn:
                recorded = self._record(conn, intent, outcome, self._clock.now(conn))
        except DatabaseDown:
            self._unrecorded.append((intent, outcome))
            raise
        failpoint("after_sent_commit")
        self._count(intent.claim.gateway, outcome, recorded)

    def record_leftovers(self) -> None:
        """What `record` had to keep. Raises DatabaseDown."""
        while self._unrecorded:
            try:
                intent, outcome = self._unrecorded.popleft()
            except IndexError:  # another thread was faster
                return
            self.record(intent, outcome)

    def _forbidden(self, claim: Claim) -> Outcome | None:
        """The last look before the call: STOP may have come since the intent was written."""
        try:
            with self._database.read() as conn:
                return STOPPED if mt_withheld.is_unwanted(conn, claim.id) else None
        except DatabaseDown:
            return CONSENT_UNKNOWN

    def _record(
        self, conn: Connection, intent: Intent, outcome: Outcome, now: datetime
    ) -> _Recorded:
        claim = intent.claim
        settlement = decide(
            outcome,
            message_class=claim.message_class,
            attempts=intent.written.attempts,
            ambiguous_before=intent.written.ambiguous_before,
            now=now,
            jitter=self._jitter(),
        )
        is_ours = mt_moves.settle(conn, claim, settlement, now=now)
        if not is_ours and isinstance(outcome, Taken):
            # It went out after all: a resend that waits is cancelled. Any other late word is only
            # recorded, for it says nothing about copies that others may have sent since.
            mt_moves.record_evidence(
                conn,
                claim.id,
                MtStatus.SENT,
                evidence="late_reply",
                now=now,
                gateway_message_id=outcome.gateway_message_id,
            )
        _finish_attempt(conn, claim, outcome, is_late=not is_ours, now=now)
        learnt = False
        if isinstance(outcome, NotTaken) and outcome.why == Reason.OPTED_OUT:
            learnt = consent.learn(conn, claim.id, claim.gateway, now)
        vendors_id = outcome.gateway_message_id if isinstance(outcome, Taken) else None
        reported = receipts.settle(conn, claim.id, claim.gateway, vendors_id, now)
        _log_outcome(claim, outcome, settlement if is_ours else None)
        moves = (settlement.after if is_ours else None, reported)
        return _Recorded(moves=tuple(move for move in moves if move), learnt_opt_out=learnt)

    def _count(self, gateway: str, outcome: Outcome, recorded: _Recorded) -> None:
        verdict, why = ACCEPTED, ACCEPTED
        if isinstance(outcome, NotTaken):
            verdict, why = outcome.verdict.value, outcome.why
        self._meter.count(SENDS, gateway, verdict, why)
        for move in recorded.moves:
            self._meter.count(MT_MOVES, gateway, move)
        if recorded.learnt_opt_out:
            state, cause = ConsentState.OPTED_OUT, ConsentCause.GATEWAY
            self._meter.count(CONSENT_CHANGES, gateway, state, cause)

    def _rest(self, claim: Claim) -> None:
        with self._database.write() as conn:
            now = self._clock.now(conn)
            later = now + timedelta(seconds=NO_GATEWAY_SECONDS)
            mt_moves.put_back(conn, claim, now=now, not_before=later, why="no_gateway")
        log.warning("mt waits", gateway=claim.gateway, mt_id=claim.id, why="no such gateway")

    def _lease_until(self, now: datetime) -> datetime:
        return now + timedelta(seconds=self.lease_seconds)


def _finish_attempt(
    conn: Connection, claim: Claim, outcome: Outcome, *, is_late: bool, now: datetime
) -> None:
    refused = outcome if isinstance(outcome, NotTaken) else None
    send_attempt.finish(
        conn,
        claim.id,
        claim.generation,
        outcome=refused.verdict if refused else ACCEPTED,
        reason=refused.why if refused else None,
        http_code=refused.http_code if refused else None,
        gateway_message_id=outcome.gateway_message_id if isinstance(outcome, Taken) else None,
        late=is_late,
        now=now,
    )


def _log_outcome(claim: Claim, outcome: Outcome, settlement: Settlement | None) -> None:
    why = outcome.why if isinstance(outcome, NotTaken) else ACCEPTED
    if settlement is None:
        log.warning("late reply", gateway=claim.gateway, mt_id=claim.id, why=why)
    elif settlement.after is MtStatus.SENT:
        log.info("mt sent", gateway=claim.gateway, mt_id=claim.id, why=why)
    else:
        status = settlement.after.value
        log.warning("mt not sent", gateway=claim.gateway, mt_id=claim.id, why=why, status=status)
