"""Which screens somebody can get to, starting from some of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from menu.schema import Screen


def reachable(screens: Mapping[str, Screen], starts: Iterable[str]) -> frozenset[str]:
    """The names of these screens and of all behind them. Unknown names lead nowhere."""
    waiting = [name for name in starts if name in screens]
    seen = set(waiting)
    while waiting:
        for _, onward in screens[waiting.pop()].leads():
            if onward in screens and onward not in seen:
                seen.add(onward)
                waiting.append(onward)
    return frozenset(seen)


def saved_on_every_way(
    screens: Mapping[str, Screen], starts: Iterable[str]
) -> dict[str, frozenset[str]]:
    """The names that rows are saved under when somebody gets to a screen, whichever way he came."""
    before = {name: frozenset[str]() for name in starts if name in screens}
    waiting = list(before)
    while waiting:
        here = waiting.pop()
        for onward, saves in _ways_on(screens[here]):
            if onward not in screens:
                continue
            arrived = before[here] | saves
            known = before.get(onward)
            if known is None or not known <= arrived:
                before[onward] = arrived if known is None else known & arrived
                waiting.append(onward)
    return before


def _ways_on(screen: Screen) -> Iterator[tuple[str, frozenset[str]]]:
    for _, _, option in screen.numbered_options():
        yield option.go, frozenset()
    for _, rows in screen.row_options():
        yield rows.go, frozenset({rows.save_as})
    if screen.ask and screen.go:
        yield screen.go, frozenset({screen.ask.save_as})
