"""The stream of turns, as whoever drains it sees it. Redis may lose any of it.

A batch stays somebody's until he says that it is kept; when he is gone, another takes it over.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
from redis import Redis
from redis.exceptions import RedisError, ResponseError

from menu.ports import SessionsDown
from state.connection import reason_of
from state.keys import TURNS

FIELD: Final = b"t"
LIFE_SECONDS: Final = 7 * 86400  # of a stream that nobody drains
GONE_SECONDS: Final = 30.0  # who keeps a batch so long is not there any more
_FORGOTTEN_SECONDS: Final = 3600.0
_EPOCH_BYTES: Final = 8
_OPEN: Final = (Path(__file__).parent / "lua" / "open_turns.lua").read_text(encoding="utf-8")


class Waiting(msgspec.Struct, frozen=True, gc=False):
    """A turn in the stream. Redis makes the id of the time (milliseconds since the epoch) and a
    number. `written` is empty for one that was dropped since it was taken: the stream was full.
    """

    id: bytes
    milliseconds: int
    number: int
    written: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """`epoch` tells the stream from those that were lost before: their ids may come again."""

    epoch: str
    turns: Sequence[Waiting]


class TurnStream:
    """`taker` names this process among those that drain."""

    def __init__(self, redis: Redis, taker: str) -> None:
        self._redis = redis
        self._taker = taker
        self._open = redis.register_script(_OPEN)
        self._epoch: str | None = None

    def take(self, count: int) -> Batch:
        """The next turns that nobody took. Raises SessionsDown."""
        return self._ask(lambda epoch: self._read(epoch, count))

    def take_over(self, count: int) -> Batch:
        """Those that somebody took who is gone. Raises SessionsDown."""
        return self._ask(lambda epoch: self._claim(epoch, count))

    def kept(self, batch: Batch) -> None:
        """They are kept elsewhere: the stream may forget them. Raises SessionsDown."""
        ids = [turn.id for turn in batch.turns]
        if not ids:
            return
        try:
            with self._redis.pipeline() as pipe:
                pipe.xack(TURNS, batch.epoch, *ids)
                pipe.xdel(TURNS, *ids)
                pipe.execute()
        except RedisError as fault:
            raise SessionsDown(reason_of(fault)) from fault

    def stay(self) -> None:
        """Once in a while: the stream lives on, and forgets those who drained it long ago.

        Raises SessionsDown.
        """
        self._ask(self._tidy)

    def count(self) -> int:
        """How many wait, about those in somebody's hands. Raises SessionsDown."""
        try:
            return int(self._redis.xlen(TURNS))
        except RedisError as fault:
            raise SessionsDown(reason_of(fault)) from fault

    def _ask(self, question: Callable[[str], Batch]) -> Batch:
        try:
            try:
                return question(self._epoch or self._begin())
            except ResponseError as fault:
                if "NOGROUP" not in str(fault) and "no such key" not in str(fault):
                    raise
                return question(self._begin())  # Redis was emptied: this is another stream
        except RedisError as fault:
            raise SessionsDown(reason_of(fault)) from fault

    def _begin(self) -> str:
        name: bytes = self._open(keys=[TURNS], args=[secrets.token_hex(_EPOCH_BYTES)])
        self._epoch = epoch = name.decode()
        self._redis.expire(TURNS, LIFE_SECONDS)
        return epoch

    def _read(self, epoch: str, count: int) -> Batch:
        found: Any = self._redis.xreadgroup(epoch, self._taker, {TURNS: ">"}, count=count)
        return Batch(epoch, _turns(found[0][1]) if found else [])

    def _claim(self, epoch: str, count: int) -> Batch:
        found: Any = self._redis.xautoclaim(
            TURNS, epoch, self._taker, int(GONE_SECONDS * 1000), count=count
        )
        _, entries, *dropped = found
        gone = [_waiting(id_, b"") for id_ in (dropped[0] if dropped else ())]
        return Batch(epoch, [*_turns(entries), *gone])

    def _tidy(self, epoch: str) -> Batch:
        self._redis.expire(TURNS, LIFE_SECONDS)
        takers: Any = self._redis.xinfo_consumers(TURNS, epoch)
        for taker in takers:
            if not taker["pending"] and taker["idle"] > _FORGOTTEN_SECONDS * 1000:
                self._redis.xgroup_delconsumer(TURNS, epoch, taker["name"])
        return Batch(epoch, [])


def _turns(entries: Sequence[tuple[bytes, dict[bytes, bytes] | None]]) -> Sequence[Waiting]:
    """Of an entry that was dropped meanwhile Redis has the id alone."""
    return [_waiting(id_, (fields or {}).get(FIELD, b"")) for id_, fields in entries if id_]


def _waiting(id_: bytes, written: bytes) -> Waiting:
    milliseconds, _, number = id_.partition(b"-")
    return Waiting(id_, int(milliseconds), int(number), written)
