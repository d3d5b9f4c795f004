"""SIGTERM, Ctrl-C and a closed terminal all mean the same: finish, then end. SIGUSR2: renew."""

from __future__ import annotations

import signal
import threading
from collections.abc import Sequence
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
    event = threading.Event()

    def on_signal(_signal: int, _frame: FrameType | None) -> None:
        event.set()

    for each in signals:
        signal.signal(each, on_signal)
    return event
