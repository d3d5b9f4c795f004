"""M703: a text is filled from a row that nobody has chosen yet, or a value that nobody gave, on
some way to its screen. There would be a hole in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from menu.blanks import Used, used_blanks
from menu.diagnostics import Diagnostic, did_you_mean, error
from menu.reach import saved_on_every_way
from menu.schema import Screen
from menu.source import Source

RULE: Final = "M703"


def check(source: Source) -> Iterator[Diagnostic]:
    starts = [entry.go for _, entry in source.entries()]
    screens = source.flat_screens
    before = saved_on_every_way(screens, starts)
    known = [*source.saved_rows, *source.values]
    for used in used_blanks(source):
        name = used.value or used.blank.saved_as
        if not name:
            continue
        place = source.value_place(*used.path)
        kept_under = name.partition(".")[0]
        if name not in source.saved_rows and name not in source.values:
            hint = did_you_mean(name, known) or "Save it first, with save_as."
            yield error(place, RULE, f'Nothing is saved as "{name}".', hint)
        elif kept_under not in _there(screens, before, used):
            reason = (
                f'On some way to the screen "{used.screen}" nothing was saved as "{kept_under}".'
            )
            hint = f'Let every way to it go through what has "save_as: {kept_under}".'
            yield error(place, RULE, reason, hint)


def _there(
    screens: Mapping[str, Screen], before: Mapping[str, frozenset[str]], used: Used
) -> frozenset[str]:
    """What is saved when the text is written; on a screen that nobody reaches, whatever it is."""
    if used.screen not in before:
        return frozenset({(used.value or used.blank.saved_as).partition(".")[0]})
    screen = screens[used.screen]
    own = {screen.call.save_as} if screen.call and screen.call.save_as else set()
    return before[used.screen] | screen.set_.keys() | own
