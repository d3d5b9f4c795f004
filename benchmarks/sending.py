"""The dispatcher: SMS that wait in the outbox go to a vendor on loopback, slow or not."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import count
from typing import Final

from benchmarks import vendor
from benchmarks.house import SLOW_GATEWAY, Redis, bridge_in, home
from benchmarks.measuring import Round, Sample, Scale, timed
from benchmarks.webhooks import GATEWAY
from models import mt_queue
from outbound.outbox import NewMt
from telecom.msisdn import Msisdn
from telecom.statuses import MessageClass, MtStatus
from wiring import Bridge

LATENCY_SECONDS: Final = 0.05
MANY_THREADS: Final = 16
MOST_THREADS: Final = 64
A_CROWD_OF_THREADS: Final = 128


@contextmanager
def rounds(scale: Scale) -> Iterator[Mapping[str, Round]]:
    with ExitStack() as opened:
        fast = opened.enter_context(vendor.running())
        slow = opened.enter_context(vendor.running(LATENCY_SECONDS))
        place = opened.enter_context(home(fast.base_url, slow.base_url))
        opened.enter_context(Redis(place).running())  # it holds the messages per second
        bridge = opened.enter_context(bridge_in(place))
        numbers = count()

        def send(gateway: str, taker: vendor.Vendor, threads: int, total: int) -> Sample:
            _queue(bridge, gateway, total, numbers)
            before = taker.taken()
            sample = timed(total, partial(_send_all, bridge, threads))
            if (taken := taker.taken() - before) != total:
                raise RuntimeError(f"the vendor took {taken} of {total}")
            return sample

        few = bridge.settings.worker_threads
        yield {
            "send-0ms": partial(send, GATEWAY, fast, few, scale.sends),
            "send-50ms": partial(send, SLOW_GATEWAY, slow, few, scale.sends // 4),
            "send-50ms-16": partial(send, SLOW_GATEWAY, slow, MANY_THREADS, scale.sends),
            "send-0ms-64": partial(send, GATEWAY, fast, MOST_THREADS, scale.sends * 4),
            "send-50ms-64": partial(send, SLOW_GATEWAY, slow, MOST_THREADS, scale.sends * 4),
            "send-50ms-128": partial(send, SLOW_GATEWAY, slow, A_CROWD_OF_THREADS, scale.sends * 4),
        }


def _queue(bridge: Bridge, gateway: str, total: int, numbers: Iterator[int]) -> None:
    with bridge.database.write() as conn:
        for number, _ in zip(numbers, range(total), strict=False):
            new = NewMt(
                gateway=gateway,
                to=Msisdn.parse(f"+9198{number:08d}", "IN"),
                text="The app: https://sanket.example.in/l/Ab3dE6gH9jK",
                message_class=MessageClass.RESULT,
                dedupe_key=f"benchmark:{number}",
            )
            bridge.outbox.enqueue(conn, new)


def _send_all(bridge: Bridge, threads: int) -> None:
    stop = threading.Event()
    bridge.worker(UntilEmpty(bridge, stop), threads=threads).run(stop)


class UntilEmpty:
    """A worker's wake that stops it when nothing is left to send. What was given, it ends."""

    def __init__(self, bridge: Bridge, stop: threading.Event) -> None:
        self._bridge = bridge
        self._stop = stop

    def wait(self, seconds: float) -> None:
        queue = mt_queue.measure(self._bridge.database, self._bridge.clock.now())
        if not queue.open[MtStatus.QUEUED] + queue.open[MtStatus.CLAIMED]:
            self._stop.set()
        self._stop.wait(seconds)

    def poke(self) -> None: ...
