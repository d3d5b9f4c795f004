"""G6, G7, G9: PostgreSQL, Redis or everything is gone for a while, and comes back by itself."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest
from redis import Redis

from tests.chaos.entries import answers_of, is_served, is_turn, slowest, was_on_its_way
from tests.chaos.field import load_proxy

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.debian("postgres", "redis-server"),
    pytest.mark.parametrize("storage", ["postgresql"], indirect=True),
]
AWAY_SHORT, AWAY_LONG = 3, 60
RECOVERY_SECONDS: Final = 2.0
pause: Final = threading.Event()


def test_g6_postgresql_is_killed(
    new_field: Any, postgresql: Any, times: Callable[[int, int], int], tell: Callable[..., None]
) -> None:
    field = new_field(faults={}, reports={})
    away = times(AWAY_SHORT + 1, AWAY_LONG)
    crowd = field.crowd(away + 8, rate=times(30, 200), tries=1)
    pause.wait(3.0)
    postgresql.kill()
    pause.wait(away)
    spooled = field.spooled()
    postgresql.start()
    back = time.monotonic()
    field.wait_until(lambda: not field.spooled(), 60)
    drained = time.monotonic() - back
    crowd.wait(60)
    field.wait_until_settled()
    verdict, words = field.verdict(), answers_of(field.said())
    tell("G6", f"{verdict}  away {away} s, spooled {spooled}, drained in {drained:.1f} s  {words}")
    assert spooled > 0
    assert verdict.is_sound, verdict
    assert verdict.acknowledged == verdict.events  # neither gateway says `retries: true`
    assert all(entry["body"][:4] in {"CON ", "END "} for entry in field.said() if is_turn(entry))
    assert slowest(field.said()) < 8.0
    assert len(verdict.copied) <= field.wishes.threads * field.wishes.dispatchers


@pytest.mark.parametrize("fault", ["kill", "freeze", "black hole", "flush", "full"])
def test_g7_redis_is_gone(
    fault: str,
    new_field: Any,
    own_redis: Any,
    times: Callable[[int, int], int],
    tell: Callable[..., None],
) -> None:
    away = times(AWAY_SHORT, AWAY_LONG)
    with load_proxy()(own_redis.port) as proxy:
        field = new_field(
            at_redis=f"redis://127.0.0.1:{proxy.port}/0", faults={}, reports={}, dispatchers=1
        )
        crowd = field.crowd(away + 6, rate=times(30, 200), tries=1)
        pause.wait(2.0)
        began = time.time()
        with redis_gone(fault, own_redis, proxy):
            pause.wait(away)
        back = time.time()
        crowd.wait(60)
        field.wait_until_settled()
        verdict, said = field.verdict(), field.said()
    turns = [entry for entry in said if is_turn(entry)]
    meanwhile = [entry for entry in turns if was_on_its_way(entry, began, back)]
    later = [entry for entry in turns if entry["at"] > back + RECOVERY_SECONDS]
    apologies = sum(not is_served(entry) for entry in meanwhile)
    slow, unserved = slowest(turns), sum(not is_served(entry) for entry in later)
    tell(
        "G7",
        f"{fault}: {verdict}  turns {len(turns)}, polite ends meanwhile {apologies}, slowest "
        f"{slow:.2f} s, not served {RECOVERY_SECONDS} s after {unserved}",
    )
    assert verdict.is_sound, verdict
    assert not verdict.copied
    assert {entry["status"] for entry in said} == {200}
    assert all(entry["body"][:4] in {"CON ", "END "} for entry in turns)
    assert later
    assert all(is_served(entry) for entry in later)
    assert slow < 2.0


@contextmanager
def redis_gone(fault: str, server: Any, proxy: Any) -> Iterator[None]:
    client = Redis(port=server.port)
    match fault:
        case "kill":
            server.kill()
            yield
            server.start()
        case "freeze":
            os.kill(server.running.pid, signal.SIGSTOP)
            yield
            os.kill(server.running.pid, signal.SIGCONT)
        case "black hole":
            proxy.mode = fault
            yield
            proxy.mode = "pass"
        case "flush":
            client.flushall()
            yield
            client.flushall()
        case "full":
            client.config_set("maxmemory", 1)
            yield
            client.config_set("maxmemory", 0)
    client.close()


def test_g9_everything_dies_at_once(
    new_field: Any,
    own_redis: Any,
    postgresql: Any,
    times: Callable[[int, int], int],
    tell: Callable[..., None],
) -> None:
    field = new_field(at_redis=own_redis.url)
    cuts = times(2, 12)
    field.crowd(cuts * 5.0, rate=30, tries=40)
    for _ in range(cuts):
        pause.wait(2.5)
        for member in field.members:
            member.kill()
        postgresql.kill()
        own_redis.kill()
        own_redis.start()
        postgresql.start()
        field.start_the_dead()
    with field.supervised():
        field.wait_for_crowds()
    field.wait_until_settled()
    verdict = field.verdict()
    allowed = verdict.ambiguous + cuts * field.wishes.threads * field.wishes.dispatchers
    tell("G9", f"{verdict}  power cuts {cuts}")
    assert verdict.is_sound, verdict
    assert len(verdict.copied) <= allowed
    assert verdict.acknowledged > 0
