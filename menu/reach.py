"""Which screens somebody can get to, starting from some of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from menu.schema import Screen


def reachable(screens: Mapping[str, Screen], starts: Iterable[str]) -> frozenset[str]:
    """The names of these screens and of all behind them. Unknown names lead nowhere."""
    waiting = [name for name in starts if name in screens]
    seen = set(waiting)
    while waiting:
        for option in screens[waiting.pop()].options:
            if option.go in screens and option.go not in seen:
                seen.add(option.go)
                waiting.append(option.go)
    return frozenset(seen)
