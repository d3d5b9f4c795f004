"""What a caller asked for last, in real Redis: the newest word counts, and it is his alone."""

from __future__ import annotations

from itertools import permutations

import msgspec
import pytest
from redis import Redis

from menu.last_answer import KeptAnswer, LastAnswer, Rank
from menu.session import Session
from models.sealing import Sealer
from state.keys import last_answer_key
from state.last_answers import AnswerSeal
from state.sessions import RedisSessions

CALLER, KEY = "caller", "ussd:one"
WAITS = LastAnswer(code="*384*7#", language="en", asked_at=1000.5, at=1000.5)
CAME = msgspec.structs.replace(WAITS, at=1030.0, text="onion: Rs 2400")
NEWER = msgspec.structs.replace(WAITS, asked_at=2000.0, at=2000.0)


def kept(answer: LastAnswer | None, asked_at: float = 1000.5, caller: str = CALLER) -> KeptAnswer:
    return KeptAnswer(caller_key=caller, asked_at=asked_at, seconds=600, answer=answer)


@pytest.fixture
def sessions(redis: Redis) -> RedisSessions:
    sealer = Sealer(b"k" * 32).bound_to("last answer")
    return RedisSessions(redis, answers=AnswerSeal(sealer.seal, sealer.find_open))


def turn(
    sessions: RedisSessions, number: int, answer: KeptAnswer | None, record: bytes | None = None
) -> None:
    session = Session(menu_version=1, turn=number, screen="home", language="en")
    there = sessions.save(
        KEY, session, expected_turn=number - 1, ttl_seconds=60, last_answer=answer, turn=record
    )
    assert there is None


def found(sessions: RedisSessions, caller: str = CALLER) -> LastAnswer | None:
    return sessions.load("ussd:another", caller).last_answer


def test_it_is_there_for_its_caller_alone_and_for_so_long(
    sessions: RedisSessions, redis: Redis
) -> None:
    turn(sessions, 1, kept(WAITS), b"recorded")
    assert found(sessions) == WAITS
    assert found(sessions, "another caller") is None
    assert 0 < redis.ttl(last_answer_key(CALLER)) <= 600
    assert redis.xlen("turns") == 1
    turn(sessions, 2, None)
    assert found(sessions) == WAITS


WORDS: list[tuple[str, KeptAnswer]] = [
    ("waits", kept(WAITS)),
    ("came", kept(CAME)),
    ("dropped", kept(None)),
]


@pytest.mark.parametrize(
    "order", list(permutations(WORDS)), ids=lambda order: " ".join(n for n, _ in order)
)
@pytest.mark.parametrize("by_worker", [True, False])
def test_in_whatever_order_they_come_the_last_word_counts(
    sessions: RedisSessions, order: tuple[tuple[str, KeptAnswer], ...], by_worker: bool
) -> None:
    so_far: list[Rank] = []
    for number, (_, word) in enumerate(order, 1):
        if by_worker:
            sessions.keep_answer(word)
        else:
            turn(sessions, number, word)
        so_far.append(word.rank)
        expected = {Rank.WAITS: WAITS, Rank.ANSWERED: CAME, Rank.DROPPED: None}[max(so_far)]
        assert found(sessions) == expected


def test_an_older_question_changes_nothing(sessions: RedisSessions) -> None:
    sessions.keep_answer(kept(NEWER, 2000.0))
    turn(sessions, 1, kept(CAME))
    sessions.keep_answer(kept(CAME))
    assert found(sessions) == NEWER


def test_a_turn_that_was_slower_keeps_nothing(sessions: RedisSessions) -> None:
    turn(sessions, 1, None)
    turn(sessions, 2, None)
    late = Session(menu_version=1, turn=2, screen="home", language="hi")
    there = sessions.save(KEY, late, expected_turn=1, ttl_seconds=60, last_answer=kept(CAME))
    assert there is not None
    assert found(sessions) is None


def test_one_that_lies_under_another_s_key_is_nobody_s(
    sessions: RedisSessions, redis: Redis
) -> None:
    sessions.keep_answer(kept(CAME))
    stored = redis.get(last_answer_key(CALLER))
    assert isinstance(stored, bytes)
    assert b"onion" not in stored
    redis.set(last_answer_key("another"), stored)
    assert found(sessions, "another") is None
    redis.set(last_answer_key(CALLER), stored[:14] + b"what nobody sealed")
    assert found(sessions) is None


def test_no_other_turn_reads_it(sessions: RedisSessions) -> None:
    """Only where it may be offered: the others would open a seal for nothing."""
    turn(sessions, 1, kept(CAME))
    assert sessions.load(KEY, CALLER).last_answer is None
