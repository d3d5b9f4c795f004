"""M706 (warning): more rows would be listed than people read through, or than have a key. A list is
cut there; a question ("ask") finds all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from menu.choices import MOST_ROWS
from menu.diagnostics import Diagnostic, warning
from menu.schema import RowOptions
from menu.source import Source

RULE: Final = "M706"


def check(source: Source) -> Iterator[Diagnostic]:
    for path, lookup in source.lookups():
        if isinstance(lookup, RowOptions) and (most := _most_rows(source, lookup)) > MOST_ROWS:
            reason = f"Up to {most} rows are listed here; {MOST_ROWS} is the most that is shown."
            hint = 'Choose fewer with "where", or let people write a name: "ask".'
            yield warning(source.value_place(*path), RULE, reason, hint)


def _most_rows(source: Source, lookup: RowOptions) -> int:
    """Whatever was chosen before: the rows of the commonest cells."""
    data_set = source.data_sets.get(lookup.data_set)
    if data_set is None:
        return 0
    cells = Counter(
        tuple(row.cells.get(column, "") for column in lookup.where) for row in data_set.rows
    )
    return max(cells.values(), default=0)
