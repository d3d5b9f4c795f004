"""What a metric is: its name, what it says, and every word that its labels may have."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

UNKNOWN: Final = "unknown"  # what is counted instead of a word that is not in the catalogue

# Names of gateways.yaml: few, and none of them comes from outside.
GATEWAY: Final[Collection[str] | None] = None

Labels = Mapping[str, Collection[str] | None]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Metric:
    """`labels` in their order, each with its closed list of words; None: names of gateways."""

    name: str
    meaning: str
    labels: Labels = field(default_factory=dict)

    def known(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """The words with those replaced that no list has, so that nobody makes series at will."""
        pairs = zip(words, self.labels.values(), strict=True)
        return tuple(
            str(word) if allowed is None or word in allowed else UNKNOWN for word, allowed in pairs
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Counter(Metric):
    """Only ever rises; its name ends in `_total`."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Histogram(Metric):
    """Seconds; its name ends in `_seconds`."""

    buckets: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Gauge(Metric):
    """Asked when somebody looks, in the process that is asked."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a gauge shows."""

    gauge: Gauge
    value: float
    words: tuple[str, ...] = ()
