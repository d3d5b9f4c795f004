"""SIGTERM, Ctrl-C and a closed terminal all mean the same: finish, then end. SIGUSR2: renew."""

from __future__ import annotations

import signal
import threading
from collections.abc import Sequence
from queue import SimpleQueue
from types import FrameType
from typing import Final

STOPPING: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
RENEWING: Final = (signal.SIGUSR2,)


def stop_on_signals() -> threading.Event:
    """An event that the first of these signals sets. Further ones change nothing."""
    return _event_of(STOPPING)


def renew_on_signals() -> threading.Event:
    """An event that is set by each of those that ask for new processes; whoever obeys clears it."""
    return _event_of(RENEWING)


def _event_of(signals: Sequence[signal.Signals]) -> threading.Event:
    """An event that another thread sets, not the handler.

    A handler runs in the main thread, between any two of its instructions, and so perhaps while
    that thread, in `Event.wait`, holds the lock that `Event.set` would wait for, for ever. A
    SimpleQueue is the one of the library that may be told from a handler.
    """
    event = threading.Event()
    told: SimpleQueue[int] = SimpleQueue()

    def on_signal(signal_number: int, _frame: FrameType | None) -> None:
        told.put(signal_number)

    def set_when_told() -> None:
        while True:
            told.get()
            event.set()

    threading.Thread(target=set_when_told, name="signals", daemon=True).start()
    for each in signals:
        signal.signal(each, on_signal)
    return event
