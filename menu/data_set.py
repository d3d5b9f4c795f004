"""A data set: rows that admins keep in a CSV file, read once and looked up many times. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from menu.language import Language, Texts


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `cells` are plain values by column; `labels` have every language of the menu."""

    key: str
    cells: Mapping[str, str]
    labels: Mapping[str, Texts]

    def show(self, column: str, language: Language) -> str:
        """What a subscriber reads. Raises KeyError for a column that is not there."""
        texts = self.labels.get(column)
        return self.cells[column] if texts is None else texts[language]


@dataclass(frozen=True, slots=True)
class DataSet:
    """`rows` stand in the order of the file."""

    name: str
    rows: tuple[Row, ...]
    _by_key: Mapping[str, Row] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_key", {row.key: row for row in self.rows})

    def find(self, key: str) -> Row | None:
        return self._by_key.get(key)

    def where(self, column: str, cell: str) -> tuple[Row, ...]:
        """The rows whose cell is exactly this one."""
        return tuple(row for row in self.rows if row.cells.get(column) == cell)

    def search(self, typed: str, most: int) -> tuple[Row, ...]:
        """The rows that somebody may mean who types this, the likeliest first."""
        raise NotImplementedError
