"""M410: what may stand behind a keyword answers no question that is asked there, in this order: it
would be left unread."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from menu.diagnostics import Diagnostic, did_you_mean, error
from menu.entry_schema import LANG
from menu.repeats import led_to
from menu.schema import Keyword
from menu.source import Source
from menu.way_schema import ways_of

RULE: Final = "M410"


def check(source: Source) -> Iterator[Diagnostic]:
    for word, keyword in source.menu.entry_points.sms.keywords.items():
        path = ("entry_points", "sms", "keywords", word, "args")
        for position, reason, hint in _faults(source, keyword):
            yield error(source.value_place(*path, position), RULE, reason, hint)


def _faults(source: Source, keyword: Keyword) -> Iterator[tuple[int, str, str]]:
    screens = source.flat_screens
    here, last = led_to(screens, [keyword.go]), len(keyword.args) - 1
    for position, name in enumerate(keyword.args):
        if name in keyword.args[:position]:
            yield position, f'"{name}" stands here twice.', "Remove one of them."
        elif name == LANG:
            if position not in (0, last):
                yield position, "The language stands between others.", f"Write {LANG} last."
        else:
            asks = {each: ask.save_as for each in here if (ask := screens[each].ask)}
            asking = [each for each, saves in asks.items() if saves == name]
            if not asking:
                hint = did_you_mean(name, sorted(set(asks.values())))
                yield position, f'Nothing asks for "{name}" at this point.', hint
                return
            here = led_to(screens, _behind(source, asking))


def _behind(source: Source, asking: Iterable[str]) -> Iterator[str]:
    """The screens that may follow an answer; the end of a sub-menu may be that of any."""
    for name in asking:
        go = source.flat_screens[name].go
        for _, way, _ in ways_of(go) if go is not None else ():
            if isinstance(way, str):
                yield way
            elif way.screen:
                yield way.screen
            else:
                yield from _after_sub_menus(source)


def _after_sub_menus(source: Source) -> Iterator[str]:
    for _, go in source.goes():
        for _, way, _ in ways_of(go):
            if not isinstance(way, str) and way.then:
                yield way.then
