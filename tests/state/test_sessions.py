"""Sessions in a real Redis: compare-and-set, loss, and a server that is gone."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from redis import Redis

from menu.place import Crumb
from menu.ports import LeftOff, SessionsDown
from menu.session import Session
from state.connection import connect
from state.sessions import RedisSessions

KEY = "ussd:0123"
CALLER = "abcd"


@pytest.fixture
def sessions(redis: Redis) -> RedisSessions:
    return RedisSessions(redis)


def session(turn: int, shown: str = "Services", heard: str = "") -> Session:
    return Session(
        menu_version=7, turn=turn, screen="home", language="hi", heard=heard,
        path=(Crumb("home", 1, "आग"),),
        shown=shown, at=1000.5, page=2, query="fire", rows={"helpline": "fire"},
    )  # fmt: skip


def save(sessions: RedisSessions, value: Session) -> Session | None:
    return sessions.save(KEY, value, expected_turn=value.turn - 1, ttl_seconds=60)


def test_what_is_saved_is_loaded(sessions: RedisSessions) -> None:
    assert save(sessions, session(1, "उमंग सेवाएं")) is None
    assert sessions.load(KEY, CALLER).session == session(1, "उमंग सेवाएं")


def test_a_first_caller_has_neither_session_nor_language(sessions: RedisSessions) -> None:
    loaded = sessions.load(KEY, CALLER)
    assert (loaded.session, loaded.language, loaded.language_is_cached) == (None, None, False)


@pytest.mark.parametrize(("language", "seen"), [("bn", "bn"), (None, None)])
def test_a_language_is_cached_and_so_is_its_absence(
    sessions: RedisSessions, language: str | None, seen: str | None
) -> None:
    sessions.cache_language(CALLER, language)
    loaded = sessions.load(KEY, CALLER)
    assert (loaded.language, loaded.language_is_cached) == (seen, True)


def test_the_slower_of_two_turns_learns_what_the_faster_one_answered(
    sessions: RedisSessions,
) -> None:
    save(sessions, session(1))
    assert save(sessions, session(2, "fast")) is None
    there = save(sessions, session(2, "slow"))
    assert there is not None
    assert there.shown == "fast"


def test_saving_the_same_turn_again_is_no_conflict(sessions: RedisSessions) -> None:
    """A reply lost on the way makes the client save again: that is the same turn, not another."""
    save(sessions, session(1))
    assert save(sessions, session(1)) is None


def test_a_session_that_ran_out_in_between_is_no_conflict(sessions: RedisSessions) -> None:
    assert save(sessions, session(5)) is None


def test_of_many_parallel_turns_one_wins(sessions: RedisSessions) -> None:
    save(sessions, session(1))
    turns = [session(2, f"answer {n}") for n in range(24)]
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda turn: save(sessions, turn), turns))
    winners = [turn.shown for turn, there in zip(turns, outcomes, strict=True) if there is None]
    assert len(winners) == 1
    assert {there.shown for there in outcomes if there} == set(winners)


def left_off(value: Session | None, seconds: int = 600) -> LeftOff:
    return LeftOff(caller_key=CALLER, session=value, seconds=seconds)


def test_where_a_caller_is_dropped_is_found_from_any_session(sessions: RedisSessions) -> None:
    kept = session(1, shown="")
    sessions.save(KEY, session(1), expected_turn=0, ttl_seconds=60, left_off=left_off(kept))
    assert sessions.load("sms:another", CALLER).left_off == kept
    assert sessions.load("sms:another", "another caller").left_off is None
    save(sessions, session(2))  # says nothing of it
    assert sessions.load(KEY, CALLER).left_off == kept
    sessions.save(KEY, session(3), expected_turn=2, ttl_seconds=60, left_off=left_off(None))
    assert sessions.load(KEY, CALLER).left_off is None
    assert sessions.load(KEY, CALLER).session == session(3)


def test_the_slower_of_two_turns_keeps_nothing_for_a_redial_either(
    sessions: RedisSessions,
) -> None:
    fast, slow = session(2, "fast"), session(2, "slow")
    save(sessions, session(1))
    for turn in (fast, slow):
        sessions.save(KEY, turn, expected_turn=1, ttl_seconds=60, left_off=left_off(turn))
    assert sessions.load(KEY, CALLER).left_off == fast


def test_what_is_kept_for_a_redial_runs_out_by_itself(
    sessions: RedisSessions, redis: Redis
) -> None:
    kept = left_off(session(1), seconds=120)
    sessions.save(KEY, session(1), expected_turn=0, ttl_seconds=60, left_off=kept)
    (key,) = redis.keys("left:*")
    assert 60 < int(str(redis.ttl(key))) <= 120


def test_a_turn_is_one_trip_each_way(
    sessions: RedisSessions, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions.save(KEY, session(1), expected_turn=0, ttl_seconds=60, left_off=left_off(session(1)))
    trips: list[str] = []
    asks: Callable[..., object] = redis.execute_command

    def ask(*words: object, **options: object) -> object:
        trips.append(str(words[0]))
        return asks(*words, **options)

    monkeypatch.setattr(redis, "execute_command", ask)
    sessions.load(KEY, CALLER)
    sessions.save(KEY, session(2), expected_turn=1, ttl_seconds=60, left_off=left_off(session(2)))
    assert trips == ["MGET", "EVALSHA"]


def test_sessions_run_out(sessions: RedisSessions, redis: Redis) -> None:
    save(sessions, session(1))
    assert 0 < int(str(redis.ttl(KEY))) <= 60


def test_an_unreadable_value_starts_the_caller_anew(sessions: RedisSessions, redis: Redis) -> None:
    redis.set(KEY, b"\0\0\0\1not msgpack")
    assert sessions.load(KEY, CALLER).session is None


def test_a_session_too_large_is_refused(sessions: RedisSessions) -> None:
    with pytest.raises(SessionsDown):
        save(sessions, session(1, heard="1" * 5000))


def test_no_server_is_told_at_once(unused_socket: str) -> None:
    sessions = RedisSessions(connect(f"unix://{unused_socket}"))
    with pytest.raises(SessionsDown):
        sessions.load(KEY, CALLER)
    with pytest.raises(SessionsDown):
        save(sessions, session(1))
    sessions.cache_language(CALLER, "hi")  # a cache never fails
