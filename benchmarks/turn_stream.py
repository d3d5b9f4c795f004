"""What the stream of turns costs: Redis its time with each turn, the drainer its way to SQL."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import count, cycle, islice

import msgspec
from redis import Redis as Client

from benchmarks import postgresql
from benchmarks.house import Redis, home
from benchmarks.measuring import Meter, Round, Sample, Scale, timed
from menu.place import Crumb
from menu.ports import LeftOff
from menu.session import Session
from menu.turn_record import TurnRecord
from outbound.drainer import Drainer
from state.connection import connect
from state.keys import TURNS
from state.sessions import RedisSessions
from wiring import Bridge

_LEFT_OFF_SECONDS = 600


def record_of(number: int) -> bytes:
    """As large as those of a real dialogue."""
    return msgspec.msgpack.encode(
        TurnRecord(
            session=f"ussd:{number:032x}",
            origin="",
            caller=f"{number % 5000:032x}",
            masked="+91********78",
            channel="ussd",
            gateway="india",
            turn=3,
            at=1_763_888_400.0 + number,
            menu_version=12,
            language="hi",
            begins=False,
            entry="*384*97183#",
            said="2",
            sealed=b"",
            is_withheld=False,
            screen="find_helpline",
            outcome="open",
            effects=(),
            septets=160,
            ucs2=70,
            is_latin=False,
            region="IN",
        )
    )


@contextmanager
def turns(scale: Scale) -> Iterator[Mapping[str, Round]]:
    """Saves of sessions with and without the record, by turns: "beside" is the time that Redis
    counts for the script, which holds up everybody else who asks it."""
    with home() as place, Redis(place).running() as redis:
        sessions, numbers = RedisSessions(connect(redis.url)), count()
        save = partial(_save, sessions, numbers, scale.webhooks * 10, connect(redis.url))
        yield {"turn-plain": partial(save, None), "turn-stream": partial(save, record_of(1))}


def _save(
    sessions: RedisSessions,
    numbers: Iterator[int],
    total: int,
    redis: Client,
    record: bytes | None,
) -> Sample:
    dialogue = [
        Session(
            menu_version=12, turn=turn, screen="find_helpline", language="hi", heard="1*2",
            path=(Crumb("home"), Crumb("services")), shown="\u0915" * 60, at=1_763_888_400.0,
        )
        for turn in range(1, 5)
    ]  # fmt: skip
    keys = [(f"ussd:{one:032x}", f"{one:032x}") for one in islice(numbers, total)]

    def save() -> None:
        for (key, caller), session in zip(keys, cycle(dialogue), strict=False):
            left_off = LeftOff(caller_key=caller, session=session, seconds=_LEFT_OFF_SECONDS)
            sessions.save(
                key, session, expected_turn=0, ttl_seconds=180, left_off=left_off, turn=record
            )

    sample = timed(total, save, lambda: _script_seconds(redis))
    redis.flushall()
    return sample


def _script_seconds(redis: Client) -> float:
    counted = redis.info("commandstats").get("cmdstat_evalsha", {"usec": 0})
    return float(counted["usec"]) / 1e6


@contextmanager
def draining(scale: Scale) -> Iterator[Mapping[str, Round]]:
    """Raises Skipped."""
    with (
        home() as place,
        Redis(place).running() as redis,
        postgresql.bridge_in(place) as (bridge, beside),
    ):
        bridge.redis = connect(redis.url)
        yield {"drain-postgresql": partial(_drain, bridge, scale.webhooks * 20, beside)}


def _drain(bridge: Bridge, total: int, beside: Meter) -> Sample:
    """A stream that is full already: what the drainers do with no wait for anybody."""
    for start in range(0, total, 1000):
        with bridge.redis.pipeline(transaction=False) as pipe:
            for number in range(start, min(start + 1000, total)):
                pipe.xadd(TURNS, {b"t": record_of(number)})
            pipe.execute()
    drainers = bridge.drainers()

    def drain() -> None:
        with ThreadPoolExecutor(len(drainers)) as pool:
            deque(pool.map(_drain_all, drainers), maxlen=0)

    return timed(total, drain, beside)


def _drain_all(drainer: Drainer) -> None:
    while drainer.drain_some():
        pass
