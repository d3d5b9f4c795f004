"""Asks what callers are likely to ask next, behind their backs: few at a time, and never for long.

Nobody waits for it, and it makes nobody wait: what finds no room is dropped. The answer lies in the
cache of services then, or is on its way for whoever asks the same.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from queue import Empty, Full, Queue
from typing import Final

from menu.service_parts import Service
from menu.services import Inquiry, Reply
from metrics.catalogue import SERVICE_PREFETCHES
from metrics.meter import SILENT, Meter
from telecom.faults import report

THREADS: Final = 2
MOST_WAITING: Final = 16
STALE_SECONDS: Final = 2.0  # by then the caller has asked himself, or went elsewhere
IDLE_SECONDS: Final = 30.0  # without work a thread ends
ASKED: Final = "asked"
DROPPED: Final = "dropped"


class Prefetcher:
    """`ask` respects the service's breaker, its cache, and whoever asks the same just now."""

    def __init__(
        self,
        ask: Callable[[Service, Inquiry], Reply],
        meter: Meter = SILENT,
        *,
        threads: int = THREADS,
        most_waiting: int = MOST_WAITING,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ask = ask
        self._meter = meter
        self._most_threads = threads
        self._waiting: Queue[tuple[float, Service, Inquiry]] = Queue(most_waiting)
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._threads = 0
        self._idle = 0

    def prefetch(self, inquiry: Inquiry) -> None:
        """At once. Only what a menu declares can be asked ahead. Never raises."""
        service = inquiry.declared
        if service is None:
            return
        try:
            self._waiting.put_nowait((self._monotonic(), service, inquiry))
        except Full:
            self._meter.count(SERVICE_PREFETCHES, service.name, DROPPED)
            return
        self._see_to_a_thread()

    def _see_to_a_thread(self) -> None:
        with self._lock:
            if self._idle >= self._waiting.qsize() or self._threads >= self._most_threads:
                return
            self._threads += 1
        try:
            threading.Thread(target=self._work, name="prefetch", daemon=True).start()
        except RuntimeError:  # no thread is to be had: what waits grows too old, and is dropped
            with self._lock:
                self._threads -= 1

    def _work(self) -> None:
        while True:
            with self._lock:
                self._idle += 1
            try:
                since, service, inquiry = self._waiting.get(timeout=IDLE_SECONDS)
            except Empty:
                with self._lock:
                    self._idle -= 1
                    if self._waiting.empty():
                        self._threads -= 1
                        return
                continue
            with self._lock:
                self._idle -= 1
            if self._monotonic() - since > STALE_SECONDS:
                self._meter.count(SERVICE_PREFETCHES, service.name, DROPPED)
                continue
            self._meter.count(SERVICE_PREFETCHES, service.name, ASKED)
            try:
                self._ask(service, inquiry)
            except Exception as fault:  # whatever it is, the next one is asked
                report("service failed", fault, service=service.name)
