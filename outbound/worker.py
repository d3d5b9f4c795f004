"""Keeps a dispatcher and a reaper running until told to stop. Survives whatever they raise."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from itertools import count
from queue import SimpleQueue
from typing import Final

import structlog

from models.database import DatabaseDown
from models.mt_moves import Claim, Way
from outbound.dispatcher import Dispatcher
from outbound.faults import report
from outbound.feeder import Feeder
from outbound.reaper import Reaper
from outbound.traffic import Traffic
from outbound.wake import Waiting, Wake

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()

DEAF_SECONDS: Final = 0.2  # how often an idle worker looks that nobody can tell of new rows
IDLE_SECONDS: Final = 2.0  # and one who is told: what he was not told of waits no longer
SWEEP_SECONDS: Final = 5.0
HEARTBEAT_SWEEPS: Final = 6  # a line every half minute: its absence is the alarm
_LONGEST_REST_SECONDS: Final = 5.0


class Worker:
    """`threads` send at once; one more claims for all, and gives each what may go now.

    So one hanging gateway call holds up a single row, not a batch.
    """

    def __init__(
        self,
        dispatcher: Dispatcher,
        reaper: Reaper,
        traffic: Traffic,
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
        self._feeder = Feeder(dispatcher, traffic, self._give, monotonic)
        self._given: SimpleQueue[tuple[Claim, Way] | None] = SimpleQueue()
        self._busy = 0
        self._counting = threading.Lock()
        self._freed = Wake()
        self._not_begun: deque[Claim] = deque()
        self._idle_seconds = DEAF_SECONDS

    def poke(self) -> None:
        """Something may wait to be sent."""
        self._feeder.look_again()
        self._wake.poke()

    def hears(self, is_told: bool) -> None:
        """Whether somebody pokes when there is something new: then it looks less often itself."""
        self._idle_seconds = IDLE_SECONDS if is_told else DEAF_SECONDS

    def run(self, stop: threading.Event) -> None:
        """Blocks until `stop`; then claims nothing more, ends what is in flight, and returns.

        It returns within one lease, even if a send hangs: such a row becomes unknown.
        """
        threads = [
            threading.Thread(target=self._send_until, args=(stop,), name=f"sender-{n}", daemon=True)
            for n in range(self._threads)
        ]
        feeder = threading.Thread(
            target=self._feed_until, args=(stop,), name="sender-feeder", daemon=True
        )
        for thread in (*threads, feeder):
            thread.start()
        self._reap_until(stop)
        self._wake.poke()
        self._freed.poke()
        self._finish(feeder, threads)

    def _feed_until(self, stop: threading.Event) -> None:
        troubles = 0
        while not stop.is_set():
            if self._survived(self._feed):
                troubles = 0
            else:
                troubles += 1
                self._wake.wait(min(DEAF_SECONDS * 2**troubles, _LONGEST_REST_SECONDS))

    def _feed(self) -> None:
        free = self._threads - self._busy
        if free <= 0:
            self._freed.wait(IDLE_SECONDS)
            return
        wait = self._feeder.feed(free)
        if wait > 0:
            self._wake.wait(min(wait, self._idle_seconds))
            if wait >= self._idle_seconds:
                self._feeder.look_again()

    def _give(self, claim: Claim, way: Way) -> None:
        with self._counting:
            self._busy += 1
        self._given.put((claim, way))

    def _send_until(self, stop: threading.Event) -> None:
        while (given := self._given.get()) is not None:
            claim, way = given
            if stop.is_set():
                self._not_begun.append(claim)
            else:
                self._survived(lambda: self._dispatcher.submit(claim, way))  # noqa: B023
            with self._counting:
                was_full = self._busy >= self._threads
                self._busy -= 1
            if was_full:
                self._freed.poke()

    def _reap_until(self, stop: threading.Event) -> None:
        for sweeps in count():
            self._survived(self._sweep)
            if sweeps % HEARTBEAT_SWEEPS == 0:
                claimed = len(self._feeder.held)
                log.info("worker alive", owner=self._dispatcher.owner, claimed=claimed)
            if stop.wait(SWEEP_SECONDS):
                return

    def _sweep(self) -> None:
        self._reaper.sweep()
        self._beat()

    def _finish(self, feeder: threading.Thread, senders: list[threading.Thread]) -> None:
        latest = self._monotonic() + self._dispatcher.lease_seconds
        feeder.join(max(0.0, latest - self._monotonic()))
        for _ in senders:
            self._given.put(None)
        for sender in senders:
            sender.join(max(0.0, latest - self._monotonic()))
        hanging = sum(sender.is_alive() for sender in senders)
        if hanging:
            log.error("worker stops", owner=self._dispatcher.owner, why=f"{hanging} sends hang")
        try:
            self._dispatcher.record_leftovers()
            self._dispatcher.release([*self._feeder.held, *self._not_begun])
        except DatabaseDown as error:
            log.warning("claims not given back", owner=self._dispatcher.owner, why=str(error))

    def _survived(self, work: Callable[[], None]) -> bool:
        """A worker that dies of one bad row or one bad minute is worse than either."""
        try:
            work()
        except DatabaseDown as error:
            log.warning("database down", owner=self._dispatcher.owner, why=str(error))
        except Exception as error:
            report("worker goes on", error, owner=self._dispatcher.owner)
        else:
            return True
        return False
