"""SIGTERM, Ctrl-C and a closed terminal all mean the same: finish, then end."""

from __future__ import annotations

import signal
import threading
from queue import SimpleQueue
from types import FrameType
from typing import Final

STOPPING: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def stop_on_signals() -> threading.Event:
    """An event that the first of these signals sets. Further ones change nothing.

    The handler runs in the main thread, between any two of its instructions, and so perhaps while
    that thread, in `Event.wait`, holds the lock that `Event.set` would wait for, for ever. So
    another thread sets the event; a SimpleQueue is the one of the library that may be told from a
    handler.
    """
    stop = threading.Event()
    told: SimpleQueue[int] = SimpleQueue()

    def on_signal(signal_number: int, _frame: FrameType | None) -> None:
        told.put(signal_number)

    def set_when_told() -> None:
        told.get()
        stop.set()

    threading.Thread(target=set_when_told, name="stop-signals", daemon=True).start()
    for stopping in STOPPING:
        signal.signal(stopping, on_signal)
    return stop
