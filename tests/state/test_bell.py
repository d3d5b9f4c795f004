"""The hint that something waits: heard by every listener, missed by nobody for long."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from redis.exceptions import ConnectionError as RedisConnectionError

from state.bell import AWAY_SECONDS, Bell, Waits
from state.connection import connect
from state.keys import BELL


def test_every_listener_hears_it_and_pokes_whom_it_is_for(
    redis: Any, redis_url: str, eventually: Callable[[Callable[[], object], float], None]
) -> None:
    stop = threading.Event()
    heard: list[Waits] = []

    def poke(what: Waits) -> Callable[[], None]:
        return lambda: heard.append(what)

    pokes = {what: poke(what) for what in Waits}
    can_hear: list[bool] = []
    listeners = [Bell(connect(redis_url)) for _ in range(2)]
    threads = [
        threading.Thread(target=bell.listen, args=(stop, pokes, can_hear.append), daemon=True)
        for bell in listeners
    ]
    for thread in threads:
        thread.start()
    eventually(lambda: can_hear == [True, True], 30)
    eventually(lambda: len(heard) == 6, 30)  # each looks once, for what was rung before
    Bell(redis).ring(Waits.CALL)
    eventually(lambda: heard[6:] == [Waits.CALL] * 2, 30)
    stop.set()
    redis.publish(BELL, b"1")  # an older version says no more than this; also ends their wait
    eventually(lambda: sorted(heard[8:]) == sorted([*Waits, *Waits]), 30)
    for thread in threads:
        thread.join(30)
    assert can_hear == [True, True, False, False]


def test_without_redis_it_is_silent_and_soon_asks_no_more() -> None:
    now = [0.0]
    asked: list[str] = []

    class Gone:
        def publish(self, channel: str, _message: bytes) -> None:
            asked.append(channel)
            raise RedisConnectionError

    gone: Any = Gone()
    bell = Bell(gone, monotonic=lambda: now[0])
    bell.ring(Waits.SMS)
    bell.ring(Waits.SMS)
    assert len(asked) == 1
    now[0] = AWAY_SECONDS + 1
    bell.ring(Waits.SMS)
    assert len(asked) == 2
