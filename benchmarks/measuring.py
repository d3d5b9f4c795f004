"""What one round brings: how many, how long, how much CPU. No time is ever judged here."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

Meter = Callable[[], float]  # CPU seconds so far


class Skipped(Exception):
    """This benchmark cannot run here; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """`beside_seconds` is the CPU of those that helped: Redis, database, dispatcher.

    `waits` are seconds, one a webhook; empty where they would say nothing more.
    """

    count: int
    wall_seconds: float
    cpu_seconds: float
    beside_seconds: float = 0.0
    asking_seconds: float = 0.0
    waits: Sequence[float] = ()


Round = Callable[[], Sample]  # raises Skipped


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How much is done: the seconds of an HTTP round, and counts for one round of the others."""

    rounds: int
    seconds: float
    webhooks: int
    steps: int
    sends: int
    accepts: int
    largest_menu: int = 10_000
    searches: int = 4_000
    largest_table: int = 50_000
    dialogues: int = 10_000


FULL: Final = Scale(rounds=5, seconds=2.0, webhooks=1000, steps=100_000, sends=400, accepts=1000)
QUICK: Final = Scale(
    rounds=1,
    seconds=0.3,
    webhooks=24,
    steps=500,
    sends=24,
    accepts=48,
    largest_menu=1_000,
    searches=100,
    largest_table=1_000,
    dialogues=50,
)


def timed(count: int, work: Callable[[], object], beside: Meter = lambda: 0.0) -> Sample:
    """`work` does all `count` of them, in this process."""
    gc.collect()  # what an earlier benchmark left is not this one's
    others, cpu, begun = beside(), time.process_time(), time.perf_counter()
    work()
    wall = time.perf_counter() - begun
    return Sample(
        count=count,
        wall_seconds=wall,
        cpu_seconds=time.process_time() - cpu,
        beside_seconds=beside() - others,
    )


def quantile(waits: Sequence[float], share: float) -> float:
    return sorted(waits)[min(len(waits) - 1, int(len(waits) * share))]
