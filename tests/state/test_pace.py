"""Token buckets: the script in a real Redis with a time that is handed in, and its stand-in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from state.connection import connect
from state.keys import bucket_key
from state.pace import AWAY_SECONDS, Grant, LocalPace, RedisPace, burst_of

SCRIPT = (Path(__file__).parents[2] / "state" / "lua" / "take_tokens.lua").read_text()
START = 1_800_000_000_000_000  # in the microseconds of Redis
KEY = bucket_key("india")


def take(redis: Any, seconds: float, wanted: int, *, tps: float, hold: float = 0.0) -> Any:
    """At so many seconds after the start."""
    now = START + round(seconds * 1e6)
    script = redis.register_script(SCRIPT)
    granted, wait = script(keys=[KEY], args=[tps, burst_of(tps), wanted, hold, now])
    return int(granted), int(wait) / 1e6


@pytest.mark.parametrize(
    ("tps", "asked", "answers"),
    [
        # One at a time, evenly: ten a second is one each tenth, and one may be early by a half.
        (10, [(0, 1), (0, 1), (0.04, 1), (0.1, 1), (0.1, 1)],
         [(1, 0), (0, 0.05), (0, 0.01), (1, 0), (0, 0.05)]),
        # Two of fifty, and not quite a third, may be saved up, however long nobody asked.
        (50, [(0, 10), (60, 10), (60.02, 10)], [(2, 0.001), (2, 0.001), (1, 0.001)]),
        (1000, [(0, 64), (0.001, 64), (1, 64)], [(50, 5e-5), (1, 5e-5), (50, 5e-5)]),
        # Slower than one a second.
        (0.5, [(0, 1), (1, 1), (2, 1)], [(1, 0), (0, 0.95), (1, 0)]),
        # Who is late by less has lost nothing by it.
        (20, [(0, 1), (0.097, 1), (0.1, 1), (0.1, 1)], [(1, 0), (1, 0), (1, 0), (0, 0.0495)]),
        # What is given back may be taken again.
        (10, [(0, 1), (0, -1), (0, 1), (0, 1)], [(1, 0), (-1, 0), (1, 0), (0, 0.05)]),
    ],
)  # fmt: skip
def test_the_script(
    redis: Any, tps: float, asked: list[tuple[float, int]], answers: list[tuple[int, float]]
) -> None:
    assert [take(redis, at, wanted, tps=tps) for at, wanted in asked] == [
        (granted, pytest.approx(wait, abs=1e-5)) for granted, wait in answers
    ]


def test_a_hold_ends_when_it_is_over_and_without_a_burst(redis: Any) -> None:
    take(redis, 0, 0, tps=100, hold=7)
    assert take(redis, 3, 10, tps=100) == (0, pytest.approx(4))
    assert take(redis, 1, 0, tps=100, hold=2) == (0, 0)  # a shorter one changes nothing
    assert take(redis, 6.99, 10, tps=100) == (0, pytest.approx(0.01))
    assert take(redis, 7, 10, tps=100)[0] == 1


def test_a_bucket_is_one_key_that_ends_by_itself(redis: Any) -> None:
    take(redis, 0, 1, tps=10)
    assert redis.keys() == [KEY.encode()]
    assert 0 < redis.pttl(KEY) <= 1100


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    tps=st.sampled_from([0.8, 4, 10, 50, 1000]),
    asked=st.lists(
        st.tuples(st.floats(0, 0.4), st.integers(1, 40), st.sampled_from([0, 0, 0, 0.3])),
        max_size=25,
    ),
)
def test_no_window_has_more_than_its_share(
    redis: Any, tps: float, asked: list[tuple[float, int, float]]
) -> None:
    """Within any span: its share and the burst. And the stand-in without Redis counts the same."""
    redis.flushall()
    at, taken, clock = 0.0, [], [1000.0]
    local = LocalPace(lambda: clock[0], share=1)
    for passed, wanted, hold in asked:
        at += round(passed, 3)
        clock[0] = 1000.0 + at
        granted, wait = take(redis, at, wanted, tps=tps, hold=hold)
        if hold:
            local.hold("india", tps, hold)
        alike = local.take("india", tps, wanted)
        assert alike.tokens == granted
        assert alike.wait_seconds == pytest.approx(wait, abs=1e-4)
        taken.append((at, granted))
    for place, (begins, _) in enumerate(taken):
        total = 0
        for ends, granted in taken[place:]:
            total += granted
            assert total <= burst_of(tps) + (ends - begins) * tps + 1e-2


def test_redis_own_clock_decides_where_none_is_handed_in(redis: Any) -> None:
    one, other = RedisPace(redis), RedisPace(redis)  # of two processes
    assert one.take("india", 0.5, 3).tokens == 1
    refused = other.take("india", 0.5, 1)
    assert refused.tokens == 0
    assert 1 < refused.wait_seconds <= 2
    one.give_back("india", 0.5, 1)
    assert other.take("india", 0.5, 1) == Grant(1, 0.0)
    one.hold("kenya", 100, 50)
    assert other.take("kenya", 100, 1).wait_seconds > 49


def test_without_redis_each_process_keeps_to_a_share(unused_socket: str) -> None:
    now = [0.0]
    gone = connect(f"unix://{unused_socket}")
    pace = RedisPace(gone, monotonic=lambda: now[0])
    taken = 0
    for tenth in range(101):
        now[0] = tenth / 10
        taken += pace.take("india", 40, 100).tokens
    assert taken == pytest.approx(10 * 40 / 4, abs=2)
    pace.give_back("india", 40, 1)
    pace.hold("india", 40, 5)
    assert pace.take("india", 40, 1).tokens == 0


def test_a_redis_that_is_back_is_asked_again(redis: Any, unused_socket: str) -> None:
    now = [0.0]
    pace = RedisPace(connect(f"unix://{unused_socket}"), monotonic=lambda: now[0])
    pace.take("india", 40, 1)
    pace._take.registered_client = redis
    now[0] = AWAY_SECONDS + 0.1
    assert pace.take("india", 0.5, 1).tokens == 1
    assert redis.exists(KEY)
