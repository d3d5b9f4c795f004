"""Records what calls to gateways brought. Those that were accepted are recorded many at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from metrics.catalogue import CONSENT_CHANGES, MT_MOVES, SENDS
from metrics.meter import Meter
from models import mt_moves, report_waits, send_attempt
from models.consent import ConsentCause, ConsentState
from models.database import Database, DatabaseDown
from models.delivery_report import Pair
from models.mt_moves import Claim, Settlement, Written
from models.send_attempt import Finished
from models.shared_clock import SharedClock
from outbound import consent, early_reports
from outbound.outcomes import ACCEPTED, NotTaken, Outcome, Taken, decide
from telecom.errors import Reason
from telecom.failpoints import failpoint
from telecom.replies import MtSms
from telecom.statuses import MtStatus

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A written intent: this worker may call the gateway once, not later than `latest_call`.

    `claim` names the gateway that it goes by. `mt` is None where the row does not open.
    `wanted_at` is when its subscriber was last seen not to have said STOP.
    """

    claim: Claim
    written: Written
    latest_call: float  # on the monotonic clock, seconds
    host_is_ahead: timedelta  # of the clock that the message's times are of
    wanted_at: float  # on the monotonic clock, seconds
    mt: MtSms | None = None
    refused: NotTaken | None = None  # why no gateway is called


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What the end of a send brought about: the statuses it led to, and what it taught us."""

    intent: Intent
    outcome: Outcome
    after: MtStatus | None  # None: the row had moved on
    moves: tuple[MtStatus, ...]
    learnt_opt_out: bool = False


# Whether another gateway may be tried, after those, by a message that one surely did not take.
MayMoveOn = Callable[[Intent, Sequence[str]], bool]


class Recorder:
    """Safe to share between threads."""

    def __init__(
        self,
        database: Database,
        clock: SharedClock,
        *,
        jitter: Callable[[], float],
        meter: Meter,
        may_move_on: MayMoveOn,
    ) -> None:
        self._database = database
        self._clock = clock
        self._jitter = jitter
        self._meter = meter
        self._may_move_on = may_move_on
        self._unrecorded: deque[tuple[Intent, Outcome]] = deque()

    def record(self, intent: Intent, outcome: Outcome) -> None:
        """Keeps the outcome in memory while the database is down. Raises DatabaseDown."""
        try:
            with self._database.write() as conn:
                now = self._clock.now(conn)
                if isinstance(outcome, Taken):
                    (recorded,) = self.record_accepted(conn, [(intent, outcome)], now)
                else:
                    recorded = self._record_refused(conn, intent, outcome, now)
        except DatabaseDown:
            self.keep([(intent, outcome)])
            raise
        failpoint("after_sent_commit")
        self.tell([recorded])

    def keep(self, ended: Sequence[tuple[Intent, Outcome]]) -> None:
        """For `record_leftovers`: the database is down."""
        self._unrecorded.extend(ended)

    def record_leftovers(self) -> None:
        """What `record` had to keep. Raises DatabaseDown."""
        while self._unrecorded:
            try:
                intent, outcome = self._unrecorded.popleft()
            except IndexError:  # another thread was faster
                return
            self.record(intent, outcome)

    def record_accepted(
        self, conn: Connection, ended: Sequence[tuple[Intent, Taken]], now: datetime
    ) -> list[Recorded]:
        """In a transaction of others; `tell` comes after its commit."""
        if not ended:
            return []
        taken = {intent.claim: outcome.gateway_message_id for intent, outcome in ended}
        ours = mt_moves.settle_sent(conn, taken, why=ACCEPTED, now=now)
        for claim, vendors_id in taken.items():
            if claim.id not in ours:  # it went out after all: a resend that waits is cancelled
                _believe(conn, claim, vendors_id, now)
        reported = _reports_of(conn, taken, now)
        return [
            _recorded(
                intent,
                outcome,
                MtStatus.SENT if intent.claim.id in ours else None,
                reported.get(intent.claim.id),
            )
            for intent, outcome in ended
        ]

    def _record_refused(
        self, conn: Connection, intent: Intent, outcome: NotTaken, now: datetime
    ) -> Recorded:
        claim = intent.claim
        settlement = self._settlement(conn, intent, outcome, now)
        # A late word that is no yes is only recorded, for it says nothing about copies that
        # others may have sent since.
        is_ours = mt_moves.settle(conn, claim, settlement, now=now)
        send_attempt.finish(conn, [_finished(claim, outcome, is_late=not is_ours)], now)
        learnt = False
        if outcome.why == Reason.OPTED_OUT:
            learnt = consent.learn(conn, claim.id, claim.gateway, now)
        reported = early_reports.settle(conn, claim.id, claim.gateway, None, now)
        after = settlement.after if is_ours else None
        return _recorded(intent, outcome, after, reported, learnt_opt_out=learnt)

    def tell(self, recorded: Sequence[Recorded]) -> None:
        """Log lines and counters, once it is committed."""
        for one in recorded:
            why = ACCEPTED if isinstance(one.outcome, Taken) else one.outcome.why
            _log_outcome(one.intent.claim, why, one.after)
            self._count(one.intent.claim.gateway, one.outcome, one)

    def _settlement(
        self, conn: Connection, intent: Intent, outcome: NotTaken, now: datetime
    ) -> Settlement:
        moves_on = False
        if outcome.fails_over and not intent.written.ambiguous_before:
            moves_on = self._may_move_on(intent, send_attempt.tried(conn, intent.claim.id))
        return decide(
            outcome,
            message_class=intent.claim.message_class,
            attempts=intent.written.attempts,
            ambiguous_before=intent.written.ambiguous_before,
            now=now,
            jitter=self._jitter(),
            moves_on=moves_on,
        )

    def _count(self, gateway: str, outcome: Outcome, recorded: Recorded) -> None:
        verdict, why = ACCEPTED, ACCEPTED
        if isinstance(outcome, NotTaken):
            verdict, why = outcome.verdict.value, outcome.why
        self._meter.count(SENDS, gateway, verdict, why)
        for move in recorded.moves:
            self._meter.count(MT_MOVES, gateway, move)
        if recorded.learnt_opt_out:
            state, cause = ConsentState.OPTED_OUT, ConsentCause.GATEWAY
            self._meter.count(CONSENT_CHANGES, gateway, state, cause)


def _recorded(
    intent: Intent,
    outcome: Outcome,
    *moves: MtStatus | None,
    learnt_opt_out: bool = False,
) -> Recorded:
    """The first of the moves is this worker's own."""
    return Recorded(
        intent=intent,
        outcome=outcome,
        after=moves[0],
        moves=tuple(move for move in moves if move),
        learnt_opt_out=learnt_opt_out,
    )


