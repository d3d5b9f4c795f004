"""A hint that something waits to be sent: rung after a commit, heard by every dispatcher.

Only a hint. It may be lost with Redis, and a dispatcher that hears nothing looks by itself. On
PostgreSQL, NOTIFY would do the same inside the transaction, but its lock lets transactions commit
one by one, which the path that accepts webhooks would pay for.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

import structlog
from redis import Redis
from redis.exceptions import RedisError

from state.keys import BELL

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()

AWAY_SECONDS: Final = 5.0
_LISTEN_SECONDS: Final = 5.0


class Bell:
    def __init__(self, redis: Redis, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._redis = redis
        self._monotonic = monotonic
        self._away_until = 0.0

    def ring(self) -> None:
        """Never raises, and does not ask a Redis again that just failed."""
        if self._monotonic() < self._away_until:
            return
        try:
            self._redis.publish(BELL, b"1")
        except RedisError:
            self._away_until = self._monotonic() + AWAY_SECONDS

    def listen(
        self, stop: threading.Event, heard: Callable[[], None], listens: Callable[[bool], None]
    ) -> None:
        """Calls `heard` for each ring until `stop`, and tells when it can and cannot hear."""
        while not stop.is_set():
            try:
                self._listen(stop, heard, listens)
            except (RedisError, OSError) as fault:
                log.warning("bell not heard", why=type(fault).__name__)
            listens(False)
            stop.wait(AWAY_SECONDS)

    def _listen(
        self, stop: threading.Event, heard: Callable[[], None], listens: Callable[[bool], None]
    ) -> None:
        with self._redis.pubsub() as channel:  # type: ignore[no-untyped-call]
            channel.subscribe(BELL)
            while not stop.is_set():
                told = channel.get_message(timeout=_LISTEN_SECONDS)
                if told is not None and told["type"] == "subscribe":
                    listens(True)
                    heard()  # whatever was rung before
                elif told is not None and told["type"] == "message":
                    heard()
