"""M703: a text is filled from a row that nobody has chosen yet, on some way to its screen. There
would be a hole in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.blanks import used_blanks
from menu.diagnostics import Diagnostic, did_you_mean, error
from menu.reach import saved_on_every_way
from menu.source import Source

RULE: Final = "M703"


def check(source: Source) -> Iterator[Diagnostic]:
    starts = [entry.go for _, entry in source.entries()]
    before = saved_on_every_way(source.menu.screens, starts)
    for used in used_blanks(source):
        name = used.blank.saved_as
        if not name:
            continue
        place = source.value_place(*used.path)
        if name not in source.saved_rows:
            hint = did_you_mean(name, source.saved_rows) or "Save a row first, with save_as."
            yield error(place, RULE, f'Nothing is saved as "{name}".', hint)
        elif name not in before.get(used.screen, {name}):
            reason = f'On some way to the screen "{used.screen}" nothing was chosen as "{name}".'
            hint = f'Let every way to it go through a choice with "save_as: {name}".'
            yield error(place, RULE, reason, hint)
