"""What Prometheus reads: the sums of all processes, and what gauges show at this moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from metrics.folder import Folder
from metrics.kinds import Gauge, Reading

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4


def write_page(folder: Folder, readings: Callable[[], Iterable[Reading]]) -> str:
    """The text format. A folder that cannot be read costs the sums, not the gauges."""
    registry = CollectorRegistry()
    registry.register(_Everything(folder, readings))
    return generate_latest(registry).decode()


class _Everything(Collector):
    def __init__(self, folder: Folder, readings: Callable[[], Iterable[Reading]]) -> None:
        self._folder = folder
        self._readings = readings

    def describe(self) -> Iterable[Metric]:
        return ()  # else the registry would collect everything once more to learn the names

    def collect(self) -> Iterator[Metric]:
        with suppress(OSError):
            yield from self._folder.sums()
        families: dict[Gauge, GaugeMetricFamily] = {}
        for reading in self._readings():
            gauge = reading.gauge
            if gauge not in families:
                families[gauge] = GaugeMetricFamily(
                    gauge.name, gauge.meaning, labels=[*gauge.labels]
                )
            families[gauge].add_metric(gauge.known(reading.words), reading.value)
        yield from families.values()
