"""Texts as long as they can get when their values are filled in: what must fit. Pure.

Rows are real ones: the row that makes a text longest, not the longest cell of each column.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from menu.data_set import DataSet, Row
from menu.date_limits import parse_iso
from menu.formats import Formats, formats_of
from menu.known import find_number
from menu.language import Language
from menu.source import Source
from menu.templates import Blank, blanks_of, fill
from menu.text_schema import AnyTexts
from menu.texts import filled, plurals
from menu.value_types import ValueKind, ValueType
from telecom.encoding import Encoding, Limit, size_of

WIDEST_LIMIT: Final = "1,00,00,000.00"
MOST_TRIED: Final = 200  # rows that are written out; of more, those with the longest cells
_WIDEST_PLAIN: Final = 30  # of a number or a day as a language writes it
_PHONE: Final = Limit()


def fullness(text: str) -> float:
    """How much of a phone's screen a text takes, in its own encoding; more than 1 does not fit."""
    encoding, units = size_of(text)
    return units / (_PHONE.septets if encoding is Encoding.GSM7 else _PHONE.ucs2)


@dataclass
class Widths:
    """Of one menu; what was worked out once is kept."""

    source: Source
    _rows: dict[tuple[str, tuple[Blank, ...], Language], Row] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._formats: Mapping[Language, Formats] = formats_of(
            self.source.displayed, self.source.menu.country
        )

    def widest(self, texts: AnyTexts, language: Language) -> str:
        """The longest form of a text, each value in it as long as it may be."""
        plural = plurals(texts, self.source.displayed).get(language)
        forms = (
            plural.forms.values() if plural else [filled(texts, self.source.displayed)[language]]
        )
        return max((self.filled(form, language) for form in forms), key=fullness)

    def filled(self, text: str, language: Language, own: Row | None = None) -> str:
        """`own` is the row whose columns need no name before them: that of a label."""
        blanks = blanks_of(text)
        rows = {name: self._longest(name, blanks, language) for name, _, _ in blanks if name}

        def value_of(blank: Blank) -> str:
            row = rows.get(blank.saved_as) if blank.saved_as else own
            return self._cell(row, blank, language) if row else _filler(self.source, blank)

        return fill(text, value_of)

    def longest_label(self, rows: DataSet, label: str, language: Language) -> tuple[Row, str]:
        """The row whose label takes most room, and that label."""
        columns = [blank.column for blank in blanks_of(label) if not blank.saved_as]
        tried = _shortlist(rows, columns, language)
        written = ((row, self.filled(label, language, row)) for row in tried)
        return max(written, key=lambda each: fullness(each[1]))

    def _longest(self, name: str, blanks: Iterable[Blank], language: Language) -> Row | None:
        rows = self.source.data_sets.get(self.source.saved_rows.get(name, ""))
        own = tuple(blank for blank in blanks if blank.saved_as == name)
        if rows is None or any(blank.column not in rows.columns for blank in own):
            return None
        key = (name, own, language)
        if key not in self._rows:
            tried = _shortlist(rows, [blank.column for blank in own], language)
            self._rows[key] = max(tried, key=lambda row: fullness(self._all(row, own, language)))
        return self._rows[key]

    def _all(self, row: Row, blanks: Iterable[Blank], language: Language) -> str:
        return "".join(self._cell(row, blank, language) for blank in blanks)

    def _cell(self, row: Row, blank: Blank, language: Language) -> str:
        """As `menu.known` shows it."""
        if blank.column not in row.cells and blank.column not in row.labels:
            return ""
        text, formats = row.show(blank.column, language), self._formats[language]
        if blank.format == "date" and (day := parse_iso(text)):
            return formats.date(day)
        number = find_number(text) if blank.format in ("number", "money") else None
        if number is None:
            return text
        if blank.format == "money":
            return formats.money(number, self.source.currency)
        return formats.number(number)


def _shortlist(rows: DataSet, columns: Iterable[str], language: Language) -> Iterable[Row]:
    if len(rows.rows) <= MOST_TRIED:
        return rows.rows
    wanted = [column for column in columns if column in rows.columns]

    def length(row: Row) -> int:
        return sum(len(row.show(column, language)) for column in wanted)

    return sorted(rows.rows, key=length, reverse=True)[:MOST_TRIED]


def _filler(source: Source, blank: Blank) -> str:
    """Of a name that people write nobody knows the letters: the author's own stand for them."""
    name = f"{blank.saved_as}.{blank.column}" if blank.saved_as else blank.column
    its = source.values.get(name)
    return "x" * _width(its) if its else ""


def _width(its: ValueType) -> int:
    is_written = its.kind in (ValueKind.NUMBER, ValueKind.MONEY, ValueKind.DATE)
    return _WIDEST_PLAIN if is_written else its.widest
