"""How dialogues go while a menu is shared: counted in memory, added up in Redis twice a second.

A turn waits for nothing, and takes no trip more. What is lost with Redis, or with a process, is
lost for both menus alike: the counts decide nothing but whether one does worse than the other.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import Final

import structlog
from redis import Redis
from redis.exceptions import RedisError

from menu.shares import Counted, Dialogues, Running
from state.connection import reason_of
from state.keys import share_key

KEPT_SECONDS: Final = 30 * 86400
SHARED, OTHERS = "shared", "others"
BEGUN, COMPLETED, FAILED = "begun", "completed", "failed"

log = structlog.get_logger(__name__)


class ShareCounts:
    """Implements menu.ports.Tally. `running` tells which share this process serves."""

    def __init__(self, redis: Redis, running: Callable[[], Running | None]) -> None:
        self._redis = redis
        self._running = running
        self._lock = threading.Lock()
        self._waiting: Counter[tuple[int, str]] = Counter()

    def turn(
        self, version: int, began_at: float, *, begins: bool, completes: bool, fails: bool
    ) -> None:
        """A dialogue that began before the share did is none of its: it would count as completed
        and never as begun."""
        share = self._running()
        if share is None or began_at < share.begun_at:
            return
        menu = {share.version: SHARED, share.live: OTHERS}.get(version)
        if menu is None:
            return
        happened = ((BEGUN, begins), (COMPLETED, completes), (FAILED, fails))
        with self._lock:
            for word, is_so in happened:
                if is_so:
                    self._waiting[share.id, f"{menu}:{word}"] += 1

    def flush(self) -> None:
        """Never raises: what Redis does not take is added the next time."""
        with self._lock:
            waiting, self._waiting = self._waiting, Counter()
        if not waiting:
            return
        pipe = self._redis.pipeline()  # all or nothing
        for (share, field), times in waiting.items():
            pipe.hincrby(share_key(share), field, times)
        for share in {share for share, _ in waiting}:
            pipe.expire(share_key(share), KEPT_SECONDS)
        try:
            pipe.execute()
        except RedisError as fault:
            log.warning("share not counted", why=reason_of(fault))
            with self._lock:
                self._waiting.update(waiting)

    def find(self, share: int) -> Counted | None:
        """What all processes counted; None while Redis does not answer."""
        try:
            stored = self._redis.hgetall(share_key(share))
        except RedisError:
            return None
        counts = {_word(key): int(times) for key, times in stored.items()}
        return Counted(_dialogues(counts, SHARED), _dialogues(counts, OTHERS))


def _word(key: bytes | str) -> str:
    return key if isinstance(key, str) else key.decode()


def _dialogues(counts: dict[str, int], menu: str) -> Dialogues:
    words = (BEGUN, COMPLETED, FAILED)
    return Dialogues(*(counts.get(f"{menu}:{word}", 0) for word in words))
