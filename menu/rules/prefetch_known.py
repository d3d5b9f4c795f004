"""M839: what is asked ahead must be told something that is not known on this screen yet, or is
asked on it: another question would be answered than the one that comes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, error
from menu.reach import saved_on_every_way
from menu.schema import Screen
from menu.source import Source
from menu.templates import blanks_of

RULE: Final = "M839"


def check(source: Source) -> Iterator[Diagnostic]:
    screens = source.menu.screens
    if not any(screen.prefetch for screen in screens.values()):
        return
    starts = [entry.go for _, entry in source.entries()]
    before = saved_on_every_way(source.flat_screens, starts)
    for name, screen in screens.items():
        known = (before.get(name, frozenset()) | _kept_on_arrival(screen)) - _asked_here(screen)
        for position, other in enumerate(screen.prefetch):
            there = screens.get(other)
            told = there.call.with_.values() if there and there.call else ()
            names = [blank.saved_as or blank.column for text in told for blank in blanks_of(text)]
            for kept in dict.fromkeys(names):
                if name in before and kept not in known:
                    place = source.value_place("screens", name, "prefetch", position)
                    reason = f'On this screen nobody knows yet what "{kept}" will be.'
                    hint = f'Ask ahead on a screen behind what has "save_as: {kept}".'
                    yield error(place, RULE, reason, hint)


def _kept_on_arrival(screen: Screen) -> frozenset[str]:
    saved = {screen.call.save_as} if screen.call and screen.call.save_as else set[str]()
    return frozenset(saved | screen.set_.keys())


def _asked_here(screen: Screen) -> frozenset[str]:
    asked = {ask.save_as for _, ask in screen.questions()}
    asked |= {rows.save_as for _, rows in screen.row_options()}
    asked |= {name for _, _, option in screen.numbered_options() for name in option.set_}
    return frozenset(asked)
