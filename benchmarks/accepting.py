"""Durable accepts: an event and the SMS that it causes, committed before anybody hears of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import count
from typing import Final

from benchmarks import postgresql
from benchmarks.house import bridge_in, home
from benchmarks.measuring import Meter, Round, Sample, Scale, timed
from benchmarks.webhooks import DIALOGUES, FORM_TYPE, GATEWAY, SECRET
from gateways.webhook import Result, WebhookRequest
from models.sealing import KEY_BYTES, Sealer
from models.shared_clock import DatabaseClock
from outbound.commitments import Cause, Commitments
from services.app_links import AppLinks
from telecom.keyed_hash import KeyedHash
from telecom.msisdn import Msisdn
from web.edge import Edge
from wiring import Bridge

THREADS: Final = 16  # as many as a web worker has
MANY: Final = 64  # webhooks in flight in one process, as when a village rings at once


@contextmanager
def on_sqlite(scale: Scale) -> Iterator[Mapping[str, Round]]:
    with home() as place, bridge_in(place) as bridge:
        yield _rounds("sqlite", bridge, scale, lambda: 0.0)


@contextmanager
def on_postgresql(scale: Scale) -> Iterator[Mapping[str, Round]]:
    """Raises Skipped."""
    with home() as place, postgresql.bridge_in(place) as (bridge, beside):
        yield _rounds("postgresql", bridge, scale, beside)


def _rounds(name: str, bridge: Bridge, scale: Scale, beside: Meter) -> Mapping[str, Round]:
    accept, ring = _accept(bridge), _ring(bridge)
    return {
        f"accept-{name}": partial(_one_by_one, accept, scale.accepts, beside),
        f"accept-{name}-16": partial(_side_by_side, accept, scale.accepts, beside, THREADS),
        f"accept-{name}-64": partial(_side_by_side, ring, scale.accepts * 8, beside, MANY),
    }


def _one_by_one(accept: Callable[[int], None], total: int, beside: Meter) -> Sample:
    return timed(total, lambda: _all_of(accept, range(total)), beside)


def _side_by_side(accept: Callable[[int], None], total: int, beside: Meter, threads: int) -> Sample:
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(accept, range(threads)))  # their connections are open from here on
        # One task a thread: to hand out each call by itself would cost a tenth of what is measured.
        shares = [range(first, total, threads) for first in range(threads)]
        return timed(total, lambda: list(pool.map(partial(_all_of, accept), shares)), beside)


def _all_of(accept: Callable[[int], None], calls: range) -> None:
    deque(map(accept, calls), maxlen=0)


def _ring(bridge: Bridge) -> Callable[[int], None]:
    """A missed call through the edge: proof, form, menu, language and link, but no web server."""
    edge = Edge(lambda: bridge.gateways, bridge.meter)
    (webhook,) = DIALOGUES["missed-call"]
    callers = count()

    def ring(_: int) -> None:
        request = WebhookRequest(
            method="POST",
            path=webhook.path,
            query="",
            headers={"content-type": FORM_TYPE},
            body=webhook.body(next(callers)),
            client="127.0.0.1",
        )
        answer = edge.answer("missed_call", GATEWAY, SECRET, request, bridge.missed_call.ring)
        if answer.result is not Result.ACCEPTED:
            raise RuntimeError(f"a call is {answer.result}")

    return ring


def _accept(bridge: Bridge) -> Callable[[int], None]:
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
