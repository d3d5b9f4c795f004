"""Makes the index of a table out of its file, or says row by row why it cannot be made."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from menu.diagnostics import Diagnostic
from menu.service_parts import Given, Service, TakenKind
from menu.table_parts import Nearest, Range, TableFile
from menu.value_types import ValueKind
from services.response_reading import BadAnswer, clean, parts_of
from services.tables_faults import CELL, RANGES, TWICE, UNREADABLE, BadFile, Findings
from services.tables_index import IndexRow, clashes, write_index
from services.tables_keys import BadCell, bound_of, key_of
from services.tables_reading import Progress, Row, rows_of

MOST_ROWS: Final = 5_000_000
MOST_BYTES: Final = 1024 * 1024 * 1024
MOST_FAULTS: Final = 1000  # then the file is another one than was meant
_PLAIN: Final = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,4})?")
_WORDS: Final = {
    ValueKind.NUMBER: "a number such as 1250 or 12.5",
    ValueKind.MONEY: "an amount such as 1250 or 12.50",
    ValueKind.DATE: "a day",
    ValueKind.YES_NO: "yes or no",
}


@dataclass(frozen=True, slots=True)
class Built:
    """`widest` has the characters of the longest cell, by part."""

    rows: int
    widest: Mapping[str, int]


def build(
    service: Service, way: TableFile, source: Path, target: Path, progress: Progress
) -> Built | tuple[Diagnostic, ...]:
    """Writes `target`, which is of use only where something was built. Raises sqlite3.Error."""
    findings = Findings(way.file)
    reader = _Reader(service, way, findings)
    try:
        rows = rows_of(source, way.columns(), progress, MOST_BYTES)
        count = write_index(target, way, reader.rows(rows))
        if not count and not findings.count():
            findings.add((1, 1), UNREADABLE, "The file has no rows.", "Add the first one.")
    except BadFile as fault:
        findings.add(fault.at, fault.rule, fault.reason, fault.hint)
    except OSError as fault:
        reason = f"The file cannot be read: {fault.strerror or type(fault).__name__}."
        findings.add((1, 1), UNREADABLE, reason, "It stands in the folder of the menu.")
    else:
        if not findings.count():
            _add_clashes(findings, target, way)
    if findings.count():
        return findings.all()
    return Built(count, reader.widest)


class _Reader:
    def __init__(self, service: Service, way: TableFile, findings: Findings) -> None:
        self.widest = dict.fromkeys(way.parts, 0)
        self._service = service
        self._findings = findings
        self._at = {column: at for at, column in enumerate(way.columns())}
        self._keys = [
            (self._at[column], service.takes[told].kind) for told, column in way.exact.items()
        ]
        self._ordered = way.ordered
        self._parts = [
            (name, service.gives[name], self._at[column]) for name, column in way.parts.items()
        ]

    def rows(self, rows: Iterator[Row]) -> Iterator[IndexRow]:
        """Those without a fault; the others are told. Raises BadFile."""
        for count, row in enumerate(rows):
            if count == MOST_ROWS:
                raise BadFile((row.line, 1), UNREADABLE, f"Over {MOST_ROWS} rows.", "Use SQL.")
            before = self._findings.count()
            made = (row.line, *self._keyed(row), *self._bounds(row), *self._given(row))
            if self._findings.count() == before:
                yield made
            elif before >= MOST_FAULTS:
                raise BadFile((row.line, 1), CELL, "Nothing below is read.", "Is it this file?")

    def _keyed(self, row: Row) -> Iterator[str | int]:
        for at, kind in self._keys:
            try:
                yield key_of(kind, row.cells[at] or "")
            except BadCell as fault:
                self._tell(row, at, str(fault), "Look-ups need it.")

    def _bounds(self, row: Row) -> Iterator[str | int]:
        match self._ordered:
            case Range(told, low, high):
                kind = self._service.takes[told].kind
                ends = [
                    self._bound(row, kind, self._at[column], is_high=is_high)
                    for column, is_high in ((low, False), (high, True))
                ]
                begin, end = ends
                if begin is None or end is None:
                    return
                if begin > end:  # type: ignore[operator]
                    reason = "This range ends before it begins."
                    self._findings.add(row.spot(self._at[low]), RANGES, reason, "Swap its ends.")
                yield from (begin, end)
            case Nearest(told, column):
                at = self._at[column]
                try:
                    bound = key_of(self._service.takes[told].kind, row.cells[at] or "")
                    yield from (bound, bound)
                except BadCell as fault:
                    self._tell(row, at, str(fault), "Look-ups need it.")

    def _bound(self, row: Row, kind: TakenKind, at: int, *, is_high: bool) -> str | int | None:
        try:
            return bound_of(kind, row.cells[at] or "", is_high=is_high)
        except BadCell as fault:
            self._tell(row, at, str(fault), "An empty cell is an open end.")
            return None

    def _given(self, row: Row) -> Iterator[str]:
        for name, given, at in self._parts:
            cell = row.cells[at]
            fault = _fault_in(given, cell)
            if cell is None or fault:
                self._tell(row, at, *(fault or ("", "")))
                continue
            cell = clean(cell) if given.kind is ValueKind.TEXT else cell
            self.widest[name] = max(self.widest[name], len(cell))
            yield cell

    def _tell(self, row: Row, at: int, reason: str, hint: str) -> None:
        self._findings.add(row.spot(at), CELL, reason, hint)


def _fault_in(given: Given, cell: str | None) -> tuple[str, str] | None:
    """Reason and hint. What is right here is right when somebody is answered with it."""
    if cell is None:
        return "This is neither a text nor a number.", "Put what is inside into columns."
    if not cell:
        hint = "Fill it in, or write optional: true at the part."
        return None if given.is_optional else ("This cell is empty.", hint)
    if given.kind is ValueKind.TEXT:
        if len(cell) > given.widest and len(cell := clean(cell)) > given.widest:
            reason = f"This cell has {len(cell)} characters; {given.widest} is the most."
            return reason, "Shorten it, or write a larger max at the part."
        if cell.isascii() and cell.isprintable():
            return None
        return None if clean(cell) or given.is_optional else ("This cell is empty.", "Fill it in.")
    if given.kind in (ValueKind.NUMBER, ValueKind.MONEY) and _PLAIN.fullmatch(cell):
        return None
    try:
        parts_of({"it": given}, {given_column(given): cell})
    except BadAnswer:
        return f'"{cell[:40]}" is not {_WORDS.get(given.kind, "of its type")}.', "Correct it."
    return None


def given_column(given: Given) -> str:
    """The column that its path names: of a table that is all that a path does."""
    return str(getattr(given.path, "expression", ""))


def _add_clashes(findings: Findings, target: Path, way: TableFile) -> None:
    for line, other, is_same in clashes(target, way):
        if is_same:
            reason = f"A row with the same key stands in line {other}."
            findings.add((line, 1), TWICE, reason, "Remove one of them.")
        else:
            reason = f"This range overlaps that of line {other}; both ends are included."
            findings.add((line, 1), RANGES, reason, "Let each begin after the one before.")
