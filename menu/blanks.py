"""Every blank of a menu that a row fills, with its place: what the rules about them look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from menu.document import KeyPath
from menu.schema import RowOptions
from menu.source import Source
from menu.templates import Blank, blanks_of
from menu.texts import written


@dataclass(frozen=True, slots=True)
class Used:
    """A blank in a text of `screen`. `data_set` is None for a name that nothing is saved under."""

    path: KeyPath
    screen: str
    blank: Blank
    data_set: str | None


def used_blanks(source: Source) -> Iterator[Used]:
    """Those of texts, of labels that are written for each row, and of conditions."""
    for name, screen in source.menu.screens.items():
        for suffix, text in written(screen.text):
            yield from _in(source, ("screens", name, "text", *suffix), name, text, None)
    for path, lookup in source.lookups():
        screen_name = str(path[1])
        for suffix, text in written(lookup.label) if lookup.label else ():
            where = (*path, "label", *suffix)
            yield from _in(source, where, screen_name, text, lookup.data_set)
        for column, cell in lookup.where.items() if isinstance(lookup, RowOptions) else ():
            yield from _in(source, (*path, "where", column), screen_name, cell, None)


def _in(source: Source, path: KeyPath, screen: str, text: str, own: str | None) -> Iterator[Used]:
    """`own` is the data set whose row is at hand: its columns need no name before them."""
    for blank in blanks_of(text):
        data_set = source.saved_rows.get(blank.saved_as) if blank.saved_as else own
        yield Used(path, screen, blank, data_set)
