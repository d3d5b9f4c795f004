"""A data set alone, with the answers of many different callers: what a search costs and takes."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial

from benchmarks.measuring import Round, Sample, Scale, Skipped
from benchmarks.tables import Table, table_of
from menu.choices import MOST_FOUND

SIZES = (1_000, 50_000)


@contextmanager
def rounds(scale: Scale) -> Iterator[Mapping[str, Round]]:
    yield {f"search-{size}": partial(_search, {}, size, scale) for size in SIZES}


def _search(known: dict[int, Table], size: int, scale: Scale) -> Sample:
    """Waits are CPU seconds of this thread: on a shared machine the clock tells of the others."""
    if size > scale.largest_table:
        raise Skipped("too large for a quick look")
    if size not in known:
        known[size] = table_of(size)
    rows, answers = known[size].rows, known[size].answers
    waits = []
    gc.collect()
    begun = time.perf_counter()
    for number in range(scale.searches):
        cpu = time.thread_time()
        rows.search(answers[number % len(answers)], MOST_FOUND + 1)
        waits.append(time.thread_time() - cpu)
    wall = time.perf_counter() - begun
    return Sample(count=len(waits), wall_seconds=wall, cpu_seconds=sum(waits), waits=waits)
