"""Every blank of a menu that a row or a value fills, with its place: what the rules about them
look at."""

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
    """A blank in a text of `screen`. `data_set` is None for a name that no row is saved under;
    `value` is the name of the value that it would be then."""

    path: KeyPath
    screen: str
    blank: Blank
    data_set: str | None
    value: str | None = None


def used_blanks(source: Source) -> Iterator[Used]:
    """Those of texts, of labels that are written for each row, and of conditions."""
    for path, screen_name, texts in source.texts_on_screens():
        for suffix, text in written(texts):
            yield from _in(source, (*path, *suffix), screen_name, text, None)
    for path, lookup in source.lookups():
        screen_name = source.screen_at(path)
        for suffix, text in written(lookup.label) if lookup.label else ():
            where = (*path, "label", *suffix)
            yield from _in(source, where, screen_name, text, lookup.data_set)
        for column, cell in lookup.where.items() if isinstance(lookup, RowOptions) else ():
            yield from _in(source, (*path, "where", column), screen_name, cell, None)


def _in(source: Source, path: KeyPath, screen: str, text: str, own: str | None) -> Iterator[Used]:
    """`own` is the data set whose row is at hand: its columns need no name before them."""
    for blank in blanks_of(text):
        data_set = source.saved_rows.get(blank.saved_as) if blank.saved_as else own
        dotted = f"{blank.saved_as}.{blank.column}" if blank.saved_as else blank.column
        is_value = dotted in source.values or not blank.saved_as
        yield Used(path, screen, blank, data_set, dotted if is_value and not data_set else None)
