"""How an idle worker waits: a while, or until somebody pokes it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol


class Waiting(Protocol):
    def wait(self, seconds: float) -> None:
        """Returns after `seconds`, or earlier."""
        ...

    def poke(self) -> None:
        """Ends a wait, or the next one."""
        ...


class Wake:
    """For the threads of one process. Other processes ring a bell (`state.bell`)."""

    def __init__(self) -> None:
        self._poked = threading.Event()

    def poke(self) -> None:
        """There is something to send. Call it after the commit."""
        self._poked.set()

    def wait(self, seconds: float) -> None:
        self._poked.wait(seconds)
        self._poked.clear()


def _nobody() -> None: ...


@dataclass(frozen=True, slots=True)
class Rings:
    """Tell the dispatchers of all processes, after the commit, what waits for them now."""

    sms: Callable[[], None] = _nobody
    calls: Callable[[], None] = _nobody
    late_answers: Callable[[], None] = _nobody


SILENT: Final = Rings()
