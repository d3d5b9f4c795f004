"""How many SMS a second a gateway or a sender ID may send: token buckets, shared over processes.

In Redis one key is one bucket, so they may lie anywhere in a cluster, and its clock measures. While
Redis is away each process keeps to a share of its own, which is meant to be too small.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog
from redis import Redis
from redis.exceptions import RedisError

from state.keys import bucket_key

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()

# Of a second's tokens, how many may be saved up: more would break a limit that a vendor counts.
BURST_SECONDS: Final = 0.05
# Who comes so late for his token loses nothing by it: a slow limit would be kept to 95 % otherwise.
LATE_SECONDS: Final = 0.05
# Of one more token, what may be saved up for him: a whole one could be taken, and broke the limit.
LATE_SHARE: Final = 0.95
PROCESSES_WITHOUT_REDIS: Final = 4  # nobody can count them then
AWAY_SECONDS: Final = 5.0  # how long a Redis that failed is not asked again
_TAKE: Final = (Path(__file__).parent / "lua" / "take_tokens.lua").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Grant:
    """`wait_seconds` until there is another token; 0 where all that were wanted were granted."""

    tokens: int
    wait_seconds: float


def burst_of(tps: float) -> float:
    """Whole tokens, at least one, and a part of the next, which adds to no second's count."""
    return max(1.0, tps * BURST_SECONDS // 1) + min(LATE_SHARE, tps * LATE_SECONDS)


class LocalPace:
    """The buckets of one process: a share of each."""

    def __init__(
        self, monotonic: Callable[[], float] = time.monotonic, share: int = PROCESSES_WITHOUT_REDIS
    ) -> None:
        self._monotonic = monotonic
        self._share = share
        self._full_at: dict[str, float] = {}
        self._lock = threading.Lock()

    def take(self, bucket: str, tps: float, wanted: int) -> Grant:
        return self._move(bucket, tps, wanted, 0.0)

    def give_back(self, bucket: str, tps: float, tokens: int) -> None:
        self._move(bucket, tps, -tokens, 0.0)

    def hold(self, bucket: str, tps: float, seconds: float) -> None:
        self._move(bucket, tps, 0, seconds)

    def _move(self, bucket: str, tps: float, wanted: int, hold: float) -> Grant:
        """The arithmetic of take_tokens.lua."""
        tps = tps / self._share
        gap, burst = 1 / tps, burst_of(tps)
        with self._lock:
            now = self._monotonic()
            full_at = max(self._full_at.get(bucket, 0.0), now)
            if hold > 0:
                full_at = max(full_at, now + hold + (burst - 1) * gap)
            granted = min(wanted, max(0, int(burst - (full_at - now) / gap + 0.001)))
            full_at += granted * gap
            self._full_at[bucket] = full_at
            wait = max(0.0, full_at - now - (burst - 1) * gap) if granted < wanted else 0.0
        return Grant(granted, wait)


class RedisPace:
    """Never raises: a dispatcher works without Redis, only slower."""

    def __init__(
        self,
        redis: Redis,
        *,
        local: LocalPace | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._take = redis.register_script(_TAKE)
        self._local = local or LocalPace(monotonic)
        self._monotonic = monotonic
        self._away_until = 0.0

    def take(self, bucket: str, tps: float, wanted: int) -> Grant:
        answer = self._ask(bucket, tps, wanted, 0.0)
        return answer or self._local.take(bucket, tps, wanted)

    def give_back(self, bucket: str, tps: float, tokens: int) -> None:
        if self._ask(bucket, tps, -tokens, 0.0) is None:
            self._local.give_back(bucket, tps, tokens)

    def hold(self, bucket: str, tps: float, seconds: float) -> None:
        """Nobody takes a token for so long. Kept here too, should Redis go away meanwhile."""
        self._local.hold(bucket, tps, seconds)
        self._ask(bucket, tps, 0, seconds)

    def _ask(self, bucket: str, tps: float, wanted: int, hold: float) -> Grant | None:
        """None where Redis does not answer."""
        if self._monotonic() < self._away_until:
            return None
        arguments: list[float | str] = [tps, burst_of(tps), wanted, hold, ""]
        try:
            granted, wait = self._take(keys=[bucket_key(bucket)], args=arguments)
        except RedisError as fault:
            log.warning("pace without redis", why=type(fault).__name__)
            self._away_until = self._monotonic() + AWAY_SECONDS
            return None
        return Grant(int(granted), int(wait) / 1e6)
