"""Records what calls to gateways brought. Those that were accepted are recorded many at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from metrics.catalogue import CONSENT_CHANGES, MT_MOVES, SENDS
from metrics.meter import Meter
from models import mt_moves, mt_turns, send_attempt
from models.consent import ConsentCause, ConsentState
from models.database import Database, DatabaseDown
from models.mt_moves import Claim, Settlement
from models.mt_turns import Turned, Written
from models.send_attempt import Finished
from models.shared_clock import SharedClock
from models.turn_moves import ACCEPTED
from outbound import consent, early_reports
from outbound.outcomes import NotTaken, Outcome, Taken, decide
from telecom.errors import Reason
from telecom.failpoints import failpoint
from telecom.faults import report
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
            if isinstance(outcome, Taken):
                recorded = self._record_accepted(intent, outcome)
            else:
                with self._database.write() as conn:
                    now = self._clock.now(conn)
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

    def recorded(self, ended: Sequence[tuple[Intent, Taken]], turned: Turned) -> list[Recorded]:
        """What a turn that is committed has brought about. `tell` comes after it."""
        reported = self._hear_early(
            [one for one in ended if one[0].claim.id in turned.early] if turned.early else []
        )
        return [
            _recorded(
                intent,
                outcome,
                MtStatus.SENT if intent.claim.id in turned.settled else None,
                reported.get(intent.claim.id),
            )
            for intent, outcome in ended
        ]

    def _record_accepted(self, intent: Intent, outcome: Taken) -> Recorded:
        taken = {intent.claim: outcome.gateway_message_id}
        with self._database.put() as conn:
            now = self._clock.now(conn)
            turned = mt_turns.turn(conn, taken, {}, now=now, lease_until=now)
        (recorded,) = self.recorded([(intent, outcome)], turned)
        return recorded

    def _hear_early(self, ended: Sequence[tuple[Intent, Taken]]) -> Mapping[str, MtStatus | None]:
        """Where reports led that came before the reply. If that cannot be told now, the sweep looks
        for their messages (outbound.early_reports).
        """
        if not ended:
            return {}
        try:
            with self._database.write() as conn:
                now = self._clock.now(conn)
                return {
                    claim.id: early_reports.settle(conn, claim.id, claim.gateway, vendors_id, now)
                    for claim, vendors_id in (
                        (intent.claim, outcome.gateway_message_id) for intent, outcome in ended
                    )
                }
        except DatabaseDown as fault:
            log.warning("reports wait", why=str(fault))
        except Exception as error:
            report("reports wait", error)
        return {}

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
