"""M415: an entry point leads to the end of a sub-menu before anything is shown. Nobody called that
sub-menu, so there is no screen to return to: the caller would be told to try again later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from menu.diagnostics import Diagnostic, error
from menu.reach import may_return, reachable
from menu.screen_schema import Screen
from menu.source import Source
from menu.way_schema import OneWay, ways_of

RULE: Final = "M415"


def check(source: Source) -> Iterator[Diagnostic]:
    for path, entry in source.entries():
        name = _returns_to_nobody(source.flat_screens, entry.go)
        if name is not None:
            reason = f'"{name}" ends a sub-menu that nobody called, and nothing was shown before.'
            hint = "Let the entry lead to a screen that shows something, or end it with a text."
            yield error(source.value_place(*path, "go"), RULE, reason, hint)


def _returns_to_nobody(screens: Mapping[str, Screen], start: str) -> str | None:
    """The screen where that happens, of those that are reached before anybody types."""
    waiting, seen = [start], set[str]()
    while waiting:
        name = waiting.pop()
        screen = screens.get(name)
        if screen is None or name in seen:
            continue
        seen.add(name)
        if screen.call:
            waiting.append(screen.call.on_error)
        for way in _ways_on(screen):
            if not isinstance(way, str) and way.return_:
                return name
            waiting += _outside(screens, way)
    return None


def _outside(screens: Mapping[str, Screen], way: OneWay) -> Iterator[str]:
    """Where nobody is there to return to: not in a sub-menu, but behind its end, if it has one."""
    if isinstance(way, str):
        yield way
    elif way.screen and not way.then:
        yield way.screen
    elif way.screen and way.then:
        inside = (screens[name] for name in reachable(screens, [way.screen]))
        if any(may_return(screen) for screen in inside):
            yield way.then


def _ways_on(screen: Screen) -> Iterator[OneWay]:
    if screen.leads_on and screen.go is not None:
        yield from (way for _, way, _ in ways_of(screen.go))
