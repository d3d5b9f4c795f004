"""A table as a service looks something up in it, compiled: a file with its keys, or a query. Pure.

The rows themselves are no part of a menu: a table may have a million of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

NOT_FOUND: Final = "not_found"  # the outcome where no row fits


@dataclass(frozen=True, slots=True)
class Range:
    """What is told lies between two columns, both ends included. An empty cell is an open end."""

    told: str
    low: str
    high: str


@dataclass(frozen=True, slots=True)
class Nearest:
    """The row with the greatest cell that is not above what is told."""

    told: str
    column: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFile:
    """`file` counts from the folder of the menu. `exact`: the column for each thing that is told.
    `parts`: the column of each part of the answer."""

    file: str
    exact: Mapping[str, str] = field(default_factory=dict)
    ordered: Range | Nearest | None = None
    parts: Mapping[str, str] = field(default_factory=dict)

    def columns(self) -> tuple[str, ...]:
        """All that are read, each once."""
        match self.ordered:
            case Range() as each:
                bounds: tuple[str, ...] = (each.low, each.high)
            case Nearest() as each:
                bounds = (each.column,)
            case _:
                bounds = ()
        return tuple(dict.fromkeys((*self.exact.values(), *bounds, *self.parts.values())))


@dataclass(frozen=True, slots=True)
class TableQuery:
    """`database` is the name of the variable with the URL; `query` one SELECT with `:names`."""

    database: str
    query: str
