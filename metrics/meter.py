"""The port through which everything counts. Who counts neither knows nor waits for who reads."""

from __future__ import annotations

from typing import Final, Protocol

from metrics.kinds import Counter, Histogram


class Meter(Protocol):
    """Never raises, never blocks on anything but memory. `words` are in the order of the labels."""

    def count(self, counter: Counter, *words: str) -> None: ...
    def time(self, histogram: Histogram, seconds: float, *words: str) -> None: ...


class Silent:
    """Counts nothing."""

    def count(self, counter: Counter, *words: str) -> None:
        pass

    def time(self, histogram: Histogram, seconds: float, *words: str) -> None:
        pass


SILENT: Final[Meter] = Silent()
