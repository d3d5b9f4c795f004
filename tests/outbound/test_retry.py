"""The waits between tries, and that no class gives up before its life ends."""

from __future__ import annotations

import math
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbound.retry import BACKOFF_SECONDS, JITTER, MAX_ATTEMPTS, wait_seconds
from telecom.statuses import POLICIES, MessageClass


@pytest.mark.parametrize(
    ("attempts", "jitter", "retry_after", "seconds"),
    [
        (1, 0.5, None, 5),
        (2, 0.5, None, 15),
        (3, 0.5, None, 60),
        (4, 0.5, None, 300),
        (7, 0.5, None, 900),
        (500, 0.5, None, 900),
        (1, 0.0, None, 4),
        (1, 1.0, None, 6),
        (1, 0.5, 2.0, 5),
        (1, 0.5, 100.0, 100),
        (1, 0.5, -1.0, 5),
        (1, 0.5, math.nan, 5),
        (1, 0.5, math.inf, 24 * 3600),
    ],
)
def test_the_wait(attempts: int, jitter: float, retry_after: float | None, seconds: float) -> None:
    assert wait_seconds(attempts, jitter=jitter, retry_after_seconds=retry_after) == pytest.approx(
        seconds
    )


@given(st.integers(1, 1000), st.floats(0, 1, exclude_max=True))
def test_jitter_spreads_and_never_hurries(attempts: int, jitter: float) -> None:
    step = BACKOFF_SECONDS[min(attempts, len(BACKOFF_SECONDS)) - 1]
    waited = wait_seconds(attempts, jitter=jitter)
    assert step * (1 - JITTER) <= waited <= step * (1 + JITTER)


@pytest.mark.parametrize("message_class", list(MessageClass))
def test_refusals_last_as_long_as_the_message_lives(message_class: MessageClass) -> None:
    """The soonest that the attempts can be used up is after the life of the class."""
    waits = (wait_seconds(n, jitter=0) for n in range(1, MAX_ATTEMPTS[message_class]))
    assert list(accumulate(waits))[-1] >= POLICIES[message_class].life_seconds
