"""A data set: rows that admins keep in a CSV file, read once and looked up many times. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from menu import data_search
from menu.data_index import Notes, SearchIndex
from menu.data_schema import Kind
from menu.data_words import squeezed, words_of
from menu.language import Language, Texts

Rows = Mapping[str, tuple["Row", ...]]
BETWEEN_WORDS: Final = ";"


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `cells` are plain values by column; `labels` have every language of the menu.

    Labels may have more languages than the menu: a row is found by them, they are not shown.
    """

    key: str
    cells: Mapping[str, str]
    labels: Mapping[str, Texts]

    def show(self, column: str, language: Language) -> str:
        """What a subscriber reads. Raises KeyError for a column that is not there."""
        texts = self.labels.get(column)
        return self.cells[column] if texts is None else texts[language]


@dataclass(frozen=True, slots=True)
class DataSet:
    """`rows` stand in the order of the file, `columns` in that of menus.yaml.

    The first label column is the name of a row. Without `columns`, only labels are searched.
    """

    name: str
    rows: tuple[Row, ...]
    columns: Mapping[str, Kind] = field(default_factory=dict)
    _by_key: Mapping[str, Row] = field(init=False, repr=False, compare=False)
    _by_cell: dict[str, Rows] = field(init=False, repr=False, compare=False)
    _index: SearchIndex = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_key", {row.key: row for row in self.rows})
        # Texts are what rows are sorted by; other columns wait until somebody asks.
        sorted_out = {column: self._sorted_out(column) for column in self._named(Kind.TEXT)}
        object.__setattr__(self, "_by_cell", sorted_out)
        object.__setattr__(self, "_index", self._indexed())

    def find(self, key: str) -> Row | None:
        return self._by_key.get(key)

    def where(self, column: str, cell: str) -> tuple[Row, ...]:
        """The rows whose cell is exactly this one."""
        if column not in self._by_cell:
            self._by_cell[column] = self._sorted_out(column)
        return self._by_cell[column].get(cell, ())

    def search(self, typed: str, most: int) -> tuple[Row, ...]:
        """The rows that somebody may mean who types this, the likeliest first."""
        return tuple(self.rows[at] for at in data_search.search(self._index, typed, most))

    def names(self, row: Row, typed: str) -> bool:
        """Whether this is what the row is called, whole: a label in any language, one of its words
        or its phone."""
        phrase = words_of(typed)
        called = [text for texts in row.labels.values() for text in texts.values()]
        called += [*_parts(row, self._named(Kind.WORDS))]
        phones = {
            squeezed(row.cells[name]) for name in self._named(Kind.PHONE) if name in row.cells
        }
        is_called = any(words_of(text) == phrase for text in called)
        return bool(phrase) and (is_called or squeezed(typed) in phones)

    def starting(self, typed: str, most: int) -> tuple[Row, ...]:
        """The rows whose name, in any language, begins with this."""
        return tuple(self.rows[at] for at in data_search.starting(self._index, typed, most))

    def _sorted_out(self, column: str) -> Rows:
        rows: defaultdict[str, list[Row]] = defaultdict(list)
        for row in self.rows:
            if column in row.cells:
                rows[row.cells[column]].append(row)
        return {cell: tuple(found) for cell, found in rows.items()}

    def _indexed(self) -> SearchIndex:
        notes = Notes()
        words, phones = self._named(Kind.WORDS), self._named(Kind.PHONE)
        for at, row in enumerate(self.rows):
            # Of the labels, the first in the order of the columns is the name.
            first, *others = self._named(Kind.LABEL) or list(row.labels) or [""]
            notes.add(
                at,
                names=dict.fromkeys(row.labels.get(first, {}).values()),  # many are filled in
                words=_parts(row, words),
                texts=(text for label in others for text in row.labels[label].values()),
                phones=filter(None, (row.cells[column] for column in phones)),
            )
        return notes.index()

    def _named(self, kind: Kind) -> list[str]:
        return [name for name, its in self.columns.items() if its is kind]


def _parts(row: Row, columns: list[str]) -> Iterator[str]:
    for column in columns:
        yield from row.cells[column].split(BETWEEN_WORDS)
