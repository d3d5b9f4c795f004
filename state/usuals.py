"""What callers asked for last, sealed, in Redis, for a month. It may be lost at any time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec
import structlog
from redis import Redis
from redis.exceptions import RedisError

from menu.usual import Usual
from state.breaker import Breaker
from state.connection import reason_of
from state.keys import usual_key

USUAL_SECONDS: Final = 30 * 86400
_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Usual)
log = structlog.get_logger(__name__)


class RedisUsuals:
    """Implements menu.ports.Usuals."""

    def __init__(
        self, redis: Redis, seal: Callable[[str], bytes], opened: Callable[[bytes], str | None]
    ) -> None:
        """`opened`: what was sealed; None where it cannot be opened."""
        self._redis = redis
        self._seal = seal
        self._opened = opened
        self._breaker = Breaker()

    def keep(self, caller_key: str, usual: Usual) -> None:
        sealed = self._seal(_encoder.encode(usual).decode())
        self._ask(lambda: self._redis.set(usual_key(caller_key), sealed, ex=USUAL_SECONDS))

    def find(self, caller_key: str) -> Usual | None:
        sealed = self._ask(lambda: self._redis.get(usual_key(caller_key)))
        text = self._opened(sealed) if isinstance(sealed, bytes) else None
        try:
            return _decoder.decode(text) if text else None
        except msgspec.MsgspecError:
            return None  # of another age of this program

    def _ask(self, command: Callable[[], object]) -> object:
        """Nobody waits twice for a server that does not answer."""
        if not self._breaker.lets_through():
            return None
        try:
            answer = command()
        except RedisError as fault:
            self._breaker.failed()
            log.warning("last query", why=reason_of(fault))
            return None
        self._breaker.succeeded()
        return answer
