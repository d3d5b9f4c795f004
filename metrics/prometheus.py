"""The meter of a running bridge: counts into this process' files, for Prometheus to add up."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog
from prometheus_client.utils import floatToGoString

from metrics.folder import Folder
from metrics.kinds import Counter, Histogram
from metrics.store import Full, Store

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()

INFINITY: Final = float("inf")


@dataclass(slots=True)
class _Cell:
    """A number and where it lies; `store` None where the file could not take it."""

    store: Store | None
    place: int = 0
    value: float = 0.0

    def add(self, amount: float) -> None:
        self.value += amount
        if self.store is not None:
            self.store.set(self.place, self.value)


@dataclass(frozen=True, slots=True)
class _Timed:
    buckets: tuple[_Cell, ...]
    sum: _Cell


class PrometheusMeter:
    """Implements metrics.meter.Meter. Made before anything is there: the first count opens it."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._open: Callable[[str], Store] | None = None
        self._stores: dict[str, Store | None] = {}
        self._counters: dict[tuple[Counter, tuple[str, ...]], _Cell] = {}
        self._histograms: dict[tuple[Histogram, tuple[str, ...]], _Timed] = {}

    def count(self, counter: Counter, *words: str) -> None:
        key = (counter, words)
        with self._lock:
            cell = self._counters.get(key)
            if cell is None:
                known = (counter, counter.known(words))
                cell = self._counters.get(known) or self._new_counter(*known)
                self._counters[known] = cell
            cell.add(1.0)

    def time(self, histogram: Histogram, seconds: float, *words: str) -> None:
        key = (histogram, words)
        with self._lock:
            timed = self._histograms.get(key)
            if timed is None:
                known = (histogram, histogram.known(words))
                timed = self._histograms.get(known) or self._new_histogram(*known)
                self._histograms[known] = timed
            timed.buckets[bisect_left(histogram.buckets, seconds)].add(1.0)
            timed.sum.add(seconds)

    def _new_counter(self, counter: Counter, words: tuple[str, ...]) -> _Cell:
        labels = dict(zip(counter.labels, words, strict=True))
        name = counter.name.removesuffix("_total")
        return self._cell("counter", name, counter.name, labels, counter.meaning)

    def _new_histogram(self, histogram: Histogram, words: tuple[str, ...]) -> _Timed:
        labels = dict(zip(histogram.labels, words, strict=True))
        name = histogram.name

        def cell(sample: str, more: dict[str, str]) -> _Cell:
            return self._cell("histogram", name, sample, {**labels, **more}, histogram.meaning)

        limits = (*histogram.buckets, INFINITY)
        return _Timed(
            buckets=tuple(cell(f"{name}_bucket", {"le": _written(le)}) for le in limits),
            sum=cell(f"{name}_sum", {}),
        )

    def _cell(
        self, type_: str, metric: str, sample: str, labels: dict[str, str], meaning: str
    ) -> _Cell:
        """Where nothing can be written, nobody is kept from his work by that."""
        try:
            store = self._store(type_)
            place = store.add(metric, sample, labels, meaning) if store else 0
        except (Full, OSError) as fault:
            log.warning("not counted", metric=sample, why=type(fault).__name__)
            return _Cell(None)
        return _Cell(store, place)

    def _store(self, type_: str) -> Store | None:
        if type_ not in self._stores:
            self._stores[type_] = None  # tried once: a disk that is full would be asked each time
            if self._open is None:
                self._open = self._folder.join()
            self._stores[type_] = self._open(type_)
        return self._stores[type_]


def _written(limit: float) -> str:
    return str(floatToGoString(limit))  # type: ignore[no-untyped-call]
