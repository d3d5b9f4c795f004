"""Keeps a dispatcher and a reaper running until told to stop. Survives whatever they raise."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from itertools import count
from typing import Final

import structlog

from models.database import DatabaseDown
from models.mt_moves import Claim
from outbound.dispatcher import Dispatcher
from outbound.faults import report
from outbound.reaper import Reaper
from outbound.wake import Waiting, Wake

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()

IDLE_SECONDS: Final = 0.2
SWEEP_SECONDS: Final = 5.0
HEARTBEAT_SWEEPS: Final = 6  # a line every half minute: its absence is the alarm
_LONGEST_REST_SECONDS: Final = 5.0


class Worker:
    """`threads` send at once; one of them at a time claims for all, the rest take from its claims.

    So one hanging gateway call holds up a single row, not a batch.
    """

    def __init__(
        self,
        dispatcher: Dispatcher,
        reaper: Reaper,
        *,
        threads: int = 4,
        wake: Waiting | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        beat: Callable[[], None] = lambda: None,
    ) -> None:
        """`beat` is called after each round of the reaper that the database let pass."""
        self._dispatcher = dispatcher
        self._reaper = reaper
        self._threads = threads
        self._wake = wake or Wake()
        self._monotonic = monotonic
        self._beat = beat
        self._claiming = threading.Lock()
        self._claimed: deque[Claim] = deque()

    def run(self, stop: threading.Event) -> None:
        """Blocks until `stop`; then claims nothing more, ends what is in flight, and returns.

        It returns within one lease, even if a send hangs: such a row becomes unknown.
        """
        senders = [
            threading.Thread(target=self._send_until, args=(stop,), name=f"sender-{n}", daemon=True)
            for n in range(self._threads)
        ]
        for sender in senders:
            sender.start()
        self._reap_until(stop)
        self._finish(senders)

    def _send_until(self, stop: threading.Event) -> None:
        troubles = 0
        while not stop.is_set():
            if self._survived(self._send_next, stop):
                troubles = 0
            else:
                troubles += 1
                self._wake.wait(min(IDLE_SECONDS * 2**troubles, _LONGEST_REST_SECONDS))

    def _send_next(self, stop: threading.Event) -> None:
        claim = self._next(stop)
        if claim is None:
            self._wake.wait(IDLE_SECONDS)
        else:
            self._dispatcher.submit(claim)

    def _next(self, stop: threading.Event) -> Claim | None:
        with self._claiming:
            if stop.is_set():
                return None
            if not self._claimed:
                self._claimed.extend(self._dispatcher.claim())
            return self._claimed.popleft() if self._claimed else None

    def _reap_until(self, stop: threading.Event) -> None:
        for sweeps in count():
            self._survived(self._sweep, stop)
            if sweeps % HEARTBEAT_SWEEPS == 0:
                log.info("worker alive", owner=self._dispatcher.owner, claimed=len(self._claimed))
            if stop.wait(SWEEP_SECONDS):
                return

    def _sweep(self, _stop: threading.Event) -> None:
        self._reaper.sweep()
        self._beat()

    def _finish(self, senders: list[threading.Thread]) -> None:
        latest = self._monotonic() + self._dispatcher.lease_seconds
        for sender in senders:
            sender.join(max(0.0, latest - self._monotonic()))
        hanging = sum(sender.is_alive() for sender in senders)
        if hanging:
            log.error("worker stops", owner=self._dispatcher.owner, why=f"{hanging} sends hang")
        try:
            self._dispatcher.record_leftovers()
            self._dispatcher.release(self._claimed)
        except DatabaseDown as error:
            log.warning("claims not given back", owner=self._dispatcher.owner, why=str(error))

    def _survived(self, work: Callable[[threading.Event], None], stop: threading.Event) -> bool:
        """A worker that dies of one bad row or one bad minute is worse than either."""
        try:
            work(stop)
        except DatabaseDown as error:
            log.warning("database down", owner=self._dispatcher.owner, why=str(error))
        except Exception as error:
            report("worker goes on", error, owner=self._dispatcher.owner)
        else:
            return True
        return False
