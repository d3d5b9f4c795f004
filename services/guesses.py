"""Holds up whoever tries codes of short links. In memory, of this process alone."""

from __future__ import annotations

import threading
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from typing import Final

WINDOW_SECONDS: Final = 60.0
MOST_MISSES: Final = 60  # of one address in a window: thousands of people may share it
MOST_ADDRESSES: Final = 10_000


class Guesses:
    """`monotonic` in seconds. Any thread may ask."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._misses: dict[str, int] = {}
        self._since = monotonic()
        self._lock = threading.Lock()

    def may_try(self, address: str) -> bool:
        with self._lock:
            self._turn_window()
            return self._misses.get(_network_of(address), 0) < MOST_MISSES

    def missed(self, address: str) -> None:
        """He had a code that nobody made."""
        with self._lock:
            self._turn_window()
            whose = _network_of(address)
            if whose in self._misses or len(self._misses) < MOST_ADDRESSES:
                self._misses[whose] = self._misses.get(whose, 0) + 1

    def _turn_window(self) -> None:
        now = self._monotonic()
        if now - self._since >= WINDOW_SECONDS:
            self._misses, self._since = {}, now


def _network_of(address: str) -> str:
    """One household has a whole /64 of IPv6."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((parsed, 64), strict=False)) if parsed.version == 6 else str(parsed)
