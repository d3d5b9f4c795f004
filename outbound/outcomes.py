"""What a call to a gateway brought, and what that makes of the message. Pure: policy and tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from models.mt_moves import Settlement
from outbound.retry import MAX_ATTEMPTS, MAX_POISONED_ATTEMPTS, wait_seconds
from telecom.dlt_book import DltRefusal
from telecom.errors import Reason, SendError, Verdict
from telecom.statuses import MessageClass, MtStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The gateway accepted the message."""

    gateway_message_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTaken:
    """Not, or not surely, accepted. `why` is one word for logs and operators."""

    verdict: Verdict
    why: str
    http_code: int | None = None
    retry_after_seconds: float | None = None
    is_poison: bool = False
    fails_over: bool = False  # surely not taken, by a fault of this gateway: another may take it


Outcome = Taken | NotTaken

# Nothing was called: the worker was slow or frozen, and another may send by now.
TOO_LATE: Final = NotTaken(verdict=Verdict.RETRY, why="too_late")
# Nothing was called: the subscriber said STOP after the intent was written.
STOPPED: Final = NotTaken(verdict=Verdict.GIVE_UP, why=Reason.OPTED_OUT.value)
# Nothing was called: nobody could say whether the subscriber still wants it.
CONSENT_UNKNOWN: Final = NotTaken(verdict=Verdict.RETRY, why="consent_unknown")
# Nothing was called: the row does not open with this worker's key.
POISONED: Final = NotTaken(verdict=Verdict.RETRY, why="unsealable", is_poison=True)
# Nothing was called: the operators of India would refuse the text.
DLT_WORDS: Final = NotTaken(verdict=Verdict.GIVE_UP, why=DltRefusal.WORDS.value)
DLT_VALUE: Final = NotTaken(verdict=Verdict.GIVE_UP, why=DltRefusal.VALUE.value)
# Nothing was called: nobody could say which texts are registered.
DLT_UNKNOWN: Final = NotTaken(verdict=Verdict.RETRY, why="dlt_unknown")
# A bug in an adapter: nobody knows how far the call went.
UNEXPECTED: Final = NotTaken(verdict=Verdict.AMBIGUOUS, why=Reason.UNKNOWN.value)


# Whose fault a refusal is, where it is the gateway's. A bad number, an opt-out or a bad text would
# be refused by any, and what one holds for review may still come.
_FAILS_OVER: Final = frozenset(
    {
        Reason.THROTTLED,
        Reason.UNREACHABLE,
        Reason.GATEWAY_FAULT,
        Reason.NO_CREDIT,
        Reason.BAD_CREDENTIALS,
        Reason.BAD_SENDER_ID,
        Reason.NO_ROUTE,
    }
)


def not_taken(error: SendError) -> NotTaken:
    return NotTaken(
        verdict=error.verdict,
        why=error.reason.value,
        http_code=error.http_code,
        retry_after_seconds=error.retry_after_seconds,
        fails_over=error.verdict is not Verdict.AMBIGUOUS and error.reason in _FAILS_OVER,
    )


def decide(
    outcome: NotTaken,
    *,
    message_class: MessageClass,
    attempts: int,
    ambiguous_before: bool,
    now: datetime,
    jitter: float,
    moves_on: bool = False,
) -> Settlement:
    """What becomes of a submitted row that was not, or not surely, taken. `attempts` counts the one
    that just ended; `moves_on`: another gateway is there to be tried at once.

    A definite refusal ends as unknown_final, not failed, when an earlier attempt was ambiguous:
    that copy may be on the phone.
    """
    if outcome.verdict is Verdict.AMBIGUOUS:
        return Settlement(after=MtStatus.UNKNOWN, last_outcome=outcome.why)
    limit = MAX_POISONED_ATTEMPTS if outcome.is_poison else MAX_ATTEMPTS[message_class]
    if moves_on and attempts < limit:
        return Settlement(
            after=MtStatus.QUEUED, last_outcome=outcome.why, was_refused=True, not_before=now
        )
    if outcome.verdict is Verdict.RETRY and attempts < limit:
        wait = wait_seconds(
            attempts, jitter=jitter, retry_after_seconds=outcome.retry_after_seconds
        )
        return Settlement(
            after=MtStatus.QUEUED,
            last_outcome=outcome.why,
            was_refused=True,
            not_before=now + timedelta(seconds=wait),
        )
    return Settlement(
        after=MtStatus.UNKNOWN_FINAL if ambiguous_before else MtStatus.FAILED,
        last_outcome=outcome.why,
        was_refused=True,
    )
