"""SIGTERM, Ctrl-C and a closed terminal all mean the same: finish, then end."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Final

STOPPING: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def stop_on_signals() -> threading.Event:
    """An event that the first of these signals sets. Further ones change nothing."""
    stop = threading.Event()

    def on_signal(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    for stopping in STOPPING:
        signal.signal(stopping, on_signal)
    return stop
