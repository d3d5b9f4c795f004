"""Which screens somebody can get to, and from which: each in one walk, however many there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from menu.schema import Go, Screen
from menu.way_schema import ways_of


def reachable(screens: Mapping[str, Screen], starts: Iterable[str]) -> frozenset[str]:
    """The names of these screens and of all behind them. Unknown names lead nowhere."""
    behind = {name: [go for _, go in screen.leads()] for name, screen in screens.items()}
    return _walk(behind, starts)


def may_return(screen: Screen) -> bool:
    """Whether one of its ways ends a sub-menu."""
    ways = (way for _, go in screen.goes() for _, way, _ in ways_of(go))
    return any(not isinstance(way, str) and way.return_ for way in ways)


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
    """The names that rows and values are saved under when somebody gets to a screen, whichever way
    he came. What a sub-menu saves for certain is there when it has ended."""
    begins = list(starts)
    in_sub_menus = frozenset[str]()
    while True:
        before = _saved(screens, begins, in_sub_menus)
        ending = [
            before[name].union(screen.set_) | saves
            for name, screen in screens.items()
            if name in before
            for go, saves in _ways_on(screen)
            if _returns(go)
        ]
        found = frozenset.intersection(*ending) if ending else frozenset[str]()
        if found <= in_sub_menus:
            return before
        in_sub_menus |= found


def _saved(
    screens: Mapping[str, Screen], starts: Iterable[str], in_sub_menus: frozenset[str]
) -> dict[str, frozenset[str]]:
    before = {name: frozenset[str]() for name in starts if name in screens}
    waiting = list(before)
    while waiting:
        here = waiting.pop()
        screen = screens[here]
        there = before[here].union(screen.set_)
        for go, saves in _ways_on(screen):
            arrived = there | saves
            for onward, is_after in _screens_behind(go):
                _arrive(
                    screens,
                    before,
                    waiting,
                    onward,
                    arrived | in_sub_menus if is_after else arrived,
                )
    return before


def _arrive(
    screens: Mapping[str, Screen],
    before: dict[str, frozenset[str]],
    waiting: list[str],
    onward: str,
    arrived: frozenset[str],
) -> None:
    if onward not in screens:
        return
    known = before.get(onward)
    if known is None or not known <= arrived:
        before[onward] = arrived if known is None else known & arrived
        waiting.append(onward)


def _screens_behind(go: Go) -> Iterator[tuple[str, bool]]:
    """Every screen, and whether it is what follows a sub-menu."""
    for _, way, _ in ways_of(go):
        if isinstance(way, str):
            yield way, False
        elif way.screen:
            yield way.screen, False
            if way.then:
                yield way.then, True


def _returns(go: Go) -> bool:
    return any(not isinstance(way, str) and way.return_ for _, way, _ in ways_of(go))


def _ways_on(screen: Screen) -> Iterator[tuple[Go, frozenset[str]]]:
    given = frozenset({screen.call.save_as}) if screen.call and screen.call.save_as else frozenset()
    for _, _, option in screen.numbered_options():
        yield option.go, given.union(option.set_)
    for _, languages in screen.language_options():
        yield languages.go, given
    for _, rows in screen.row_options():
        yield rows.go, given | {rows.save_as}
    if screen.confirm:
        yield screen.confirm.yes, given
        yield screen.confirm.no, given
    if screen.go is not None:
        yield screen.go, given.union({screen.ask.save_as} if screen.ask else ())
    if screen.ask and screen.ask.after_last_try:
        yield screen.ask.after_last_try, frozenset()
    if screen.call:
        for go in (screen.call.on_error, *screen.call.outcomes.values()):
            yield go, frozenset()
