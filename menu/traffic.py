"""How often callers went from one screen to another: figures that are handed in. Pure.

CSV with the columns from, to, times, or JSON: a list of objects with the same names. An empty
"from" is the beginning of a dialogue, an empty "to" its end.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

COLUMNS: Final = ("from", "to", "times")
MOST_ROWS: Final = 200_000
MOST_TIMES: Final = 10**15


class BadTraffic(Exception):
    """What is wrong with the figures, in a whole sentence."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """`steps` are times by (from, to)."""

    steps: Mapping[tuple[str, str], int]

    def along(self, source: str, target: str) -> int:
        return self.steps.get((source, target), 0)

    def arrivals(self, screen: str) -> int:
        """How often somebody came there, from wherever."""
        return sum(times for (_, to), times in self.steps.items() if to == screen)

    def exits(self, screen: str) -> int:
        """How often a dialogue ended there."""
        return self.along(screen, "")

    def unknown(self, screens: Iterable[str]) -> list[str]:
        """The names that are no screens."""
        named = {name for step in self.steps for name in step if name}
        return sorted(named - set(screens))


def read_traffic(text: str) -> Traffic:
    """What is told of one step twice is added up. Raises BadTraffic."""
    steps: Counter[tuple[str, str]] = Counter()
    rows = _json_rows(text) if text.lstrip().startswith("[") else _csv_rows(text)
    for number, (source, target, times) in enumerate(rows, start=1):
        if number > MOST_ROWS:
            raise BadTraffic(f"There are more than {MOST_ROWS} rows.")
        steps[source.strip(), target.strip()] += _count(times, number)
    return Traffic(dict(steps))


def _csv_rows(text: str) -> Iterator[tuple[str, str, object]]:
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    try:
        if not set(COLUMNS) <= set(reader.fieldnames or ()):
            raise BadTraffic(f"The first line must name the columns: {','.join(COLUMNS)}.")
        for row in reader:
            yield row["from"] or "", row["to"] or "", row["times"]
    except csv.Error as fault:
        raise BadTraffic(f"This is not CSV: {fault}.") from None


def _json_rows(text: str) -> Iterator[tuple[str, str, object]]:
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError):
        raise BadTraffic("This is not JSON.") from None
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict) or not set(COLUMNS) <= set(row):
            raise BadTraffic(f"Row {number} must be an object with {', '.join(COLUMNS)}.")
        yield str(row["from"] or ""), str(row["to"] or ""), row["times"]


def _count(times: object, number: int) -> int:
    written = str(times).strip()
    if not (written.isascii() and written.isdigit() and len(written) <= len(str(MOST_TIMES))):
        raise BadTraffic(f'Row {number}: "{written[:30]}" is not a whole number.')
    return int(written)
