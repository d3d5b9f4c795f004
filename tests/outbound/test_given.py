"""Intents ahead of the threads: how many, when none, and which come back."""

from __future__ import annotations

from typing import cast

import pytest

from outbound.given import QUICK_SECONDS, Given
from outbound.recording import Intent

INTENTS = [cast("Intent", object()) for _ in range(8)]


class Clock:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def given(clock: Clock) -> Given:
    return Given(4, clock)


def call(given: Given, clock: Clock, seconds: float) -> None:
    given.give(INTENTS[:1])
    given.take()
    began_at = clock()
    clock.seconds += seconds
    given.done(began_at)


def test_nothing_goes_ahead_before_a_call_has_ended(given: Given, clock: Clock) -> None:
    assert (given.free, given.ahead) == (4, 0)
    call(given, clock, 0.05)
    assert (given.free, given.ahead) == (4, 4)


def test_one_goes_ahead_of_each_thread_and_no_more(given: Given, clock: Clock) -> None:
    call(given, clock, 0.05)
    given.give(INTENTS[:3])
    assert (given.free, given.ahead) == (1, 4)
    given.give(INTENTS[3:8])
    assert (given.free, given.ahead) == (0, 0)


def test_the_stock_is_filled_when_half_of_it_is_gone(given: Given, clock: Clock) -> None:
    call(given, clock, 0.05)
    given.give(INTENTS)
    rooms = []
    for _ in range(4):
        given.take()
        given.done(clock())
        rooms.append((given.free, given.ahead))
    assert rooms == [(0, 0), (0, 0), (0, 3), (0, 4)]


def test_nothing_goes_ahead_of_calls_that_are_slow(given: Given, clock: Clock) -> None:
    call(given, clock, 8 * QUICK_SECONDS)
    assert given.ahead == 0
    for _ in range(30):  # it recovers
        call(given, clock, 0.05)
    assert given.ahead == 4


def test_what_nobody_took_comes_back_and_nothing_follows_it(given: Given, clock: Clock) -> None:
    call(given, clock, 0.05)
    given.give(INTENTS[:6])
    taken = given.take()
    assert [taken, *given.take_back()] == INTENTS[:6]
    assert (given.free, given.ahead, given.is_empty) == (3, 0, False)
    given.done(clock())
    assert given.is_empty
    assert given.ahead == 4


def test_in_the_end_every_thread_is_told(given: Given) -> None:
    given.end()
    assert [given.take() for _ in range(4)] == [None] * 4
