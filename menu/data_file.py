"""Reads the CSV file of a data set. Whatever the bytes are, nothing is raised.

A data set comes back whenever there is anything to read, so that a rule that came later takes
nothing away that was published. Whether it may be used is told by the diagnostics.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from menu.csv_table import Spot, Table, split
from menu.data_cells import TOO_MUCH, Fault
from menu.data_header import Finding, read_header
from menu.data_rows import RowReader
from menu.data_schema import MAX_COLUMNS, Column, DataSource
from menu.data_set import DataSet
from menu.decoding import NOT_UTF_8, decode
from menu.diagnostics import Diagnostic, Place, Severity, error
from menu.language import Language

NOT_CSV: Final = "M602"
QUOTES: Final = "M603"
NO_ROWS: Final = "M604"

MAX_BYTES: Final = 4 * 1024 * 1024
MAX_ROWS: Final = 50_000
MAX_TOLD: Final = 20  # in one file; the others are counted
KEPT: Final = 8  # files that are not read again as long as nothing about them changes
ENCODING: Final = "CSV UTF-8"  # as spreadsheets call it where they save

_SPREADSHEETS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # xlsx and ods; xls
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
_BEGINNING: Final = 200
_FIRST: Final = Spot(1, 1)


def read(
    name: str, source: DataSource, content: bytes | str, languages: Sequence[Language]
) -> tuple[DataSet | None, list[Diagnostic]]:
    """The rows of the file, and all that is wrong with them. None if there is nothing to read.

    `languages` are those that are displayed; the first stands in for what is missing in another.
    """
    raw = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    columns = tuple(source.columns.items())
    data_set, found = _read(name, source.file, columns, tuple(languages), raw)
    return data_set, list(found)


@lru_cache(maxsize=KEPT)
def _read(
    name: str,
    file: str,
    columns: tuple[tuple[str, Column], ...],
    languages: tuple[Language, ...],
    raw: bytes,
) -> tuple[DataSet | None, tuple[Diagnostic, ...]]:
    """A pure function that is remembered: a change of the menu reads no 50,000 rows again."""
    text, found = _text(file, raw)
    if found:
        return None, tuple(found)
    table = split(text, 1 + MAX_ROWS)
    if refusal := _refusal(table):
        spot, fault = refusal
        return None, (error(Place(file, spot.line, spot.column), *fault),)
    header = read_header(table.records[0], dict(columns), languages[0])
    reader = RowReader(header, dict(columns), languages)
    rows = tuple(reader.rows(table.records[1:]))
    findings = sorted((*header.findings, *reader.findings), key=_gravity)
    findings += reader.untranslated()
    data_set = None
    if rows:
        data_set = DataSet(name, rows, {column: its.type for column, its in columns})
    return data_set, tuple(_told(file, table, findings))


def _text(file: str, raw: bytes) -> tuple[str, list[Diagnostic]]:
    start = Place(file, 1, 1)
    hint = f'Save it from the spreadsheet as "{ENCODING}".'
    if raw.startswith(_SPREADSHEETS):
        reason = "This is the file of a spreadsheet program, not a CSV file."
        return "", [error(start, NOT_CSV, reason, hint)]
    if raw.startswith(_UTF_16) or b"\0" in raw[:_BEGINNING]:
        return "", [error(start, NOT_UTF_8, "The file is not UTF-8 text.", hint)]
    return decode(file, raw, MAX_BYTES, ENCODING)


def _refusal(table: Table) -> tuple[Spot, Fault] | None:
    """Why the records cannot be looked at one by one."""
    if table.broken_at:
        hint = 'Put the whole cell in double quotes, and write "" for a quote inside.'
        return table.broken_at, Fault(QUOTES, "From here on the quotes do not fit.", hint)
    if not table.records:
        hint = "Write the names of the columns into the first line."
        return _FIRST, Fault(NO_ROWS, "The file is empty.", hint)
    header, *rows = table.records
    if len(header.cells) > MAX_COLUMNS:
        reason = f"The file has {len(header.cells)} columns; {MAX_COLUMNS} is the most."
        return table.spot(header, MAX_COLUMNS), Fault(TOO_MUCH, reason, "Remove some.")
    if not rows:
        hint = "Write the first row below the names of the columns."
        return table.spot(header, 0), Fault(NO_ROWS, "The file has no rows.", hint)
    if len(rows) > MAX_ROWS:
        reason = f"The file has more than {MAX_ROWS} rows."
        return Spot(rows[-1].first_line, 1), Fault(TOO_MUCH, reason, "Remove some.")
    return None


def _gravity(finding: Finding) -> bool:
    return finding.severity is not Severity.ERROR


def _told(file: str, table: Table, findings: Sequence[Finding]) -> list[Diagnostic]:
    found = [_diagnostic(file, table, finding) for finding in findings[:MAX_TOLD]]
    if more := findings[MAX_TOLD:]:
        rest = Fault(more[0].fault.rule, f"And {len(more)} more in this file.", "")
        found.append(_diagnostic(file, table, more[0]._replace(fault=rest)))
    return found


def _diagnostic(file: str, table: Table, finding: Finding) -> Diagnostic:
    spot = table.spot(finding.record, finding.position)
    rule, reason, hint = finding.fault
    return Diagnostic(
        place=Place(file, spot.line, spot.column),
        rule=rule,
        severity=finding.severity,
        reason=reason,
        hint=hint,
    )
