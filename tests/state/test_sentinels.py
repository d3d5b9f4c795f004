"""Which master is found by asking Sentinels, for how long they are asked, and what is said then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from redis.exceptions import AuthenticationError, ResponseError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from menu.ports import SessionsDown
from state import sentinels
from state.breaker import FAILURES
from state.connection import connect
from state.sentinels import DISCOVERY_SECONDS, NoMaster, Sentinels
from state.sessions import RedisSessions


class Time:
    now = 100.0

    def monotonic(self) -> float:
        return self.now


class Stub:
    """One Sentinel, as redis-py's client of it."""

    def __init__(self, time: Time, answer: object, seconds: float = 0.0) -> None:
        self._time = time
        self.answer = answer
        self._seconds = seconds
        self.asked = 0

    def sentinel_masters(self) -> object:
        self.asked += 1
        self._time.now += self._seconds
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def naming(port: int, *, is_down: bool = False, name: str = "mymaster") -> dict[str, Any]:
    state = {"ip": "10.0.0.1", "port": port, "is_master": True, "is_sdown": is_down}
    return {name: {**state, "is_odown": False, "num-other-sentinels": 2}}


SILENT = RedisTimeoutError("10.0.0.7 is silent")
NOBODYS_PORT = 1
GONE = RedisConnectionError("10.0.0.8 is gone")


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    time = Time()
    monkeypatch.setattr(sentinels, "time", time)
    return time


@pytest.fixture
def circle(time: Time) -> Callable[..., Any]:
    def make(*answers: object, seconds: float = 0.0) -> Any:
        made: Any = Sentinels([])  # type: ignore[no-untyped-call]
        made.sentinels = [Stub(time, answer, seconds) for answer in answers]
        return made

    return make


@pytest.mark.parametrize(
    "answers",
    [
        [naming(1), naming(2), naming(2)],
        [SILENT, naming(1)],
        [GONE, SILENT, naming(1)],
        [ResponseError("NOAUTH"), naming(1)],
        [naming(9, is_down=True), naming(1)],
        [naming(9, name="another"), naming(1)],
    ],
)
def test_the_first_that_knows_a_living_master_is_believed(
    circle: Callable[..., Any], answers: list[object]
) -> None:
    assert circle(*answers).discover_master("mymaster") == ("10.0.0.1", 1)


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ([SILENT, GONE], "none of the Sentinels answers"),
        ([naming(1, name="another"), SILENT], "no master of the name in the address"),
        ([naming(1, is_down=True)] * 3, "the master is down: they choose another one"),
        ([AuthenticationError("WRONGPASS")], "is sentinel_password right?"),
        ([ResponseError("NOAUTH Authentication required.")], "is sentinel_password right?"),
    ],
)
def test_why_there_is_none_is_told_without_an_address(
    circle: Callable[..., Any], answers: list[object], words: str
) -> None:
    with pytest.raises(NoMaster) as told:
        circle(*answers).discover_master("mymaster")
    assert words in str(told.value)
    assert "10.0.0." not in str(told.value)


def test_who_answered_last_is_asked_first(circle: Callable[..., Any]) -> None:
    three = circle(SILENT, naming(1), naming(2))
    three.discover_master("mymaster")
    three.discover_master("mymaster")
    assert [one.asked for one in three.sentinels] == [1, 2, 0]


def test_the_budget_ends_the_round_and_the_next_caller_goes_on(circle: Callable[..., Any]) -> None:
    five = circle(*[SILENT] * 4, naming(1), seconds=DISCOVERY_SECONDS * 0.51)
    with pytest.raises(NoMaster):
        five.discover_master("mymaster")
    assert [one.asked for one in five.sentinels] == [1, 1, 0, 0, 0]
    with pytest.raises(NoMaster):
        five.discover_master("mymaster")
    assert five.discover_master("mymaster") == ("10.0.0.1", 1)


def test_a_turn_waits_for_one_round_only_and_then_for_none(
    circle: Callable[..., Any], time: Time
) -> None:
    """A stale connection is tried again at once; a master that nobody knows is not."""
    client = connect("redis+sentinel://a/mymaster")
    pool: Any = client.connection_pool
    pool.proxy.sentinel_manager = circle(SILENT)
    (only,) = pool.proxy.sentinel_manager.sentinels
    sessions = RedisSessions(client)
    for asked in range(1, FAILURES + 1):
        with pytest.raises(SessionsDown, match="none of the Sentinels answers"):
            sessions.load("key", "caller")
        assert only.asked == asked
    with pytest.raises(SessionsDown, match="did not answer lately"):
        sessions.load("key", "caller")
    assert only.asked == FAILURES


def test_a_master_that_takes_no_connection_is_told_in_words(circle: Callable[..., Any]) -> None:
    client = connect("redis+sentinel://a/mymaster")
    pool: Any = client.connection_pool
    state = naming(NOBODYS_PORT)
    state["mymaster"]["ip"] = "127.0.0.1"
    pool.proxy.sentinel_manager = circle(state)
    with pytest.raises(SessionsDown, match="the master that the Sentinels name takes no conn"):
        RedisSessions(client).load("key", "caller")
