"""One way to reach Redis: short deadlines, no silent retries.

redis-py's own defaults hold a webhook for a minute when the server is a black hole, and a retried
command that is not idempotent counts twice (both measured).
"""

from __future__ import annotations

from typing import Final

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

SOCKET_SECONDS: Final = 0.25


def connect(url: str) -> Redis:
    """A client that opens nothing until its first command."""
    return Redis.from_url(
        url,
        socket_timeout=SOCKET_SECONDS,
        socket_connect_timeout=SOCKET_SECONDS,
        retry=Retry(NoBackoff(), 0),
        decode_responses=False,
    )
