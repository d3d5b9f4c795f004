"""M702: a blank such as `{helpline.name}`, or a condition, names a column that the data set does
not have, or a condition one that differs from language to language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.blanks import Used, used_blanks
from menu.data_schema import Kind
from menu.diagnostics import Diagnostic, did_you_mean, error
from menu.schema import RowOptions
from menu.source import Source

RULE: Final = "M702"


def check(source: Source) -> Iterator[Diagnostic]:
    for used in used_blanks(source):
        if used.data_set in source.menu.data:
            yield from _blank(source, used)
    for path, lookup in source.lookups():
        if isinstance(lookup, RowOptions) and lookup.data_set in source.menu.data:
            columns = source.menu.data[lookup.data_set].columns
            plain = [name for name, column in columns.items() if column.type is not Kind.LABEL]
            for column in lookup.where:
                if column not in plain:
                    place = source.name_place(*path, "where", column)
                    reason = f'"{column}" is not a column of "{lookup.data_set}" to compare.'
                    yield error(place, RULE, reason, did_you_mean(column, plain))


def _blank(source: Source, used: Used) -> Iterator[Diagnostic]:
    columns = source.menu.data[str(used.data_set)].columns
    if used.blank.column not in columns:
        reason = f'"{used.blank.column}" is not a column of "{used.data_set}".'
        hint = did_you_mean(used.blank.column, columns)
        yield error(source.value_place(*used.path), RULE, reason, hint)
