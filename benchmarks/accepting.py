"""Durable accepts: an event and the SMS that it causes, committed before anybody hears of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import count
from typing import Final

from benchmarks import postgresql, ringing
from benchmarks.house import bridge_in, home
from benchmarks.measuring import Meter, Round, Sample, Scale, timed
from benchmarks.ringing import Do, ring_at
from models.sealing import KEY_BYTES, Sealer
from models.shared_clock import DatabaseClock
from outbound.commitments import Cause, Commitments
from services.app_links import AppLinks
from telecom.keyed_hash import KeyedHash
from telecom.msisdn import Msisdn
from wiring import Bridge

THREADS: Final = 16  # as many as a web worker has
MANY: Final = 64  # webhooks in flight, as when a village rings at once
PROCESSES: Final = 2  # of web servers that share these, one for each core of a small host


@contextmanager
def on_sqlite(scale: Scale) -> Iterator[Mapping[str, Round]]:
    with home() as place, bridge_in(place) as bridge:
        yield _rounds("sqlite", bridge, scale, lambda: 0.0)


@contextmanager
def on_postgresql(scale: Scale) -> Iterator[Mapping[str, Round]]:
    """Raises Skipped."""
    with home() as place, postgresql.bridge_in(place) as (bridge, beside):
        url, share = bridge.settings.database_url, MANY // PROCESSES
        with (
            ringing.processes(place, url, PROCESSES, share) as both,
            ringing.processes(place, url, PROCESSES, share, are_pinned=True) as pinned,
        ):
            total = scale.accepts * 16
            yield {
                **_rounds("postgresql", bridge, scale, beside),
                "accept-postgresql-2x32": partial(both.ring, total, beside),
                "accept-postgresql-2x32-pinned": partial(pinned.ring, total, beside),
            }


def _rounds(name: str, bridge: Bridge, scale: Scale, beside: Meter) -> Mapping[str, Round]:
    accept, ring = _accept(bridge), ring_at(bridge)
    return {
        f"accept-{name}": partial(_side_by_side, accept, scale.accepts, beside, 1),
        f"accept-{name}-16": partial(_side_by_side, accept, scale.accepts, beside, THREADS),
        f"accept-{name}-64": partial(_side_by_side, ring, scale.accepts * 8, beside, MANY),
    }


def _side_by_side(accept: Do, total: int, beside: Meter, threads: int) -> Sample:
    with ThreadPoolExecutor(threads) as pool:
        ringing.side_by_side(pool, threads, accept, threads)  # their connections are open
        work = partial(ringing.side_by_side, pool, threads, accept, total)
        return timed(total, work, beside)


def _accept(bridge: Bridge) -> Do:
    """What a missed call does, without its webhook and its menu. Every call is a new one."""
    _, program = bridge.library.live()
    calls = count()
    commitments = Commitments(
        bridge.database,
        bridge.outbox,
        AppLinks(bridge.settings.public_url),
        Sealer(bytes(KEY_BYTES)),
        KeyedHash(bytes(KEY_BYTES)),
        DatabaseClock(bridge.clock),
        bridge.guard,
        lambda _: None,
    )

    def accept(_: int) -> None:
        number = next(calls)
        cause = Cause(
            gateway="india",
            kind="missed_call",
            event_id=f"call-{number}",
            party=Msisdn.parse(f"+9198{number:08d}", "IN"),
            decision="answered",
        )
        if not commitments.commit(cause, program, (), answer="You rang, we write."):
            raise RuntimeError("a new call was taken for a repeat")

    return accept
