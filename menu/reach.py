"""Which screens somebody can get to, and from which: each in one walk, however many there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from menu.schema import Screen


def reachable(screens: Mapping[str, Screen], starts: Iterable[str]) -> frozenset[str]:
    """The names of these screens and of all behind them. Unknown names lead nowhere."""
    behind = {name: [option.go for option in screen.options] for name, screen in screens.items()}
    return _walk(behind, starts)


def leading_to(screens: Mapping[str, Screen], ends: Iterable[str]) -> frozenset[str]:
    """The names of these screens and of all from which somebody can get to one of them."""
    before: dict[str, list[str]] = {name: [] for name in screens}
    for name, screen in screens.items():
        for option in screen.options:
            if option.go in before:
                before[option.go].append(name)
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
