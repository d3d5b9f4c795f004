"""Which screens a missed call may come to: what only tells something, and may be told again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from menu.blanks import used_blanks
from menu.screen_schema import Screen
from menu.services import Services
from menu.source import Source
from menu.templates import blanks_of
from menu.way_schema import screens_of, ways_of


def led_to(
    screens: Mapping[str, Screen], starts: Iterable[str], *, errors: bool = True
) -> frozenset[str]:
    """These screens, and all that they lead on to before somebody types anything; without `errors`
    only where services answer."""
    waiting, seen = list(starts), set[str]()
    while waiting:
        name = waiting.pop()
        screen = screens.get(name)
        if screen is None or name in seen:
            continue
        seen.add(name)
        if screen.leads_on and screen.go is not None:
            waiting += [go for _, go in screens_of(screen.go)]
        if screen.call and errors:
            waiting += [screen.call.on_error, *screen.call.outcomes.values()]
    return frozenset(seen)


def only_reads(screen: Screen, services: Services) -> bool:
    """Nothing is booked, paid or confirmed there."""
    spec = services.get(screen.call.service) if screen.call else None
    return screen.confirm is None and (screen.call is None or (spec is not None and spec.reads))


def repeatable(source: Source) -> frozenset[str]:
    """Screens that tell the same to the same answers whenever they are reached. None where no
    number is for that."""
    if not any(entry.usual for entry in source.menu.entry_points.missed_call.values()):
        return frozenset()
    screens = source.flat_screens
    behind_yes = {
        name
        for screen in screens.values()
        if screen.confirm
        for name in led_to(screens, (go for _, go in screens_of(screen.confirm.yes)), errors=False)
    }
    parts = _parts_of_answers(source)
    return frozenset(
        name
        for name in screens
        if _tells(source, there := led_to(screens, [name])) and not there & behind_yes
        and _given(screens, there) >= frozenset().union(*(parts[each] for each in there))
    )  # fmt: skip


def _tells(source: Source, there: Iterable[str]) -> bool:
    return all(
        (screen.ends or (screen.leads_on and not _returns(screen)))
        and only_reads(screen, source.services)
        and not _tells_secrets(source, screen)
        for screen in map(source.flat_screens.__getitem__, there)
    )


def _returns(screen: Screen) -> bool:
    ways = ways_of(screen.go) if screen.go is not None else []
    return any(not isinstance(way, str) and way.return_ for _, way, _ in ways)


def _tells_secrets(source: Source, screen: Screen) -> bool:
    texts = screen.call.with_.values() if screen.call else ()
    blanks = [blank for text in texts for blank in blanks_of(text) if not blank.saved_as]
    return any(
        source.values[one.column].is_sensitive for one in blanks if one.column in source.values
    )


def _given(screens: Mapping[str, Screen], there: Iterable[str]) -> frozenset[str]:
    """The names of the services' answers that are fetched on the way."""
    calls = (screens[name].call for name in there)
    return frozenset(call.save_as for call in calls if call and call.save_as)


def _parts_of_answers(source: Source) -> Mapping[str, frozenset[str]]:
    """The services' answers that each screen shows."""
    shown: defaultdict[str, frozenset[str]] = defaultdict(frozenset)
    for used in used_blanks(source):
        if used.value and used.blank.saved_as:
            shown[used.screen] |= {used.blank.saved_as}
    return shown
