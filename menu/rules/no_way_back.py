"""M109 (warning): a sub-menu is entered with `then`, and nothing in it has `return: true`: the
screen that should follow is never shown, and callers find no way back from where they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, warning
from menu.reach import reachable
from menu.source import Source
from menu.way_schema import ways_of

RULE: Final = "M109"


def check(source: Source) -> Iterator[Diagnostic]:
    screens = source.flat_screens
    ends = {
        name
        for name, screen in screens.items()
        for _, go in screen.goes()
        for _, way, _ in ways_of(go)
        if not isinstance(way, str) and way.return_
    }
    inside: dict[str, bool] = {}  # whether somebody finds out again, by where the sub-menu begins
    for path, go in source.goes():
        for suffix, way, _ in ways_of(go):
            if isinstance(way, str) or not way.screen or not way.then or way.screen not in screens:
                continue
            begins = way.screen
            if begins not in inside:
                inside[begins] = bool(ends & reachable(screens, [begins]))
            if not inside[begins]:
                reason = f'The sub-menu "{begins}" never ends, so "{way.then}" never follows.'
                hint = "Let its last screen have: go: { return: true }"
                place = source.value_place(*path, *suffix, "then")
                yield warning(place, RULE, reason, hint)
