"""Callers of one process who ask the same at the same time: one asks, the others wait for him."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from menu.services import Reply


@dataclass(slots=True)
class Flight:
    _landed: threading.Event = field(default_factory=threading.Event)
    _reply: Reply | None = None

    def land(self, reply: Reply) -> None:
        self._reply = reply
        self._landed.set()

    def wait(self, seconds: float) -> Reply | None:
        """What it came to; None where it did not in time."""
        self._landed.wait(max(seconds, 0.0))
        return self._reply


class Flights:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: dict[str, Flight] = {}

    def join(self, question: str) -> tuple[Flight, bool]:
        """The flight, and whether this caller is the one who asks; he must `land` it."""
        with self._lock:
            flight = self._under_way.get(question)
            if flight is not None:
                return flight, False
            flight = self._under_way[question] = Flight()
            return flight, True

    def land(self, question: str, flight: Flight, reply: Reply) -> None:
        with self._lock:
            if self._under_way.get(question) is flight:
                del self._under_way[question]
        flight.land(reply)
