"""How a caller gets from one screen to the next: the way back, sub-menus, what is kept. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from menu.choices import Choice
from menu.conditions import Expression, written
from menu.known import Known
from menu.place import Crumb, Place
from menu.ways import Target

MAX_PATH: Final = 12  # screens that "back" remembers; the home screen is never forgotten
MAX_INSIDE: Final = 5  # sub-menus inside each other that find back
MAX_KEPT_BYTES: Final = 700  # of values; a session has 4 KB for all
MAX_ROW_BYTES: Final = 270  # of the rows that were chosen


def went(
    place: Place, target: Target, choice: Choice | None = None, *, was_seen: bool = True
) -> Place:
    """A choice that lies on the way back returns to it, so that a path never goes round.

    `was_seen` False: the screen only led on, and "back" does not know it.
    """
    trail: tuple[Crumb, ...] = (*place.path, place.crumb) if was_seen else place.path
    if choice is not None and choice.is_final:
        trail = trail[:1] if place.path else ()
    screen, returns = target.screen, place.returns
    if not screen:
        screen = returns[-1] if returns else trail[0].screen if trail else place.screen
        returns = returns[:-1]
        # Nobody goes back into a sub-menu that is over.
        trail = tuple(crumb for crumb in trail if crumb.depth <= len(returns))
    elif target.then:
        returns = (*returns, target.then)[-MAX_INSIDE:]
    been = [crumb.screen for crumb in trail]
    if screen in been:
        at = been.index(screen)
        if not target.then:
            returns = returns[: trail[at].depth]
        trail = trail[:at]
    if len(trail) > MAX_PATH:
        trail = (trail[0], *trail[-(MAX_PATH - 1) :])
    rows = place.rows
    language = place.language
    if choice is not None:
        rows = _with_row(rows, *choice.saves) if choice.saves else rows
        language = choice.sets_language or language
    return Place(
        screen=screen,
        language=language,
        path=trail,
        rows=rows,
        values=place.values,
        returns=returns,
    )


def with_values(place: Place, values: Mapping[str, str | None]) -> Place:
    """With these kept as well, and those that are None forgotten. What is oldest goes first where
    all together would be too much."""
    kept = {name: value for name, value in place.values.items() if name not in values}
    kept |= {name: value for name, value in values.items() if value}
    return replace(place, values=_newest(kept, MAX_KEPT_BYTES))


def with_sets(known: Known, sets: Iterable[tuple[str, Expression]]) -> Place:
    """After these lines, one after the other: each sees what those before it kept."""
    place = known.place
    for name, expression in sets:
        value = written(expression.work(known.at(place)))
        place = with_values(place, {name: value})
    return place


def back(place: Place) -> Place:
    """The screen before; there is one."""
    *trail, crumb = place.path
    return replace(
        place,
        screen=crumb.screen,
        page=crumb.page,
        query=crumb.query,
        path=tuple(trail),
        returns=place.returns[: crumb.depth],
        tries=0,
    )


def home(place: Place) -> Place:
    return Place(
        screen=place.path[0].screen if place.path else place.screen,
        language=place.language,
        rows=place.rows,
        values=place.values,
    )


def _with_row(rows: Mapping[str, str], name: str, key: str) -> dict[str, str]:
    others = {each: other for each, other in rows.items() if each != name}
    return _newest({**others, name: key}, MAX_ROW_BYTES)


def _newest(kept: dict[str, str], most: int) -> dict[str, str]:
    while kept and sum(map(_size, kept.items())) > most:
        del kept[next(iter(kept))]
    return kept


def _size(item: tuple[str, str]) -> int:
    name, value = item
    return len(name) + len(value.encode("utf-8", "surrogatepass")) + 6
