"""A look-up in a table of a million rows: what it costs, on an index that is made first."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks.measuring import Round, Sample, Scale, Skipped
from menu.compiler import compile_published
from menu.table_parts import TableFile
from services.tables import Tables

ROWS: Final = 1_000_000
NAME: Final = "lookup-1000000"
_MENU: Final = """version: 1
name: Places
languages: [en]
entry_points: { ussd: { "*384*7#": home } }
services:
  places:
    table: { file: places.csv, exact: { pin: pin } }
    takes: { pin: text }
    gives: { place: {}, district: {}, state: {} }
screens: { home: { text: Hello., end: true } }
"""


@contextmanager
def rounds(scale: Scale) -> Iterator[Mapping[str, Round]]:
    with tempfile.TemporaryDirectory(prefix="sanket-") as name:
        yield {NAME: partial(_look_up, Path(name), scale)}


def _look_up(folder: Path, scale: Scale) -> Sample:
    """Waits are CPU seconds of this thread: on a shared machine the clock tells of the others."""
    if scale.largest_table < 50_000:
        raise Skipped("too large for a quick look")
    service = compile_published({"menus.yaml": _MENU}).services["places"]
    way, tables = service.way, Tables(folder, folder / "var")
    if not isinstance(way, TableFile):
        raise TypeError(way)
    if not (folder / way.file).exists():
        _write(folder / way.file)
    tables.load(service, way)
    draw = random.Random(4)  # noqa: S311 - nothing here is secret
    asked = [str(100_000 + draw.randrange(ROWS)) for _ in range(scale.searches * 5)]
    waits: list[float] = []
    begun, cpu = time.perf_counter(), time.process_time()
    for pin in asked:
        began = time.thread_time()
        reply = tables.ask(service, way, {"pin": pin})
        waits.append(time.thread_time() - began)
        if reply.outcome:
            raise ValueError(reply.outcome)
    return Sample(
        count=len(waits),
        wall_seconds=time.perf_counter() - begun,
        cpu_seconds=time.process_time() - cpu,
        waits=waits,
    )


def _write(path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write("pin,place,district,state\n")
        for at in range(ROWS):
            file.write(f"{100_000 + at},Post office {at},District {at % 700},State {at % 36}\n")
