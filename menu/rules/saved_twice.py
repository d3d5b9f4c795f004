"""M704: rows of two data sets are saved under one name, so that nobody could know its columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, error
from menu.source import Source

RULE: Final = "M704"


def check(source: Source) -> Iterator[Diagnostic]:
    for path, lookup in source.lookups():
        first = source.saved_rows[lookup.save_as]
        if lookup.data_set != first:
            reason = f'"{lookup.save_as}" is the name of a row of "{first}" elsewhere.'
            hint = f'Use another name for rows of "{lookup.data_set}".'
            yield error(source.value_place(*path, "save_as"), RULE, reason, hint)
