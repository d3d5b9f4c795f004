"""M210 (warning): a list of rows is empty, because no row has the cells that `where` names; or,
where that depends on what was chosen before, for some of those who come there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.condition_words import words_of
from menu.data_schema import Kind
from menu.data_set import DataSet, Row
from menu.diagnostics import Diagnostic, did_you_mean, warning
from menu.document import KeyPath
from menu.schema import RowOptions
from menu.source import Source
from menu.templates import blanks_of, fill
from menu.way_schema import ways_of

RULE: Final = "M210"
MOST_TRIED: Final = 2_000  # rows that may have been chosen before
MOST_NAMED: Final = 3


def check(source: Source) -> Iterator[Diagnostic]:
    for path, lookup in source.lookups():
        rows = source.data_sets.get(lookup.data_set)
        if not isinstance(lookup, RowOptions) or rows is None:
            continue
        kinds = [rows.columns.get(column, Kind.LABEL) for column in lookup.where]
        if Kind.LABEL in kinds:
            continue  # M702 tells it
        yield from _fixed(source, path, lookup, rows)
        if len(source.menu.screens[str(path[1])].options) == 1:  # nothing else to choose
            yield from _chosen(source, path, lookup, rows)


def _fixed(
    source: Source, path: KeyPath, lookup: RowOptions, rows: DataSet
) -> Iterator[Diagnostic]:
    """Each cell that is written out must be there."""
    for column, cell in lookup.where.items():
        if not blanks_of(cell) and not rows.where(column, cell):
            reason = f'No row of "{rows.name}" has "{cell}" in its column "{column}".'
            known = {row.cells.get(column, "") for row in rows.rows[:MOST_TRIED]} - {""}
            hint = did_you_mean(cell, known)
            yield warning(source.value_place(*path, "where", column), RULE, reason, hint)


def _chosen(
    source: Source, path: KeyPath, lookup: RowOptions, rows: DataSet
) -> Iterator[Diagnostic]:
    """Every row of one other table that may have been chosen before."""
    blanks = {blank for cell in lookup.where.values() for blank in blanks_of(cell)}
    owners = {blank.saved_as for blank in blanks}
    chosen = source.data_sets.get(source.saved_rows.get(next(iter(owners), ""), ""))
    if len(owners) != 1 or chosen is None or len(chosen.rows) > MOST_TRIED:
        return
    if any(blank.column not in chosen.columns for blank in blanks):
        return
    if _is_asked_first(source, str(path[1]), next(iter(owners))):
        return
    without = [row.key for row in chosen.rows if not _is_there(lookup, rows, row)]
    if without:
        named = ", ".join(f'"{key}"' for key in without[:MOST_NAMED])
        more = f" and {len(without) - MOST_NAMED} more" if len(without) > MOST_NAMED else ""
        reason = f'For {named}{more} of "{chosen.name}" this list is empty.'
        hint = "Add rows, or leave out those that lead here in vain."
        yield warning(source.name_place(*path, "where"), RULE, reason, hint)


def _is_asked_first(source: Source, screen: str, owner: str) -> bool:
    """Whether the way to it depends on a cell of the row: `market.priced > 0`."""
    return any(
        way == screen and any(word.startswith(f"{owner}.") for word in words_of(when))
        for _, go in source.goes()
        for _, way, when in ways_of(go)
        if when
    )


def _is_there(lookup: RowOptions, rows: DataSet, chosen: Row) -> bool:
    kept: frozenset[str] | None = None
    for column, cell in lookup.where.items():
        wanted = fill(cell, lambda blank: chosen.cells.get(blank.column, ""))
        keys = frozenset(row.key for row in rows.where(column, wanted))
        kept = keys if kept is None else kept & keys
    return bool(kept)
