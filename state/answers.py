"""What all processes know of services: answers, sealed; who is asking just now; which do not work.

It may be lost at any time: then services are asked once more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

import structlog
from redis import Redis
from redis.exceptions import RedisError

from state.breaker import Breaker
from state.connection import reason_of
from state.keys import service_keys, token_key

FAULTS: Final = 5  # in a row: then nobody waits for what does not answer anyway
OPEN_MS: Final = 5_000
TRY_MS: Final = 3_000  # one caller tries; the others see the breaker open meanwhile
COUNT_MS: Final = 60_000
_STAMP: Final = 13  # digits
_LUA: Final = Path(__file__).parent / "lua"
_ASK: Final = (_LUA / "ask_service.lua").read_text(encoding="utf-8")
_TELL: Final = (_LUA / "tell_answer.lua").read_text(encoding="utf-8")
log = structlog.get_logger(__name__)


class Verdict(StrEnum):
    FRESH = "fresh"  # the answer is good
    OPEN = "open"  # the service does not work
    WAIT = "wait"  # another asks just now
    GO = "go"  # this caller asks
    ALONE = "alone"  # nobody knows: Redis does not answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """`text` is the last answer, given at `at` (epoch seconds); empty where there is none."""

    verdict: Verdict
    text: str = field(default="", repr=False)
    at: float = 0.0
    failed: str = ""  # what happened to the caller who asked


class RedisAnswers:
    def __init__(
        self, redis: Redis, seal: Callable[[str], bytes], opened: Callable[[bytes], str | None]
    ) -> None:
        """`opened`: what was sealed; None where it cannot be opened."""
        self._redis = redis
        self._seal = seal
        self._opened = opened
        self._breaker = Breaker()
        self._ask_script = redis.register_script(_ASK)
        self._tell_script = redis.register_script(_TELL)

    def ask(
        self,
        service: str,
        question: str,
        *,
        now: float,
        fresh_seconds: float,
        asker: str,
        hold_seconds: float,
    ) -> Known:
        """Whether to ask. `service` and `question` are hashes. `asker` names this caller, or is
        empty where nobody waits for another. `fresh_seconds` below 0: no answer is. Never raises.
        """
        arguments: list[str | int] = [
            int(now * 1000), int(fresh_seconds * 1000), asker, int(hold_seconds * 1000), FAULTS,
            TRY_MS,
        ]  # fmt: skip
        keys = service_keys(service, question)
        found = self._trip(lambda: self._ask_script(keys=keys, args=arguments))
        if not isinstance(found, list):
            return Known(verdict=Verdict.ALONE)
        return self._known(found[0], Verdict(found[1].decode()))

    def look(self, service: str, question: str) -> Known:
        """What came of it, for somebody who waits: WAIT while nothing did. Never raises."""
        answer_key, asks_key, *_ = service_keys(service, question)
        found = self._trip(lambda: self._redis.mget(answer_key, asks_key))
        if not isinstance(found, list):
            return Known(verdict=Verdict.ALONE)
        answer, asks = found
        if asks is None:
            return self._known(answer or b"", Verdict.GO)
        known = self._known(answer or b"", Verdict.WAIT)
        if asks[:1] == b"!":
            return Known(verdict=Verdict.GO, text=known.text, at=known.at, failed=asks[1:].decode())
        return known

    def tell(
        self,
        service: str,
        question: str,
        *,
        asker: str,
        text: str = "",
        at: float = 0.0,
        keep_seconds: float = 0.0,
        failed: str = "",
        is_fault: bool | None = None,
    ) -> None:
        """What came of asking. `is_fault` None: it says nothing about the service. Never raises."""
        answer = b""
        if text and keep_seconds > 0:
            answer = f"{int(at * 1000):0{_STAMP}d}".encode() + self._seal(text)
        arguments: list[str | int | bytes] = [
            asker, answer, max(int(keep_seconds * 1000), 1), failed,
            "" if is_fault is None else str(int(is_fault)), FAULTS, OPEN_MS, COUNT_MS,
        ]  # fmt: skip
        keys = service_keys(service, question)
        self._trip(lambda: self._tell_script(keys=keys, args=arguments))

    def keep_token(self, name: str, token: str, seconds: float) -> None:
        stored = self._seal(token)
        self._trip(lambda: self._redis.set(token_key(name), stored, px=max(int(seconds * 1000), 1)))

    def find_token(self, name: str) -> tuple[str, float] | None:
        """The token, and seconds that it is good for."""
        found = self._trip(lambda: self._two(token_key(name)))
        if not isinstance(found, list) or not isinstance(found[0], bytes) or found[1] <= 0:
            return None
        token = self._opened(found[0])
        return (token, found[1] / 1000) if token else None

    def drop_token(self, name: str) -> None:
        self._trip(lambda: self._redis.delete(token_key(name)))

    def _two(self, key: str) -> object:
        pipe = self._redis.pipeline(transaction=False)
        pipe.get(key)
        pipe.pttl(key)
        return pipe.execute()

    def _known(self, answer: bytes, verdict: Verdict) -> Known:
        text = self._opened(answer[_STAMP:]) if answer else None
        if text is None:
            return Known(verdict=Verdict.GO if verdict is Verdict.FRESH else verdict)
        return Known(verdict=verdict, text=text, at=int(answer[:_STAMP]) / 1000)

    def _trip(self, command: Callable[[], object]) -> object:
        """Nobody waits twice for a server that does not answer. None where it does not."""
        if not self._breaker.lets_through():
            return None
        try:
            answer = command()
        except RedisError as fault:
            self._breaker.failed()
            log.warning("answers of services", why=reason_of(fault))
            return None
        self._breaker.succeeded()
        return answer if answer is not None else b""
