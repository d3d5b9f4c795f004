"""M814: a service is told something that was not chosen or answered yet, on some way to its screen.
It would be asked with a hole in the question."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, error
from menu.reach import saved_on_every_way
from menu.source import Source
from menu.templates import blanks_of

RULE: Final = "M814"


def check(source: Source) -> Iterator[Diagnostic]:
    screens = source.flat_screens
    before = saved_on_every_way(screens, [entry.go for _, entry in source.entries()])
    for name, screen in source.menu.screens.items():
        for told, text in screen.call.with_.items() if screen.call else ():
            there = before[name] | screen.set_.keys() if name in before else None
            for blank in blanks_of(text):
                kept = blank.saved_as or blank.column
                is_known = kept in source.values or kept in source.saved_rows or blank.saved_as
                if there is not None and is_known and kept not in there:
                    reason = f'On some way to this call nothing was saved as "{kept}".'
                    hint = f'Let every way to it go through what has "save_as: {kept}".'
                    place = source.value_place("screens", name, "call", "with", told)
                    yield error(place, RULE, reason, hint)
