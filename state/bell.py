"""A hint that something waits for a dispatcher: rung after a commit, heard by all of them.

Only a hint. It may be lost with Redis, and a dispatcher that hears nothing looks by itself. On
PostgreSQL, NOTIFY would do the same inside the transaction, but its lock lets transactions commit
one by one, which the path that accepts webhooks would pay for.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Final

import structlog
from redis import Redis
from redis.exceptions import RedisError

from state.keys import BELL

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()

AWAY_SECONDS: Final = 5.0
_LISTEN_SECONDS: Final = 5.0


class Waits(StrEnum):
    """What waits. Whoever else would look for it looks for nothing."""

    SMS = "sms"
    CALL = "call"  # a missed call, for its answer
    LATE = "late"  # a service that is asked later


class Bell:
    def __init__(self, redis: Redis, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._redis = redis
        self._monotonic = monotonic
        self._away_until = 0.0

    def ring(self, what: Waits) -> None:
        """Never raises, and does not ask a Redis again that just failed."""
        if self._monotonic() < self._away_until:
            return
        try:
            self._redis.publish(BELL, what)
        except RedisError:
            self._away_until = self._monotonic() + AWAY_SECONDS

    def listen(
        self,
        stop: threading.Event,
        pokes: Mapping[Waits, Callable[[], None]],
        listens: Callable[[bool], None],
    ) -> None:
        """Pokes who sees to what waits until `stop`, and tells when it can and cannot hear."""
        while not stop.is_set():
            try:
                self._listen(stop, pokes, listens)
            except (RedisError, OSError) as fault:
                log.warning("bell not heard", why=type(fault).__name__)
            listens(False)
            stop.wait(AWAY_SECONDS)

    def _listen(
        self,
        stop: threading.Event,
        pokes: Mapping[Waits, Callable[[], None]],
        listens: Callable[[bool], None],
    ) -> None:
        with self._redis.pubsub() as channel:  # type: ignore[no-untyped-call]
            channel.subscribe(BELL)
            while not stop.is_set():
                told = channel.get_message(timeout=_LISTEN_SECONDS)
                if told is None:
                    continue
                if told["type"] == "subscribe":
                    listens(True)
                # What was rung before, or by an older version, may be anything.
                for what in _meant(told["data"]):
                    pokes[what]()


_KNOWN: Final = {what.encode(): (what,) for what in Waits}


def _meant(said: object) -> Iterable[Waits]:
    return _KNOWN.get(said, Waits) if isinstance(said, bytes) else Waits
