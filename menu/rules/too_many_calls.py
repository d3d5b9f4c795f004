"""M813: so many services are asked one after the other, before anything is shown, that the turn's
deadline passes: four seconds are all there is, and one service may take two and a half."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from menu.diagnostics import Diagnostic, error, warning
from menu.schema import Screen
from menu.source import Source
from menu.way_schema import screens_of

RULE: Final = "M813"
MOST: Final = 3  # menu.runner asks no more in one turn
IN_TIME: Final = 2  # the first may take 2.5 s, and a second what is left


def check(source: Source) -> Iterator[Diagnostic]:
    screens = source.flat_screens
    lengths = _lengths(screens)
    reached_by_call = {
        go for name, screen in screens.items() if screen.call for go in _onward(screen)
    }
    for name, screen in source.menu.screens.items():
        count = lengths.get(name, 0)
        if screen.call is None or name in reached_by_call or count <= IN_TIME:
            continue
        place = source.name_place("screens", name, "call")
        reason = f"From here {count} services are asked in one turn"
        hint = "Show something in between, and go on when it was answered."
        if count > MOST:
            yield error(place, RULE, f"{reason}; {MOST} are the most.", hint)
        else:
            yield warning(place, RULE, f"{reason}; the last may find no time left.", hint)


def _lengths(screens: Mapping[str, Screen]) -> dict[str, int]:
    """The most services that are asked in a row, from each screen that asks or leads on. Circles
    have other rules (M804, M812) and count as far as they were not walked before."""
    lengths: dict[str, int] = {}
    for name in screens:
        _measure(screens, name, lengths)
    return lengths


def _measure(screens: Mapping[str, Screen], start: str, lengths: dict[str, int]) -> None:
    waiting, on_the_way = [start], set[str]()
    while waiting:
        name = waiting[-1]
        if name in lengths:
            waiting.pop()
            continue
        onward = [go for go in _onward(screens[name]) if go in screens]
        unknown = [go for go in onward if go not in lengths and go not in on_the_way]
        if name not in on_the_way and unknown:
            on_the_way.add(name)
            waiting += unknown
            continue
        behind = max((lengths.get(go, 0) for go in onward), default=0)
        lengths[name] = behind + (screens[name].call is not None)
        waiting.pop()


def _onward(screen: Screen) -> list[str]:
    """What follows before somebody presses anything."""
    goes = [go for _, go in screens_of(screen.go)] if screen.leads_on and screen.go else []
    return [*goes, screen.call.on_error] if screen.call else goes
