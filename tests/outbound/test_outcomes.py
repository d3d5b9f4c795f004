"""What a call brought decides what becomes of the message: the whole table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbound.outcomes import (
    POISONED,
    TOO_LATE,
    UNEXPECTED,
    NotTaken,
    decide,
    not_taken,
)
from outbound.retry import MAX_ATTEMPTS, MAX_POISONED_ATTEMPTS
from telecom.errors import Reason, SendError, Verdict
from telecom.statuses import MessageClass, MtStatus

S = MtStatus
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
THROTTLED = not_taken(SendError(Reason.THROTTLED, Verdict.RETRY, retry_after_seconds=90))
REFUSED = NotTaken(verdict=Verdict.GIVE_UP, why="bad_msisdn", http_code=400)
LOST = NotTaken(verdict=Verdict.AMBIGUOUS, why="no_answer")
LAST = MAX_ATTEMPTS[MessageClass.LINK]


@pytest.mark.parametrize(
    ("outcome", "attempts", "ambiguous_before", "after", "wait"),
    [
        (LOST, 1, False, S.UNKNOWN, None),
        (LOST, 999, True, S.UNKNOWN, None),
        (UNEXPECTED, 1, False, S.UNKNOWN, None),
        (THROTTLED, 1, False, S.QUEUED, 90),
        (THROTTLED, LAST - 1, False, S.QUEUED, 900),
        (THROTTLED, LAST, False, S.FAILED, None),
        (THROTTLED, 1, True, S.QUEUED, 90),
        (THROTTLED, LAST, True, S.UNKNOWN_FINAL, None),
        (REFUSED, 1, False, S.FAILED, None),
        (REFUSED, 2, True, S.UNKNOWN_FINAL, None),
        (TOO_LATE, 1, False, S.QUEUED, 5),
        (POISONED, 1, False, S.QUEUED, 5),
        (POISONED, MAX_POISONED_ATTEMPTS, False, S.FAILED, None),
        (POISONED, MAX_POISONED_ATTEMPTS, True, S.UNKNOWN_FINAL, None),
    ],
)
def test_the_table(
    outcome: NotTaken, attempts: int, ambiguous_before: bool, after: MtStatus, wait: float | None
) -> None:
    settlement = decide(
        outcome,
        message_class=MessageClass.LINK,
        attempts=attempts,
        ambiguous_before=ambiguous_before,
        now=NOW,
        jitter=0.5,
    )
    assert settlement.after is after
    assert settlement.not_before == (None if wait is None else NOW + timedelta(seconds=wait))
    assert settlement.was_refused is (after is not S.UNKNOWN)


OUTCOMES = st.builds(
    NotTaken,
    verdict=st.sampled_from(Verdict),
    why=st.just("word"),
    retry_after_seconds=st.none() | st.floats(),
    is_poison=st.booleans(),
)


@given(
    OUTCOMES,
    st.sampled_from(MessageClass),
    st.integers(1, 300),
    st.booleans(),
    st.floats(0, 1, exclude_max=True),
)
def test_what_always_holds(
    outcome: NotTaken, of: MessageClass, attempts: int, doubtful: bool, jitter: float
) -> None:
    settlement = decide(
        outcome,
        message_class=of,
        attempts=attempts,
        ambiguous_before=doubtful,
        now=NOW,
        jitter=jitter,
    )
    assert settlement.after is not S.SENT
    assert not (doubtful and settlement.after is S.FAILED)
    assert (settlement.not_before is not None) is (settlement.after is S.QUEUED)
    assert settlement.not_before is None or settlement.not_before > NOW
