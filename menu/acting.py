"""Whether something happens when somebody is led on from a screen: an SMS is sent, a service does
more than look something up. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from menu.screen_schema import Screen
from menu.source import Source
from menu.way_schema import Go, screens_of, ways_of


def acts_behind(source: Source, go: Go) -> bool:
    """Before he types anything more. Where a sub-menu ends, whatever may follow one counts."""
    waiting, seen = [*_behind(source, go)], set[str]()
    while waiting:
        name = waiting.pop()
        screen = source.flat_screens.get(name)
        if screen is None or name in seen:
            continue
        seen.add(name)
        if _acts(source, screen):
            return True
        if screen.leads_on and screen.go is not None:
            waiting += _behind(source, screen.go)
        if screen.call:
            waiting.append(screen.call.on_error)
    return False


def _acts(source: Source, screen: Screen) -> bool:
    if screen.send_sms is not None or screen.send_link or (screen.helpline and screen.helpline.sms):
        return True
    if screen.call is None:
        return False
    spec = source.services.get(screen.call.service)
    return spec is None or not spec.reads


def _behind(source: Source, go: Go) -> Iterator[str]:
    yield from (name for _, name in screens_of(go))
    if any(not isinstance(way, str) and way.return_ for _, way, _ in ways_of(go)):
        yield from source.after_sub_menus
