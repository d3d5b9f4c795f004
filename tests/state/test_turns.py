"""The stream of turns in a real Redis: written with the session, taken, kept, lost."""

from __future__ import annotations

from typing import Any

import pytest
from redis import Redis

from menu.ports import LeftOff, SessionsDown
from menu.session import Session
from state import turns
from state.connection import connect
from state.sessions import RedisSessions
from state.turns import TurnStream

KEY = "ussd:0123"


@pytest.fixture
def sessions(redis: Redis) -> RedisSessions:
    return RedisSessions(redis, most_turns=1000)


@pytest.fixture
def stream(redis: Redis) -> TurnStream:
    return TurnStream(redis, "here:1")


def save(
    sessions: RedisSessions, number: int, written: bytes | None, left_off: LeftOff | None = None
) -> Session | None:
    value = Session(menu_version=1, turn=number, screen="home", language="en", shown=f"{written!r}")
    return sessions.save(
        KEY, value, expected_turn=number - 1, ttl_seconds=60, left_off=left_off, turn=written
    )


def taken(stream: TurnStream, count: int = 100) -> list[bytes]:
    batch = stream.take(count)
    stream.kept(batch)
    return [turn.written for turn in batch.turns]


def test_a_turn_is_written_with_its_session_and_in_its_trip(
    sessions: RedisSessions, stream: TurnStream, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = LeftOff(caller_key="abcd", session=None, seconds=0)
    save(sessions, 1, b"first")
    trips: list[str] = []
    asks: Any = redis.execute_command

    def ask(*words: object, **options: object) -> object:
        trips.append(str(words[0]))
        return asks(*words, **options)

    monkeypatch.setattr(redis, "execute_command", ask)
    save(sessions, 2, b"second", kept)
    save(sessions, 3, None)
    save(sessions, 4, None, kept)
    assert trips == ["EVALSHA"] * 3
    monkeypatch.undo()
    assert taken(stream) == [b"first", b"second"]
    assert taken(stream) == []


def test_what_is_kept_for_a_redial_is_kept_beside_it(sessions: RedisSessions, redis: Redis) -> None:
    session = Session(menu_version=1, turn=1, screen="x", language="en")
    save(sessions, 1, b"turn", LeftOff(caller_key="abcd", session=session, seconds=600))
    assert sessions.load("ussd:other", "abcd").left_off == session
    save(sessions, 2, b"turn", LeftOff(caller_key="abcd", session=None, seconds=0))
    assert sessions.load("ussd:other", "abcd").left_off is None
    assert sessions.load(KEY, "abcd").session is not None
    assert redis.xlen("turns") == 2


def test_the_slower_of_two_turns_and_a_second_try_write_none(
    sessions: RedisSessions, stream: TurnStream
) -> None:
    save(sessions, 1, b"one")
    save(sessions, 2, b"fast")
    assert save(sessions, 2, b"slow") is not None
    assert save(sessions, 2, b"fast") is None  # the reply to the first try was lost
    assert taken(stream) == [b"one", b"fast"]


def test_what_is_only_recorded_costs_no_phone_its_turn(
    sessions: RedisSessions, redis: Redis
) -> None:
    redis.set("turns", "somebody else's")
    assert save(sessions, 1, b"turn") is None
    there = sessions.load(KEY, "").session
    assert there is not None
    assert there.turn == 1


def test_a_full_stream_drops_its_oldest(sessions: RedisSessions, stream: TurnStream) -> None:
    for number in range(1, 1501):
        save(sessions, number, b"%d" % number)
    assert 1000 <= stream.count() <= 1100  # Redis drops them by the hundred
    kept = taken(stream, 2000)
    assert len(kept) >= 1000
    assert kept[-1] == b"1500"


def test_what_was_taken_and_not_kept_is_taken_over(
    sessions: RedisSessions, stream: TurnStream, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2, 3):
        save(sessions, number, b"%d" % number)
    lost = stream.take(2)
    assert len(lost.turns) == 2
    other = TurnStream(redis, "there:2")
    assert taken(other) == [b"3"]
    assert other.take_over(10).turns == []  # perhaps he is only slow
    monkeypatch.setattr(turns, "GONE_SECONDS", 0.0)
    again = other.take_over(10)
    assert again == lost
    other.kept(again)
    assert other.take_over(10).turns == []
    assert stream.count() == 0


def test_what_is_dropped_in_somebodys_hands_is_told_as_empty(
    sessions: RedisSessions, stream: TurnStream, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(sessions, 1, b"one")
    stream.take(1)
    redis.xtrim("turns", maxlen=0)
    monkeypatch.setattr(turns, "GONE_SECONDS", 0.0)
    batch = stream.take_over(10)
    assert [turn.written for turn in batch.turns] == [b""]
    stream.kept(batch)
    assert redis.xpending("turns", batch.epoch)["pending"] == 0


def test_an_emptied_redis_begins_another_stream(
    sessions: RedisSessions, stream: TurnStream, redis: Redis
) -> None:
    save(sessions, 1, b"one")
    first = stream.take(10)
    redis.flushall()
    stream.kept(first)  # nothing is left of it, and that is no fault
    save(sessions, 2, b"two")
    second = stream.take(10)
    assert [turn.written for turn in second.turns] == [b"two"]
    assert len({first.epoch, second.epoch}) == 2
    redis.flushall()
    assert stream.take(10).turns == []
    redis.flushall()
    stream.stay()
    redis.flushall()
    assert stream.take_over(10).turns == []


def test_those_who_drain_agree_about_the_stream(sessions: RedisSessions, redis: Redis) -> None:
    save(sessions, 1, b"one")
    streams = [TurnStream(redis, f"host:{number}") for number in range(5)]
    batches = [stream.take(10) for stream in streams]
    assert len({batch.epoch for batch in batches}) == 1
    assert sum(len(batch.turns) for batch in batches) == 1
    assert len(batches[0].epoch) == 16


def test_the_stream_has_an_end_and_forgets_who_is_gone(
    sessions: RedisSessions, stream: TurnStream, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(sessions, 1, b"one")
    assert taken(TurnStream(redis, "gone:1")) == [b"one"]
    save(sessions, 2, b"two")
    epoch = stream.take(10).epoch
    redis.persist("turns")
    assert {each["name"] for each in redis.xinfo_consumers("turns", epoch)} == {
        b"here:1",
        b"gone:1",
    }
    monkeypatch.setattr(turns, "_FORGOTTEN_SECONDS", -1.0)
    stream.stay()
    assert 0 < int(str(redis.ttl("turns"))) <= 7 * 86400
    # Who has a turn in his hands is not forgotten.
    assert [each["name"] for each in redis.xinfo_consumers("turns", epoch)] == [b"here:1"]


def test_a_redis_that_is_gone_is_told(unused_socket: str) -> None:
    stream = TurnStream(connect(f"unix://{unused_socket}"), "here:1")
    for ask in (lambda: stream.take(1), lambda: stream.take_over(1), stream.stay, stream.count):
        with pytest.raises(SessionsDown):
            ask()
