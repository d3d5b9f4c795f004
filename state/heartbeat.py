"""The sign of life of the dispatchers: one key, written again with each of their rounds.

Its age is read from its time to live, by Redis' own clock, so hosts need not agree about the time.
It may be lost with Redis like everything here: the next round, seconds later, brings it back.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from redis import Redis
from redis.exceptions import RedisError

from menu.ports import SessionsDown
from state.connection import reason_of
from state.keys import HEARTBEAT

_LIFE_SECONDS: Final = 7 * 24 * 3600


class Heartbeat:
    """For all dispatchers together: as long as one of them works, SMS go out."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def beat(self) -> None:
        """Never raises: a dispatcher works without Redis."""
        with suppress(RedisError):
            self._redis.set(HEARTBEAT, b"1", ex=_LIFE_SECONDS)

    def find_age_seconds(self) -> float | None:
        """None when there was none for days, or Redis was emptied. Raises SessionsDown."""
        try:
            left = int(self._redis.pttl(HEARTBEAT))
        except RedisError as fault:
            raise SessionsDown(reason_of(fault)) from fault
        return _LIFE_SECONDS - left / 1000 if left >= 0 else None
