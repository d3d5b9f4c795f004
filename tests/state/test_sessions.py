"""Sessions in a real Redis: compare-and-set, loss, and a server that is gone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from redis import Redis

from menu.place import Crumb
from menu.ports import SessionsDown
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
