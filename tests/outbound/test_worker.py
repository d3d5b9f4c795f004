"""The worker's loop: it sends what is due, survives what breaks, and stops without losing a row."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from models.database import DatabaseDown
from outbound.dispatcher import Turn
from outbound.wake import Wake
from outbound.worker import Worker
from telecom.statuses import MtStatus as S

if TYPE_CHECKING:
    from tests.outbound.conftest import World


class StopWhen:
    """An idle wait that never waits, and ends the worker when the condition holds."""

    def __init__(self, condition: Callable[[], bool], stop: threading.Event) -> None:
        self._condition = condition
        self._stop = stop
        self.waits: list[float] = []

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        if self._condition():
            self._stop.set()

    def poke(self) -> None: ...


@pytest.fixture
def stop() -> threading.Event:
    return threading.Event()


def all_over(world: World) -> bool:
    return all(row.status in (S.SENT, S.UNKNOWN) for row in world.rows())


def test_it_sends_all_that_is_due_and_stops(world: World, stop: threading.Event) -> None:
    enqueued = [world.enqueue() for _ in range(30)]
    idle = StopWhen(lambda: all_over(world), stop)
    with capture_logs() as logs:
        Worker(world.first, world.reaper, world.traffic, threads=4, wake=idle).run(stop)
    assert [world.copies(mt_id) for mt_id in enqueued] == [1] * 30
    assert idle.waits
    assert any(line["event"] == "worker alive" and line["owner"] == "w1" for line in logs)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("sender-")]


def test_it_survives_a_database_that_is_down(world: World, stop: threading.Event) -> None:
    mt_id = world.enqueue()
    world.database.failures = 8
    idle = StopWhen(lambda: all_over(world), stop)
    with capture_logs() as logs:
        Worker(world.first, world.reaper, world.traffic, threads=1, wake=idle).run(stop)
    assert world.copies(mt_id) == 1
    assert sum(line["event"] == "database down" for line in logs) >= 1
    assert idle.waits[:2] == [0.4, 0.8]


def test_it_survives_a_bug(world: World, stop: threading.Event) -> None:
    class Broken:
        owner = "w1"
        lease_seconds = 30.0
        batch = 10
        rest_seconds = 0.0
        calls = 0

        def claim_lanes(self, limits: object, without: object) -> list[object]:
            self.calls += 1
            raise KeyError("+254711000111")

        def record_leftovers(self) -> None: ...

        def release(self, claims: object) -> None: ...

    broken = Broken()
    idle = StopWhen(lambda: broken.calls >= 20, stop)
    with capture_logs() as logs:
        Worker(broken, world.reaper, world.traffic, threads=1, wake=idle).run(stop)  # type: ignore[arg-type]
    assert max(idle.waits) == 5.0
    lines = [line for line in logs if line["event"] == "worker goes on"]
    assert len(lines) >= 20
    assert lines[0]["why"].startswith("KeyError at test_worker.py:")
    assert "254711" not in repr(logs)


def test_on_stop_it_ends_what_is_in_flight_and_gives_the_rest_back(
    world: World, stop: threading.Event
) -> None:
    enqueued = [world.enqueue() for _ in range(8)]
    world.gateway.script.append(stop.set)  # the order to stop comes during the first send
    Worker(
        world.first, world.reaper, world.traffic, threads=1, wake=StopWhen(lambda: False, stop)
    ).run(stop)
    ended = sorted(world.status(mt_id) for mt_id in enqueued)
    assert ended == [S.QUEUED] * 7 + [S.SENT]
    assert {row.owner for row in world.rows()} == {None}


def test_one_hanging_send_holds_up_no_other(world: World, stop: threading.Event) -> None:
    others_sent = threading.Event()
    enqueued = [world.enqueue() for _ in range(10)]
    world.gateway.script.append(lambda: hang(others_sent))

    def hang(until: threading.Event) -> None:
        assert until.wait(30)

    def idle() -> bool:
        if sum(world.gateway.ledger.values()) == 9:
            others_sent.set()
        return sum(world.gateway.ledger.values()) == 10

    Worker(world.first, world.reaper, world.traffic, threads=2, wake=StopWhen(idle, stop)).run(stop)
    assert [world.copies(mt_id) for mt_id in enqueued] == [1] * 10


def test_it_returns_although_a_send_hangs_for_ever(world: World, stop: threading.Event) -> None:
    mt_id, release = world.enqueue(), threading.Event()

    def hang() -> None:
        stop.set()
        release.wait(30)

    world.gateway.script.append(hang)
    ticks = iter(range(0, 10_000, 31))  # each look at the clock is a lease later
    with capture_logs() as logs:
        Worker(
            world.first,
            world.reaper,
            world.traffic,
            threads=1,
            wake=StopWhen(lambda: False, stop),
            monotonic=lambda: float(next(ticks)),
        ).run(stop)
    release.set()
    assert any(line["event"] == "worker stops" for line in logs)
    assert world.status(mt_id) in (S.SUBMITTED, S.SENT)


def test_a_poke_ends_a_wait_and_is_used_up() -> None:
    wake = Wake()
    wake.poke()
    wake.wait(30)  # returns at once, or the suite would hang here
    woken = threading.Event()

    def wait() -> None:
        wake.wait(30)
        woken.set()

    waiting = threading.Thread(target=wait)
    waiting.start()
    wake.poke()
    waiting.join(30)
    assert woken.is_set()


def test_calls_do_not_wait_for_what_follows_their_turn(world: World, stop: threading.Event) -> None:
    """Their intents are written: whoever does not call now has a message of which nobody knows."""
    mt_id = world.enqueue()
    world.gateway.script.append(stop.set)
    called: list[bool] = []

    class Slow:
        def follow(self, turn: Turn) -> None:
            if turn.intents:
                called.append(stop.wait(30))
            world.first.follow(turn)

        def __getattr__(self, name: str) -> object:
            return getattr(world.first, name)

    Worker(Slow(), world.reaper, world.traffic, threads=1).run(stop)  # type: ignore[arg-type]
    assert called == [True]
    assert world.status(mt_id) is S.SENT


def test_what_cannot_be_given_back_is_logged(world: World, stop: threading.Event) -> None:
    world.enqueue()
    world.enqueue()
    world.gateway.script.append(stop.set)

    class Down:
        owner, lease_seconds, batch, rest_seconds = "w1", 30.0, 10, 0.0
        claim_lanes = staticmethod(world.first.claim_lanes)
        turn_over, follow = world.first.turn_over, world.first.follow
        opened, call = world.first.opened, world.first.call

        def record_leftovers(self) -> None:
            raise DatabaseDown("locked")

    with capture_logs() as logs:
        worker = Worker(Down(), world.reaper, world.traffic, threads=1)  # type: ignore[arg-type]
        worker.run(stop)
    assert [line["why"] for line in logs if line["event"] == "claims not given back"] == ["locked"]
