"""The hint that something waits: heard by every listener, missed by nobody for long."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from redis.exceptions import ConnectionError as RedisConnectionError

from state.bell import AWAY_SECONDS, Bell
from state.connection import connect


def test_every_listener_hears_it(
    redis: Any, redis_url: str, eventually: Callable[[Callable[[], object], float], None]
) -> None:
    stop = threading.Event()
    heard: list[int] = []
    can_hear: list[bool] = []
    listeners = [Bell(connect(redis_url)) for _ in range(2)]
    threads = [
        threading.Thread(
            target=bell.listen, args=(stop, lambda: heard.append(1), can_hear.append), daemon=True
        )
        for bell in listeners
    ]
    for thread in threads:
        thread.start()
    eventually(lambda: can_hear == [True, True], 30)
    eventually(lambda: len(heard) == 2, 30)  # each looks once, for what was rung before
    stop.set()
    Bell(redis).ring()  # also ends their wait
    eventually(lambda: len(heard) == 4, 30)
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
    bell.ring()
    bell.ring()
    assert len(asked) == 1
    now[0] = AWAY_SECONDS + 1
    bell.ring()
    assert len(asked) == 2
