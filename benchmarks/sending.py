"""The dispatcher: SMS that wait in the outbox go to a vendor on loopback, slow or not."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Final

from benchmarks import postgresql, vendor
from benchmarks.house import SLOW_GATEWAY, Home, Redis, bridge_in, home
from benchmarks.measuring import Meter, Round, Sample, Scale, timed
from benchmarks.webhooks import GATEWAY
from gateways.poster import FormPoster, Patience
from models import mt_queue
from outbound.outbox import NewMt
from outbound.wake import Wake
from telecom.clock import SystemClock
from telecom.msisdn import Msisdn
from telecom.statuses import MessageClass, MtStatus
from wiring import Bridge

LATENCY_SECONDS: Final = 0.05
MANY_THREADS: Final = 16
MOST_THREADS: Final = 64
A_CROWD_OF_THREADS: Final = 128
_TEXT: Final = "The app: https://sanket.example.in/l/Ab3dE6gH9jK"
_WAITING: Final = (MtStatus.QUEUED, MtStatus.CLAIMED, MtStatus.SUBMITTED)


@dataclass(frozen=True, slots=True)
class _Account:
    gateway: str
    taker: vendor.Vendor


@contextmanager
def on_sqlite(scale: Scale) -> Iterator[Mapping[str, Round]]:
    with _vendors() as (fast, slow, place), bridge_in(place) as bridge:
        send, few = _Sending(bridge, lambda: 0.0).send, bridge.settings.worker_threads
        yield {
            "send-0ms": partial(send, fast, few, scale.sends),
            "send-50ms": partial(send, slow, few, scale.sends // 4),
            "send-50ms-16": partial(send, slow, MANY_THREADS, scale.sends * 8),
            "send-0ms-64": partial(send, fast, MOST_THREADS, scale.sends * 8),
            "send-50ms-64": partial(send, slow, MOST_THREADS, scale.sends * 8),
            "send-50ms-128": partial(send, slow, A_CROWD_OF_THREADS, scale.sends * 8),
        }


@contextmanager
def on_postgresql(scale: Scale) -> Iterator[Mapping[str, Round]]:
    """Raises Skipped."""
    with _vendors() as (_, slow, place), postgresql.bridge_in(place) as (bridge, beside):
        send = _Sending(bridge, beside).send
        yield {
            "send-postgresql-16": partial(send, slow, MANY_THREADS, scale.sends * 8),
            "send-postgresql-64": partial(send, slow, MOST_THREADS, scale.sends * 8),
            "send-postgresql-128": partial(send, slow, A_CROWD_OF_THREADS, scale.sends * 8),
            "ask-50ms-16": partial(_only_ask, slow, MANY_THREADS, scale.sends * 8),
            "ask-50ms-64": partial(_only_ask, slow, MOST_THREADS, scale.sends * 8),
            "ask-50ms-128": partial(_only_ask, slow, A_CROWD_OF_THREADS, scale.sends * 8),
        }


@contextmanager
def _vendors() -> Iterator[tuple[_Account, _Account, Home]]:
    """One that answers at once and a slow one, and the folder of a bridge that knows both."""
    with (
        vendor.running() as fast,
        vendor.running(LATENCY_SECONDS) as slow,
        home(fast.base_url, slow.base_url) as place,
        Redis(place).running(),  # it holds the messages per second
    ):
        yield _Account(GATEWAY, fast), _Account(SLOW_GATEWAY, slow), place


@dataclass(frozen=True, slots=True)
class _Sending:
    bridge: Bridge
    beside: Meter
    numbers: Iterator[int] = field(default_factory=count)

    def send(self, to: _Account, threads: int, total: int) -> Sample:
        self._queue(to.gateway, total)
        before = to.taker.taken()
        sample = timed(total, partial(_send_all, self.bridge, threads), self.beside)
        if (taken := to.taker.taken() - before) != total:
            raise RuntimeError(f"the vendor took {taken} of {total}")
        return sample

    def _queue(self, gateway: str, total: int) -> None:
        with self.bridge.database.write() as conn:
            for number, _ in zip(self.numbers, range(total), strict=False):
                new = NewMt(
                    gateway=gateway,
                    to=Msisdn.parse(f"+9198{number:08d}", "IN"),
                    text=_TEXT,
                    message_class=MessageClass.RESULT,
                    dedupe_key=f"benchmark:{number}",
                )
                self.bridge.outbox.enqueue(conn, new)


def _send_all(bridge: Bridge, threads: int) -> None:
    stop = threading.Event()
    bridge.worker(UntilEmpty(bridge, stop), threads=threads).run(stop)


def _only_ask(to: _Account, threads: int, total: int) -> Sample:
    """The most that so many threads in flight can come to: the same client, the same vendor, and
    nothing else. Both take a moment themselves, so it is a little less than threads / latency.
    """
    poster = FormPoster(SystemClock(), Patience())
    form = {"to": "+919812345678", "message": _TEXT}

    def ask(share: range) -> None:
        for _ in share:
            poster.post(f"{to.taker.base_url}/version1/messaging", form, {"apiKey": "x"})

    with ThreadPoolExecutor(threads) as pool:
        shares = [range(first, total, threads) for first in range(threads)]
        return timed(total, lambda: list(pool.map(ask, shares)))


class UntilEmpty:
    """A worker's wake that stops it when everything is sent and recorded."""

    def __init__(self, bridge: Bridge, stop: threading.Event) -> None:
        self._bridge = bridge
        self._stop = stop
        self._wake = Wake()
        self.poke = self._wake.poke

    def wait(self, seconds: float) -> None:
        queue = mt_queue.measure(self._bridge.database, self._bridge.clock.now())
        if not any(queue.open[waiting] for waiting in _WAITING):
            self._stop.set()
            return
        self._wake.wait(seconds)
