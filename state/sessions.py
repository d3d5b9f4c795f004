"""Sessions in Redis: one string each, written by compare-and-set. They may be lost at any time."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any, Final

import msgspec
import structlog
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from menu.language import Language
from menu.last_answer import KeptAnswer
from menu.ports import LeftOff, Loaded, SessionsDown
from menu.session import Session
from metrics.catalogue import SESSION_FAULTS
from metrics.meter import SILENT, Meter
from state.breaker import Breaker
from state.connection import reason_of
from state.keys import TURNS, language_key, last_answer_key, left_off_key
from state.last_answers import AnswerSeal

MAX_SESSION_BYTES: Final = 4096
LANGUAGE_SECONDS: Final = 3600
MOST_TURNS: Final = 100_000  # that wait in the stream; the oldest are dropped beyond
TRIM_EVERY: Final = 16  # turns of a process: to look is a third of the cost
_TURN_BYTES: Final = 4
_LUA: Final = Path(__file__).parent / "lua"
_SAVE: Final = (_LUA / "save_session.lua").read_text(encoding="utf-8")
_KEEP: Final = (_LUA / "keep_answer.lua").read_text(encoding="utf-8")

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Session)
log = structlog.get_logger(__name__)


class RedisSessions:
    """Implements menu.ports.SessionStore."""

    def __init__(
        self,
        redis: Redis,
        meter: Meter = SILENT,
        breaker: Breaker | None = None,
        most_turns: int = MOST_TURNS,
        answers: AnswerSeal | None = None,
    ) -> None:
        """Without `answers` no last answer is kept."""
        self._redis = redis
        self._meter = meter
        self._breaker = breaker or Breaker()
        self._most_turns = most_turns
        self._answers = answers
        self._turns = count()
        self._save = redis.register_script(_SAVE)
        self._keep = redis.register_script(_KEEP)

    def load(self, session_key: str, caller_key: str) -> Loaded:
        keys = (
            session_key,
            language_key(caller_key),
            left_off_key(caller_key),
            last_answer_key(caller_key),
        )
        stored, language, left_off, answer = self._ask(lambda: self._redis.mget(*keys))
        session, last = _decode(stored), None
        if answer and self._answers and (session is None or session.offers_answer):
            last = self._answers.read(answer, caller_key)
        return Loaded(
            session=session,
            last_answer=last,
            language=language.decode() if language else None,
            language_is_cached=language is not None,
            left_off=_decode(left_off),
        )

    def save(
        self,
        session_key: str,
        session: Session,
        *,
        expected_turn: int,
        ttl_seconds: int,
        left_off: LeftOff | None = None,
        turn: bytes | None = None,
        last_answer: KeptAnswer | None = None,
    ) -> Session | None:
        encoded = _encode(session)
        if len(encoded) > MAX_SESSION_BYTES:
            raise SessionsDown(f"a session of {len(encoded)} bytes; {MAX_SESSION_BYTES} is the cap")
        expected = expected_turn.to_bytes(_TURN_BYTES, "big")
        keys, blank = [session_key], (b"", b"")
        dropped: tuple[bytes | int, ...] = blank
        record: tuple[bytes | int, ...] = blank
        answer: tuple[bytes | int, ...] = blank
        if left_off is not None:
            keys.append(left_off_key(left_off.caller_key))
            dropped = (_rest(left_off.session), left_off.seconds)
        if last_answer is not None and self._answers is not None:
            keys.append(last_answer_key(last_answer.caller_key))
            answer = (self._answers.written(last_answer), last_answer.seconds)
        if turn is not None:
            keys.append(TURNS)
            record = (turn, b"" if next(self._turns) % TRIM_EVERY else self._most_turns)
        arguments = [expected, encoded, ttl_seconds, *dropped, *record, *answer]
        there = self._ask(lambda: self._save(keys=keys, args=arguments))
        # Our own value: the reply to a first try was lost, and this was the second.
        return None if there == encoded else _decode(there)

    def cache_language(self, caller_key: str, language: Language | None) -> None:
        key, word = language_key(caller_key), language or ""
        try:
            self._ask(lambda: self._redis.set(key, word, ex=LANGUAGE_SECONDS))
        except SessionsDown as fault:
            log.warning("language not cached", why=str(fault))

    def keep_answer(self, kept: KeptAnswer) -> None:
        """Of a caller who waits no longer. Something newer stays. Never raises."""
        if self._answers is None:
            return
        key, value = last_answer_key(kept.caller_key), self._answers.written(kept)
        try:
            self._ask(lambda: self._keep(keys=[key], args=[value, kept.seconds]))
        except SessionsDown as fault:
            log.warning("last answer not kept", why=str(fault))

    def _ask(self, command: Callable[[], Any]) -> Any:
        """All commands are idempotent, so one stale pooled connection may be tried again.

        A timeout may not: the server is slow, and the phone is waiting.
        """
        if not self._breaker.lets_through():
            self._meter.count(SESSION_FAULTS)
            raise SessionsDown("Redis did not answer lately")
        try:
            try:
                answer = command()
            except RedisConnectionError as fault:
                if isinstance(fault, RedisTimeoutError):
                    raise
                answer = command()
        except RedisError as fault:
            if isinstance(fault, RedisConnectionError | RedisTimeoutError):
                self._breaker.failed()  # whatever else it says, it said without a wait
            self._meter.count(SESSION_FAULTS)
            raise SessionsDown(reason_of(fault)) from fault
        self._breaker.succeeded()
        return answer


def _rest(session: Session | None) -> bytes:
    """Empty for what is not kept."""
    encoded = _encode(session) if session else b""
    return encoded if len(encoded) <= MAX_SESSION_BYTES else b""


def _encode(session: Session) -> bytes:
    return session.turn.to_bytes(_TURN_BYTES, "big") + _encoder.encode(session)


def _decode(stored: bytes | None) -> Session | None:
    """None also for a value of another age of this program: the caller simply starts anew."""
    if not stored:
        return None
    try:
        return _decoder.decode(stored[_TURN_BYTES:])
    except msgspec.MsgspecError:
        log.warning("session not readable", why="another format")
        return None