def _believe(conn: Connection, claim: Claim, vendors_id: str | None, now: datetime) -> None:
    mt_moves.record_evidence(
        conn,
        claim.id,
        MtStatus.SENT,
        evidence="late_reply",
        now=now,
        gateway_message_id=vendors_id,
    )


def _reports_of(
    conn: Connection, taken: dict[Claim, str | None], now: datetime
) -> dict[str, MtStatus | None]:
    """Where reports led that came before the reply."""
    pairs = {
        claim.id: Pair(claim.gateway, vendors_id) if vendors_id else None
        for claim, vendors_id in taken.items()
    }
    early = report_waits.early(conn, ((pair, mt_id) for mt_id, pair in pairs.items()))
    return {
        claim.id: early_reports.settle(conn, claim.id, claim.gateway, vendors_id, now)
        for claim, vendors_id in taken.items()
        if pairs[claim.id] in early.pairs or claim.id in early.mt_ids
    }


def _finished(claim: Claim, refused: NotTaken, *, is_late: bool) -> Finished:
    return Finished(
        mt_id=claim.id,
        generation=claim.generation,
        outcome=refused.verdict,
        reason=refused.why,
        http_code=refused.http_code,
        gateway_message_id=None,
        late=is_late,
    )


def _log_outcome(claim: Claim, why: str, after: MtStatus | None) -> None:
    if after is None:
        log.warning("late reply", gateway=claim.gateway, mt_id=claim.id, why=why)
    elif after is MtStatus.SENT:
        log.info("mt sent", gateway=claim.gateway, mt_id=claim.id, why=why)
    else:
        log.warning(
            "mt not sent", gateway=claim.gateway, mt_id=claim.id, why=why, status=after.value
        )
