"""The shape of `table:` of a service in menus.yaml: what is looked up, and by which columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic import WithJsonSchema as InEditors

from menu.service_scalars import SecretName
from menu.shapes import Name, Shape, matching, wrong
from menu.table_parts import Nearest, Range, TableFile, TableQuery

COLUMN: Final = r"[A-Za-z_][A-Za-z0-9_]{0,63}"
MOST_QUERY: Final = 4000
MOST_KEYS: Final = 8
# No absolute path, no "..", nothing hidden, no backslash: a menu reads its own folder only.
_PART: Final = r"[^/\\:.\s][^/\\:\r\n]*"
_FILE: Final = rf"({_PART}/)*{_PART}\.(csv|tsv|json)"
_QUOTED: Final = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"")
_BLANK: Final = re.compile(r"(?<![:\w]):(\w+)")
_SELECT: Final = re.compile(r"\s*(select|with|values)\b", re.IGNORECASE)
_NOTES: Final = re.compile(r"--|/\*|;|\\")


def _file(value: str) -> str:
    if not re.fullmatch(_FILE, value):
        hint = 'Write it from the folder of the menu on, such as "tables/pins.csv".'
        raise wrong(f'"{value[:50]}" is no CSV, TSV or JSON file in the folder of the menu.', hint)
    return value


def _column(value: str) -> str:
    if not re.fullmatch(COLUMN, value):
        hint = "Name it in the file with letters a-z, digits and _."
        raise wrong(f'"{value[:50]}" cannot be the name of a column.', hint)
    return value


def _query(value: str) -> str:
    if len(value) > MOST_QUERY:
        raise wrong(f"This is longer than {MOST_QUERY} characters.", "Make a view of it.")
    plain = _QUOTED.sub("''", value)
    if not _SELECT.match(plain):
        raise wrong("A table is only read.", "Write one SELECT.")
    if found := _NOTES.search(plain):
        reason = f'A query has no "{found[0]}".'
        raise wrong(reason, "Write one statement, without notes and without a sign at its end.")
    return value


def _pair(value: object) -> object:
    if isinstance(value, list) and len(value) != 2:
        raise wrong("A range has two columns.", "Write such as [from_units, to_units].")
    return value


ColumnName = Annotated[str, AfterValidator(_column), InEditors(matching(COLUMN))]
TableFileName = Annotated[str, AfterValidator(_file), InEditors(matching(_FILE))]
Columns = Annotated[list[ColumnName], BeforeValidator(_pair)]


class TableShape(Shape):
    """Something is looked up in a file or in a database, whatever its size."""

    file: TableFileName | None = None
    """A CSV, TSV or JSON file (a list of objects), from the folder of the menu on."""
    exact: dict[Name, ColumnName] = Field(default_factory=dict, max_length=MOST_KEYS)
    """What is told, and the column that is the same: { pin: pincode }."""
    within: dict[Name, Columns] = Field(default_factory=dict, max_length=1)
    """What is told, and the columns that it lies between: { units: [from_units, to_units] }."""
    nearest: dict[Name, ColumnName] = Field(default_factory=dict, max_length=1)
    """What is told, and the column whose greatest cell not above it counts: { income: above }."""
    database: SecretName | None = None
    """In the place of a file: the variable with the URL of a database, "${NAME}"."""
    query: Annotated[str, AfterValidator(_query)] | None = None
    """One SELECT; what is told stands in it as :name. Its first row is the answer."""

    @model_validator(mode="after")
    def _is_one(self) -> TableShape:
        if (self.file is None) == (self.database is None):
            raise wrong("A table is a file or a database.", "Write file, or database and query.")
        if (self.query is None) != (self.database is None):
            raise wrong("A database has a query.", "Write both, or a file.")
        keys = [*self.exact, *self.within, *self.nearest]
        if self.file is None and keys:
            raise wrong("A query says itself what is looked up.", "Remove exact, within, nearest.")
        if self.file is not None and not keys:
            raise wrong("Nothing is looked up here.", "Write exact, within or nearest.")
        if self.within and self.nearest:
            raise wrong("A table has within or nearest.", "Remove one of them.")
        if len(keys) != len(set(keys)):
            raise wrong("One thing is looked up twice.", "Write each once.")
        return self

    def used(self) -> frozenset[str]:
        """The names of all that it must be told."""
        if self.query is not None:
            return frozenset(_BLANK.findall(_QUOTED.sub("''", self.query)))
        return frozenset((*self.exact, *self.within, *self.nearest))

    def compiled(self, parts: Mapping[str, str]) -> TableFile | TableQuery:
        """`parts`: the column of each part of the answer."""
        if self.file is None:
            return TableQuery(self.database or "", self.query or "")
        return TableFile(
            file=self.file, exact=dict(self.exact), ordered=self._ordered(), parts=dict(parts)
        )

    def _ordered(self) -> Range | Nearest | None:
        for told, (low, high) in self.within.items():
            return Range(told, low, high)
        for told, column in self.nearest.items():
            return Nearest(told, column)
        return None


def faults_of(
    table: TableShape, takes: Mapping[str, tuple[str, bool]], columns: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Reason and hint of what does not fit together. `takes`: type of each, and whether it may be
    left out; `columns`: of each part, as `gives` names it."""
    for name in sorted(takes.keys() - table.used()):
        yield f'"{name}" is told and looked up nowhere.', "Use it, or remove it from takes."
    for name in sorted(table.used() - takes.keys()):
        yield f'The service takes no "{name}".', f'Add it under "takes": {name}: text'
    for name in (*table.within, *table.nearest):
        if takes.get(name, ("number", False))[0] == "text":
            yield f'"{name}" is a text, which lies between nothing.', "Write number or date."
    for name, (_, is_optional) in takes.items():
        if is_optional and table.file is not None:
            yield f'A row is found by "{name}", which may be left out.', "Remove optional."
    if not columns:
        yield "Nothing of a row is answered.", "Name its columns under gives."
    for part, column in columns.items():
        if not re.fullmatch(COLUMN, column):
            yield f'The path of "{part}" names no column.', "Write the name of a column."
