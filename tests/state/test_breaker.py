"""When nobody waits any more for a server that does not answer, and how its return is noticed."""

from __future__ import annotations

import pytest

from state.breaker import FAILURES, PAUSE_SECONDS, Breaker


class Time:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


def failing(breaker: Breaker, times: int) -> list[bool]:
    """Who was let through, and failed."""
    let = []
    for _ in range(times):
        let.append(breaker.lets_through())
        if let[-1]:
            breaker.failed()
    return let


def test_it_opens_after_failures_in_a_row(time: Time) -> None:
    assert failing(Breaker(time), FAILURES + 3) == [True] * FAILURES + [False] * 3


def test_a_success_between_failures_starts_the_count_anew(time: Time) -> None:
    breaker = Breaker(time)
    failing(breaker, FAILURES - 1)
    breaker.succeeded()
    assert failing(breaker, FAILURES) == [True] * FAILURES


def test_while_it_is_open_one_caller_a_pause_tries(time: Time) -> None:
    breaker = Breaker(time)
    failing(breaker, FAILURES)
    time.now += PAUSE_SECONDS
    assert [breaker.lets_through() for _ in range(3)] == [True, False, False]
    breaker.failed()
    time.now += PAUSE_SECONDS / 2
    assert not breaker.lets_through()


def test_the_first_success_closes_it(time: Time) -> None:
    breaker = Breaker(time)
    failing(breaker, FAILURES)
    time.now += PAUSE_SECONDS
    assert breaker.lets_through()
    breaker.succeeded()
    assert all(breaker.lets_through() for _ in range(5))
