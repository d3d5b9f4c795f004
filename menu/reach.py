"""Which screens somebody can get to, and from which: each in one walk, however many there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from menu.schema import Screen


def reachable(screens: Mapping[str, Screen], starts: Iterable[str]) -> frozenset[str]:
    """The names of these screens and of all behind them. Unknown names lead nowhere."""
    behind = {name: [go for _, go in screen.leads()] for name, screen in screens.items()}
    return _walk(behind, starts)


def leading_to(screens: Mapping[str, Screen], ends: Iterable[str]) -> frozenset[str]:
    """The names of these screens and of all from which somebody can get to one of them."""
    before: dict[str, list[str]] = {name: [] for name in screens}
    for name, screen in screens.items():
        for _, go in screen.leads():
            if go in before:
                before[go].append(name)
    return _walk(before, ends)


def _walk(steps: Mapping[str, Iterable[str]], starts: Iterable[str]) -> frozenset[str]:
    waiting = [name for name in starts if name in steps]
    seen = set(waiting)
    while waiting:
        for name in steps[waiting.pop()]:
            if name in steps and name not in seen:
                seen.add(name)
                waiting.append(name)
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
