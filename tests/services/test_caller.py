"""One caller for all services: few calls, none twice that does harm, old answers with their age."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from redis import Redis

from menu.services import Reply
from state.connection import connect
from tests.conftest import StandingClock
from tests.services.conftest import Desk, declared, provider_module

Answer, says = provider_module.Answer, provider_module.says
READS = """
url: {origin}/it
takes: {{ q: {{ optional: true }} }}
query: {{ q: '{{q}}' }}
gives: {{ a: {{}} }}
{more}
"""
DOES = (
    "url: {origin}/it\nmethod: POST\nidempotency_key: Idempotency-Key\ngives: {{ a: {{}} }}\n{more}"
)


def reads(provider: Any, more: str = "") -> Any:
    return declared(READS.format(origin=provider.origin, more=more))


def does(provider: Any, more: str = "") -> Any:
    return declared(DOES.format(origin=provider.origin, more=more))


def test_an_answer_is_kept_so_long_as_its_author_says(
    provider: Any, new_desk: Callable[..., Desk], clock: StandingClock
) -> None:
    service = reads(provider, "cache_seconds: 60")
    provider.script("/it", says({"a": "1"}), says({"a": "2"}))
    first, second = new_desk(clock=clock), new_desk(clock=clock)
    assert [desk.ask(service, q="x").parts["a"] for desk in (first, second)] == ["1", "1"]
    asked_at = clock.now().timestamp()
    clock.pass_seconds(59)
    assert first.ask(service, q="x") == Reply(parts={"a": "1"}, at=asked_at)
    clock.pass_seconds(2)
    assert first.ask(service, q="x").parts["a"] == "2"
    assert provider.asked("/it") == 2


def test_other_questions_and_other_declarations_have_answers_of_their_own(
    provider: Any, desk: Desk
) -> None:
    provider.script("/it", says({"a": "1", "b": "2"}))
    service = reads(provider, "cache_seconds: 60")
    for q in ("x", "y", ""):
        desk.ask(service, q=q)
    desk.ask(reads(provider, "cache_seconds: 61"), q="x")
    assert provider.asked("/it") == 4


FAILING = [
    # how it fails, what it comes to without an old answer
    (Answer(status=503), "down"), (Answer(gone=True), "down"), (Answer(wait=30), "slow"),
    (Answer(body=b"<html>"), "bad_answer"), (Answer(status=401), "refused"),
]  # fmt: skip


@pytest.mark.parametrize(("failing", "outcome"), FAILING)
def test_the_last_good_answer_with_its_age_never_older_than_allowed(
    provider: Any, new_desk: Callable[..., Desk], clock: StandingClock, failing: Any, outcome: str
) -> None:
    desk = new_desk(clock=clock)
    service = reads(provider, "stale_seconds: 3600\ntimeout_seconds: 0.3")
    provider.script("/it", says({"a": "1"}), failing)
    fresh, asked_at = desk.ask(service), clock.now().timestamp()
    assert (fresh.parts, fresh.at) == ({"a": "1"}, None)
    clock.pass_seconds(3600)
    assert desk.ask(service) == Reply(parts={"a": "1"}, at=asked_at)
    clock.pass_seconds(1)
    assert desk.ask(service).outcome == outcome


def test_a_named_outcome_is_an_answer_and_no_fault(provider: Any, desk: Desk) -> None:
    service = reads(provider, "stale_seconds: 3600\noutcomes: { gone: { status: 404 } }")
    provider.script("/it", says({"a": "1"}), Answer(status=404))
    desk.ask(service)
    assert [desk.ask(service).outcome for _ in range(7)] == ["gone"] * 7
    assert provider.asked("/it") == 8


@pytest.mark.parametrize("more", ["", "cache_seconds: 60"])
def test_two_hundred_who_ask_the_same_are_one_call(
    provider: Any, new_desk: Callable[..., Desk], more: str
) -> None:
    """Of two processes, as it were: each has its own connections and flights."""
    desks = [new_desk(), new_desk()]
    service = reads(provider, more)
    provider.script("/it", says({"a": "1"}, wait=0.5))
    together = threading.Barrier(200)

    def ask(number: int) -> Reply:
        together.wait(30)
        return desks[number % 2].ask(service, q="x")

    with ThreadPoolExecutor(200) as pool:
        replies = list(pool.map(ask, range(200)))
    assert [dict(reply.parts) for reply in replies] == [{"a": "1"}] * 200
    assert provider.asked("/it") == 1


def test_who_waits_learns_of_a_failure_too(provider: Any, new_desk: Callable[..., Desk]) -> None:
    desks = [new_desk(), new_desk()]
    service = reads(provider, "outcomes: { gone: { status: 404 } }")
    provider.script("/it", Answer(status=404, wait=0.3))
    together = threading.Barrier(10)

    def ask(number: int) -> str:
        together.wait(30)
        return desks[number % 2].ask(service).outcome

    with ThreadPoolExecutor(10) as pool:
        assert set(pool.map(ask, range(10))) == {"gone"}
    assert provider.asked("/it") == 1


def test_a_caller_who_died_while_asking_holds_the_others_up_for_a_while_only(
    provider: Any, desk: Desk, redis: Redis
) -> None:
    service = reads(provider)
    provider.script("/it", says({"a": "1"}))
    desk.answers.ask(
        service.fingerprint,
        desk.caller._name(service, {"q": ""}, ""),
        now=0, fresh_seconds=-1, asker="the dead", hold_seconds=0.2,
    )  # fmt: skip
    assert desk.ask(service).parts == {"a": "1"}


def test_after_five_faults_nobody_asks_for_a_while(
    provider: Any, new_desk: Callable[..., Desk], redis: Redis
) -> None:
    service = reads(provider)
    provider.script("/it", Answer(status=500))
    first, second = new_desk(), new_desk()
    outcomes = [first.ask(service, q=str(count)).outcome for count in range(5)]
    asked = provider.asked("/it")
    assert asked == 10  # each was tried twice
    outcomes += [desk.ask(service, q="x").outcome for desk in (first, second)]
    assert (set(outcomes), provider.asked("/it")) == ({"down"}, asked)
    provider.script("/it", says({"a": "1"}))
    redis.delete(*redis.keys("svc:*:open"))  # 5 s later
    assert second.ask(service, q="x").parts == {"a": "1"}
    assert first.ask(service, q="y").parts == {"a": "1"}


RETRIES = [
    # a safe service, its answers, how often it is asked, what comes of it
    (True, (Answer(status=503), says({"a": "1"})), 2, ""),
    (True, (Answer(gone=True), says({"a": "1"})), 2, ""),
    (True, (Answer(body=b"<"), says({"a": "1"})), 1, "bad_answer"),
    (False, (Answer(status=503), says({"a": "1"})), 1, "unsure"),
    (False, (Answer(gone=True), says({"a": "1"})), 1, "unsure"),
    (False, (Answer(body=b"<"), says({"a": "1"})), 1, "unsure"),
    (False, (Answer(wait=30), says({"a": "1"})), 1, "unsure"),
    (False, (Answer(status=422), says({"a": "1"})), 1, "refused"),
    (False, (says({"a": "1"}),), 1, ""),
]


@pytest.mark.parametrize(("is_safe", "answers", "asked", "outcome"), RETRIES)
def test_only_what_does_no_harm_is_tried_twice(
    provider: Any, desk: Desk, is_safe: bool, answers: Any, asked: int, outcome: str
) -> None:
    make = reads if is_safe else does
    provider.script("/it", *answers)
    assert desk.ask(make(provider, "timeout_seconds: 0.5")).outcome == outcome
    assert provider.asked("/it") == asked


@pytest.mark.parametrize("answers", [row[1] for row in RETRIES if not row[0]])
def test_a_turn_that_comes_again_does_nothing_again(
    provider: Any, new_desk: Callable[..., Desk], answers: Any
) -> None:
    """Whatever came of it the first time, in whichever process it comes again."""
    service = does(provider, "timeout_seconds: 0.5")
    provider.script("/it", *answers)
    first = new_desk().ask(service, key="turn 1")
    again = new_desk().ask(service, key="turn 1")
    assert (again.outcome, dict(again.parts)) == (first.outcome, dict(first.parts))
    assert provider.asked("/it") == 1
    new_desk().ask(service, key="turn 2")
    keys = [heard.headers["idempotency-key"] for heard in provider.heard]
    assert len(set(keys)) == len(keys) == 2


def test_two_at_once_of_one_turn_are_one_booking(
    provider: Any, new_desk: Callable[..., Desk]
) -> None:
    desks = [new_desk(), new_desk()]
    provider.script("/it", says({"a": "R7"}, wait=0.3))
    service = does(provider)
    with ThreadPoolExecutor(2) as pool:
        replies = list(pool.map(lambda desk: desk.ask(service, key="turn 1"), desks))
    assert [dict(reply.parts) for reply in replies] == [{"a": "R7"}] * 2
    assert provider.asked("/it") == 1


def test_without_redis_services_are_asked_all_the_same(
    provider: Any, new_desk: Callable[..., Desk], unused_socket: str
) -> None:
    desk = new_desk(redis=connect(f"unix://{unused_socket}"))
    provider.script("/it", says({"a": "1"}))
    assert desk.ask(reads(provider, "cache_seconds: 60")).parts == {"a": "1"}
    assert desk.ask(does(provider)).parts == {"a": "1"}


def test_nothing_is_in_the_clear_in_redis_and_nothing_of_a_secret_is_there(
    provider: Any, desk: Desk, redis: Redis
) -> None:
    provider.script("/it", says({"a": "an answer"}))
    desk.ask(reads(provider, "cache_seconds: 60"), q="a question")
    service = declared(
        f"url: {provider.origin}/it\ntakes: {{ pin: {{ secret: true }} }}\n"
        "form: { pin: '{pin}' }\nsafe: true\ngives: { a: {} }"
    )
    before = len(redis.keys("*"))
    assert desk.ask(service, pin="4321").parts == {"a": "an answer"}
    assert len(redis.keys("*")) == before > 0
    stored = repr([(key, redis.get(key)) for key in redis.keys("*")])
    for text in ("an answer", "a question", "4321"):
        assert text not in stored


def test_no_time_is_no_call_but_a_fresh_answer(provider: Any, desk: Desk) -> None:
    service = reads(provider, "cache_seconds: 60")
    provider.script("/it", says({"a": "1"}))
    assert desk.ask(service, seconds=0.4).outcome == "slow"
    assert provider.asked("/it") == 0
    desk.ask(service)
    assert desk.ask(service, seconds=0.4).parts == {"a": "1"}


IN_THE_PATH = "url: {origin}/it/{{q}}\ntakes: {{ q: {{}} }}\ngives: {{ a: {{}} }}\n{more}"


@pytest.mark.parametrize("more", ["", "method: POST\nidempotency_key: Idempotency-Key"])
def test_what_cannot_be_asked_is_told_at_once_and_holds_nobody_up(
    provider: Any, desk: Desk, more: str
) -> None:
    service = declared(IN_THE_PATH.format(origin=provider.origin, more=more))
    asked = [desk.ask(service, key="turn", q="../admin").outcome for _ in range(2)]
    assert asked == ["bad_input", "bad_input"]
    assert provider.asked("/it") == 0
