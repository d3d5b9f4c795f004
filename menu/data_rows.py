"""The records of a CSV file become rows, as complete as they can be, and findings on the way."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from menu.csv_table import Record
from menu.data_cells import Fault, fault_in
from menu.data_header import Finding, Header
from menu.data_schema import Column, Kind
from menu.data_set import Row
from menu.diagnostics import Severity
from menu.language import Language, is_romanised
from menu.texts import filled

CELLS_IN_ROW: Final = "M607"
SAME_KEY: Final = "M610"
NOT_TRANSLATED: Final = "M613"


class RowReader:
    """Reads the rows once; `findings` then holds what is wrong with them, in file order."""

    def __init__(
        self, header: Header, columns: Mapping[str, Column], languages: Sequence[Language]
    ) -> None:
        self.findings: list[Finding] = []
        self._header = header
        self._languages = languages
        self._labels = [name for name, its in columns.items() if its.type is Kind.LABEL]
        self._plain = dict.fromkeys(columns.keys() - set(self._labels), "")
        self._key = next(name for name, its in columns.items() if its.type is Kind.KEY)
        self._lines: dict[str, int] = {}  # by key
        self._missing: Counter[tuple[str, Language]] = Counter()

    def rows(self, records: Iterable[Record]) -> Iterator[Row]:
        """Every row that has a key of its own."""
        for record in records:
            cells, plain = self._fitting(record), self._plain.copy()
            texts: dict[str, dict[Language, str]] = {name: {} for name in self._labels}
            for position, name, column, language, required in self._header.fields:
                cell = _clean(cells[position])
                if cells is record.cells:
                    fault = fault_in(column, cells[position], cell, required=required)
                    if fault:
                        self.findings.append(Finding(record, position, fault))
                if language is None:
                    plain[name] = cell
                elif cell:
                    texts[name][language] = cell
            if self._is_new(plain[self._key], record):
                labels = {name: self._label(name, texts[name]) for name in self._labels}
                yield Row(plain[self._key], plain, labels)

    def untranslated(self) -> Iterator[Finding]:
        """Once for a column and language, after the rows: there may be thousands."""
        for (name, language), count in sorted(self._missing.items()):
            position = self._header.position(name, language)
            if position is None:
                reason = f'There is no column "{name}:{language}".'
                hint = f'Add it; until then everybody reads "{name}:{self._languages[0]}".'
            else:
                reason = f'"{name}:{language}" is empty in {count} of {len(self._lines)} rows.'
                hint = "There people read the first language."
            fault = Fault(NOT_TRANSLATED, reason, hint)
            yield Finding(self._header.record, position or 0, fault, Severity.WARNING)

    def _fitting(self, record: Record) -> list[str]:
        """The cells of the row. Of a row with another count of them, what there is."""
        cells, width = record.cells, self._header.width
        while len(cells) > width and not cells[-1].strip():
            cells.pop()
        if len(cells) == width:
            return cells
        reason = f"This row has {len(cells)} cells; the first line has {width}."
        hint = "Put a text with a comma in double quotes."
        if len(cells) < width:
            hint = "Add what is missing; an empty cell counts too."
        position = min(len(cells), width)
        self.findings.append(Finding(record, position, Fault(CELLS_IN_ROW, reason, hint)))
        return [*cells, *[""] * width][:width]

    def _is_new(self, key: str, record: Record) -> bool:
        if not key:  # told already
            return False
        line = self._lines.setdefault(key, record.first_line)
        if line != record.first_line:
            position = next(at.position for at in self._header.fields if at.name == self._key)
            reason = f'"{key}" is here a second time; the first is in line {line}.'
            fault = Fault(SAME_KEY, reason, "Give each row a key of its own.")
            self.findings.append(Finding(record, position, fault))
        return line == record.first_line

    def _label(self, name: str, texts: Mapping[Language, str]) -> Mapping[Language, str]:
        """In every language of the menu, and in the others that the file has."""
        if not texts:
            return dict.fromkeys(self._languages, "")
        for language in self._languages:
            if language not in texts and self._is_expected(name, language):
                self._missing[name, language] += 1
        return {**filled(dict(texts), self._languages), **texts}

    def _is_expected(self, name: str, language: Language) -> bool:
        """Romanised texts are missed only where somebody began to write them."""
        return not is_romanised(language) or self._header.position(name, language) is not None


def _clean(cell: str) -> str:
    """Without spaces around it, in the one spelling that is counted and sent."""
    cell = cell.strip()
    if "\r" in cell:
        cell = cell.replace("\r\n", "\n").replace("\r", "\n")
    return cell if cell.isascii() else unicodedata.normalize("NFC", cell)
