"""M701: options or a question look into a data set that does not exist."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, did_you_mean, error
from menu.schema import Ask
from menu.source import Source

RULE: Final = "M701"


def check(source: Source) -> Iterator[Diagnostic]:
    known = source.menu.data
    for path, lookup in source.lookups():
        if lookup.data_set not in known:
            place = source.value_place(*path, "find_in" if isinstance(lookup, Ask) else "from")
            hint = did_you_mean(lookup.data_set, known) or 'Describe it under "data:".'
            yield error(place, RULE, f'"{lookup.data_set}" is not a data set.', hint)
