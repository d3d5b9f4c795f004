"""Keeps a dispatcher and a reaper running until told to stop. Survives whatever they raise."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from itertools import count
from queue import SimpleQueue
from typing import Final

import structlog

from models.database import DatabaseDown
from models.mt_moves import Claim, Way
from outbound.dispatcher import Dispatcher
from outbound.feeder import Feeder
from outbound.outcomes import Taken
from outbound.reaper import Reaper
from outbound.recording import Intent
from outbound.traffic import Traffic
from outbound.wake import Waiting, Wake
from telecom.faults import report

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()

DEAF_SECONDS: Final = 0.2  # how often an idle worker looks that nobody can tell of new rows
IDLE_SECONDS: Final = 2.0  # and one who is told: what he was not told of waits no longer
SWEEP_SECONDS: Final = 5.0
HEARTBEAT_SWEEPS: Final = 6  # a line every half minute: its absence is the alarm
_LONGEST_REST_SECONDS: Final = 5.0


class Worker:
    """`threads` send at once; one more claims for all, writes their intents, gives each what may
    go now, and records what was taken.

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
        self._given: SimpleQueue[Intent | None] = SimpleQueue()
        self._ended: deque[tuple[Intent, Taken]] = deque()
        self._busy = 0
        self._counting = threading.Lock()
        self._freed = Wake()
        self._idle_seconds = DEAF_SECONDS

    def poke(self) -> None:
        """Something may wait to be sent."""
        self._feeder.look_again()
        self._wake.poke()

    def hears(self, is_told: bool) -> None:
        """Whether somebody pokes when there is something new: then it looks less often itself."""
        self._idle_seconds = IDLE_SECONDS if is_told else DEAF_SECONDS

    def idle_seconds(self) -> float:
        """After how long it looks by itself whether there is something new."""
        return self._idle_seconds

    def run(self, stop: threading.Event) -> None:
        """Blocks until `stop`; then claims nothing more, ends what is in flight, and returns.

        It returns within one lease, even if a send hangs: such a row becomes unknown.
        """
        threads = [
            threading.Thread(target=self._send_until, name=f"sender-{n}", daemon=True)
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
        for _ in range(self._threads):
            self._given.put(None)
        while self._busy or self._ended:
            self._survived(self._record_ended)
            if self._busy:
                self._freed.wait(DEAF_SECONDS)

    def _feed(self) -> None:
        free = self._threads - self._busy
        if free <= 0:
            self._feeder.stock(self._threads)
            self._freed.wait(IDLE_SECONDS)
            return
        wait = self._feeder.feed(free)
        if wait > 0 and self._ended:
            self._record_ended()
        elif wait > 0:
            self._wake.wait(min(wait, self._idle_seconds))
            if wait >= self._idle_seconds:
                self._feeder.look_again()

    def _give(self, ready: Sequence[tuple[Claim, Way]]) -> None:
        """Each to a thread that is free and calls at once."""
        turn = self._dispatcher.turn_over(self._take_ended(), ready)
        with self._counting:
            self._busy += len(turn.intents)
        for intent in turn.intents:
            self._given.put(self._dispatcher.opened(intent))
        self._dispatcher.follow(turn)

    def _record_ended(self) -> None:
        self._dispatcher.follow(self._dispatcher.turn_over(self._take_ended(), ()))

    def _take_ended(self) -> Sequence[tuple[Intent, Taken]]:
        return [self._ended.popleft() for _ in range(len(self._ended))]

    def _send_until(self) -> None:
        while (intent := self._given.get()) is not None:
            self._survived(lambda: self._send(intent))
            with self._counting:
                self._busy -= 1
            self._freed.poke()
            self._wake.poke()

    def _send(self, intent: Intent) -> None:
        outcome = self._dispatcher.call(intent)
        if isinstance(outcome, Taken):
            self._ended.append((intent, outcome))
        else:
            self._dispatcher.record(intent, outcome)

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
        for sender in senders:
            sender.join(max(0.0, latest - self._monotonic()))
        hanging = sum(sender.is_alive() for sender in senders)
        if hanging:
            log.error("worker stops", owner=self._dispatcher.owner, why=f"{hanging} sends hang")
        try:
            self._dispatcher.record_leftovers()
            self._dispatcher.release(self._feeder.held)
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
