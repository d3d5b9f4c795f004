"""The shape of `data:` in menus.yaml: which CSV file is a data set, and what its columns hold."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from menu.diagnostics import did_you_mean
from menu.shapes import Flag, Name, Shape, matching, wrong

MAX_COLUMNS: Final = 40
# No absolute path, no "..", nothing hidden, no backslash: a menu reads its own folder only.
_PART: Final = r"[^/\\:.\s][^/\\:\r\n]*"
_FILE: Final = rf"({_PART}/)*{_PART}\.csv"


class Kind(StrEnum):
    """What stands in the cells of a column."""

    KEY = "key"  # the name of the row, for programs
    LABEL = "label"  # a text for people, in one column for each language: name:en, name:hi
    WORDS = "words"  # further words that the row is found by, with ";" between them
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    PHONE = "phone"


def _file(value: str) -> str:
    if not re.fullmatch(_FILE, value):
        hint = 'Write it from the folder of the menu on, with /, such as "data/prices.csv".'
        raise wrong(f'"{value[:50]}" is not a CSV file in the folder of the menu.', hint)
    return value


def _kind(value: object) -> object:
    kinds = [kind.value for kind in Kind]
    if isinstance(value, str) and value not in kinds:
        raise wrong(f'"{value[:50]}" is not a type of column.', did_you_mean(value, kinds))
    return value


def _as_column(value: object) -> object:
    return {"type": value} if isinstance(value, str) else value


class Column(Shape):
    """What stands in the cells of one column."""

    type: Annotated[Kind, BeforeValidator(_kind)]
    """key, label, words, text, number, date or phone."""
    optional: Flag = False
    """true where a cell may be empty; cells of words always may."""

    @property
    def may_be_empty(self) -> bool:
        return self.optional or self.type is Kind.WORDS


AnyColumn = Annotated[Column, BeforeValidator(_as_column, json_schema_input_type=Kind | Column)]
DataFile = Annotated[str, AfterValidator(_file), WithJsonSchema(matching(_FILE))]


class DataSource(Shape):
    """A data set: a table that is kept in a CSV file."""

    file: DataFile
    """The CSV file, from the folder of the menu on, such as "data/prices.csv"."""
    columns: dict[Name, AnyColumn] = Field(min_length=1, max_length=MAX_COLUMNS)
    """The columns by the names in the file's first line, and the type of each."""

    @model_validator(mode="after")
    def _has_one_key(self) -> DataSource:
        keys = [name for name, column in self.columns.items() if column.type is Kind.KEY]
        if len(keys) != 1:
            hint = 'Write one line such as "id: key": by it a row is named.'
            raise wrong(f"A data set has one column of type key; here are {len(keys)}.", hint)
        if self.columns[keys[0]].optional:
            raise wrong("A key cannot be optional.", f'Write "{keys[0]}: key".')
        return self
