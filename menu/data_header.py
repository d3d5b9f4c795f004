"""The first line of a data set's file: which cell of a row belongs to which column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from menu.csv_table import Record
from menu.data_cells import Fault, shown
from menu.data_schema import Column, Kind
from menu.diagnostics import Severity, did_you_mean
from menu.language import Language
from menu.shapes import LANGUAGE, NAME

BAD_HEADER: Final = "M605"
NOT_DECLARED: Final = "M606"


class Finding(NamedTuple):
    """A fault and the cell that has it."""

    record: Record
    position: int
    fault: Fault
    severity: Severity = Severity.ERROR


class Field(NamedTuple):
    """One column of the file. `language` is that of a label, None for all others."""

    position: int
    name: str
    column: Column
    language: Language | None
    required: bool


@dataclass(frozen=True, slots=True)
class Header:
    """`width` is how many cells a row has."""

    record: Record
    width: int
    fields: tuple[Field, ...]
    findings: tuple[Finding, ...]

    def position(self, name: str, language: Language) -> int | None:
        """Where the texts of a label stand in this language."""
        places = (at.position for at in self.fields if (at.name, at.language) == (name, language))
        return next(places, None)


def read_header(record: Record, columns: Mapping[str, Column], first: Language) -> Header:
    """`first` is the language that every row must have."""
    names = [" ".join(cell.split()) for cell in record.cells]
    while not names[-1]:  # spreadsheets leave empty columns behind
        names.pop()
    fields: dict[str, Field] = {}
    findings, unknown = [], []
    for position, name in enumerate(names):
        field = _field(position, name, columns, first)
        if name in fields:
            fault = Fault(BAD_HEADER, f'The column "{shown(name)}" is here twice.', "Remove one.")
            findings.append(Finding(record, position, fault))
        elif field:
            fields[name] = field
        else:
            unknown.append(name)
            fault = _not_declared(name, columns, first)
            findings.append(Finding(record, position, fault, Severity.WARNING))
    for name in _missing(columns, fields.values(), first):
        hint = did_you_mean(name, filter(None, map(shown, unknown)))
        hint = hint or "Add it to the first line, or remove it from the menu."
        fault = Fault(BAD_HEADER, f'There is no column "{name}".', hint)
        findings.append(Finding(record, 0, fault))
    return Header(record, len(names), tuple(fields.values()), tuple(findings))


def _field(
    position: int, name: str, columns: Mapping[str, Column], first: Language
) -> Field | None:
    base, colon, language = name.partition(":")
    column = columns.get(base)
    if column is None or (column.type is Kind.LABEL) is not bool(colon):
        return None
    if not colon:
        return Field(position, base, column, None, not column.may_be_empty)
    if not re.fullmatch(LANGUAGE, language):
        return None
    return Field(position, base, column, language, language == first and not column.may_be_empty)


def _missing(
    columns: Mapping[str, Column], fields: Iterable[Field], first: Language
) -> Iterator[str]:
    there = {(field.name, field.language) for field in fields}
    for name, column in columns.items():
        if column.type is not Kind.LABEL:
            if (name, None) not in there:
                yield name
        elif (name, first) not in there and not (column.optional and name in dict(there)):
            yield f"{name}:{first}"


def _not_declared(name: str, columns: Mapping[str, Column], first: Language) -> Fault:
    if not name:
        hint = "Write a name into the first line, or remove the column."
        return Fault(NOT_DECLARED, "This column has no name, so it is not read.", hint)
    base, colon, _ = name.partition(":")
    column = columns.get(base)
    if column is None:
        kind = "label" if colon else "text"
        hint = f'Add "{base}: {kind}" to the columns in the menu, or remove it.'
        if not re.fullmatch(NAME, base):
            hint = "Remove it, or name it with small letters a-z, digits and _."
    elif column.type is Kind.LABEL:
        hint = f'A label has a column for each language, by its code: "{base}:{first}".'
    else:
        hint = f'Write "{base}", or make it a label in the menu.'
    reason = f'The column "{shown(name)}" is not in the menu, so it is not read.'
    return Fault(NOT_DECLARED, reason, hint)
