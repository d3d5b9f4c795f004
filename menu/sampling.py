"""What stands in the blanks of a menu that is looked at without a caller: a row for each name that
rows are saved under, a value for each that is kept. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from menu.choices import rows_of
from menu.data_set import Row
from menu.known import Known
from menu.place import Place
from menu.program import Ask, Program, RowOptions
from menu.templates import blanks_of
from menu.value_types import ValueKind, ValueType

MOST_TRIED: Final = 300  # rows of a data set that are looked at
_TYPICAL: Final[Mapping[ValueKind, str]] = {
    ValueKind.TEXT: "Example",
    ValueKind.NUMBER: "125",
    ValueKind.MONEY: "1250.5",
    ValueKind.DATE: "2026-08-15",
    ValueKind.YES_NO: "yes",
}
_LONGEST: Final[Mapping[ValueKind, str]] = {
    **_TYPICAL,
    ValueKind.NUMBER: "999999999.9999",
    ValueKind.MONEY: "999999999.99",
}


@dataclass(frozen=True, slots=True)
class Sample:
    """By the names that menus save them under: keys of rows, and values as sessions keep them."""

    rows: Mapping[str, str]
    values: Mapping[str, str]


def sample_of(program: Program, *, longest: bool = False) -> Sample:
    """Rows whose lists are not empty: of a department, one with services. `longest`: of everything
    what takes the most room, else what comes first."""
    values = {name: _value(its, longest) for name, its in program.values.items()}
    rows: dict[str, str] = {}
    for lookup in _lookups(program):
        if lookup.save_as not in rows:
            found = _row(program, lookup, Sample(rows, values), longest)
            rows |= {lookup.save_as: found.key} if found else {}
    return Sample(rows, values)


def _lookups(program: Program) -> Iterator[Ask | RowOptions]:
    for screen in program.screens.values():
        yield from (each for each in screen.choices if isinstance(each, RowOptions))
        if screen.ask is not None:
            yield screen.ask


def _row(program: Program, lookup: Ask | RowOptions, sample: Sample, longest: bool) -> Row | None:
    place = Place(
        screen="", language=program.fallback_language, rows=sample.rows, values=sample.values
    )
    known = Known(program, place, 0.0)
    offered = rows_of(known, lookup) if isinstance(lookup, RowOptions) else ()
    rows = (offered or program.data_sets[lookup.data_set].rows)[:MOST_TRIED]
    behind = [each for each in _lookups(program) if _depends(each, lookup.save_as)]

    def worth(row: Row) -> tuple[int, int]:
        chosen = {**sample.rows, lookup.save_as: row.key}
        there = Known(program, Place(screen="", language="", rows=chosen), 0.0)
        lists = sum(bool(rows_of(there, each)) for each in behind if isinstance(each, RowOptions))
        return lists, _length(row) if longest else 0

    return max(rows, key=worth, default=None)


def _depends(lookup: Ask | RowOptions, saved_as: str) -> bool:
    return isinstance(lookup, RowOptions) and any(
        blank.saved_as == saved_as for _, cell in lookup.where for blank in blanks_of(cell)
    )


def _length(row: Row) -> int:
    labels = sum(len(text) for texts in row.labels.values() for text in texts.values())
    return labels + sum(map(len, row.cells.values()))


def _value(its: ValueType, longest: bool) -> str:
    if its.kind is ValueKind.CHOICE:
        if longest:
            return max(its.labels, key=lambda key: max(map(len, its.labels[key].values())))
        return next(iter(its.labels))
    if its.kind is ValueKind.TEXT:
        return "x" * its.widest if longest else _TYPICAL[its.kind][: its.widest]
    return (_LONGEST if longest else _TYPICAL)[its.kind]
