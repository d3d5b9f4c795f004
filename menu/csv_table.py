"""The text of a CSV file becomes records, each with its lines in the file. Nothing here knows what
the cells mean."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cached_property
from io import StringIO
from itertools import islice
from typing import Final, NamedTuple

DELIMITERS: Final = ",;\t"
_QUOTED: Final = re.compile(r'"[^"]*"')


class Record(NamedTuple):
    """A row of the file; with a line end inside quotes it has more than one line."""

    first_line: int
    last_line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Spot:
    """Counted from 1, as editors do."""

    line: int
    column: int


@dataclass(frozen=True)
class Table:
    """`broken_at` is where reading had to stop, because the quotes do not hold together."""

    text: str
    delimiter: str
    records: list[Record]
    broken_at: Spot | None

    def spot(self, record: Record, position: int) -> Spot:
        """Where a cell begins; of a cell that is not there, where the row ends."""
        raw = "".join(self._lines[record.first_line - 1 : record.last_line])
        starts, end = _cells(raw, self.delimiter)
        return _spot(raw, record.first_line, starts[position] if position < len(starts) else end)

    @cached_property
    def _lines(self) -> list[str]:
        return list(StringIO(self.text, newline=""))


def split(text: str, most: int) -> Table:
    """The records that are not empty, up to one more than `most`."""
    delimiter = _delimiter(text)
    reader = csv.reader(
        StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True
    )
    records: list[Record] = []
    before = 0
    try:
        for cells in reader:
            if any(map(str.strip, cells)):
                records.append(Record(before + 1, reader.line_num, cells))
                if len(records) > most:
                    break
            before = reader.line_num
    except csv.Error:
        raw = "".join(islice(StringIO(text, newline=""), before, None))
        return Table(text, delimiter, records, _spot(raw, before + 1, _cells(raw, delimiter)[1]))
    return Table(text, delimiter, records, None)


def _delimiter(text: str) -> str:
    """What stands most often in the first line: spreadsheets write what their country uses."""
    line = _QUOTED.sub("", text.lstrip().split("\n", 1)[0])
    return max(DELIMITERS, key=line.count)


def _cells(raw: str, delimiter: str) -> tuple[list[int], int]:
    """Where the cells of the first record begin, and where it ends or cannot be read on."""
    cell = re.compile(rf' *"[^"]*(?:""[^"]*)*"| *+(?!")[^{delimiter}\r\n]*')
    starts, at = [], 0
    while found := cell.match(raw, at):
        starts.append(at)
        at = found.end()
        if raw[at : at + 1] != delimiter:
            break
        at += 1
    return starts, at


def _spot(raw: str, first_line: int, offset: int) -> Spot:
    lines = re.split("\r\n|\r|\n", raw[:offset])
    return Spot(first_line + len(lines) - 1, len(lines[-1]) + 1)
