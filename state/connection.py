"""One way to reach Redis: short deadlines, no silent retries.

redis-py's own defaults hold a webhook for a minute when the server is a black hole, and a retried
command that is not idempotent counts twice (both measured).
"""

from __future__ import annotations

from typing import Any, Final

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from state import sentinel_url, sentinels

SOCKET_SECONDS: Final = 0.25


def connect(url: str) -> Redis:
    """A client that opens nothing until its first command."""
    limits: dict[str, Any] = {
        "socket_timeout": SOCKET_SECONDS,
        "socket_connect_timeout": SOCKET_SECONDS,
        "retry": Retry(NoBackoff(), 0),
        "decode_responses": False,
    }
    if sentinel_url.is_sentinel(url):
        return sentinels.connect(sentinel_url.parse(url), limits)
    return Redis.from_url(url, **limits)


def reason_of(fault: RedisError) -> str:
    """For logs and /readyz: redis-py's own words would name hosts."""
    return str(fault) if isinstance(fault, sentinels.NoMaster) else type(fault).__name__
