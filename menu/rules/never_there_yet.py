"""M815 (warning): a condition asks for what is never saved before it: no way leads from where it is
saved to here. It counts as nothing, so the condition always has the same answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from menu.condition_words import words_of
from menu.diagnostics import Diagnostic, warning
from menu.reach import may_return, reachable
from menu.schema import Screen
from menu.source import Source

RULE: Final = "M815"


def check(source: Source) -> Iterator[Diagnostic]:
    screens = source.flat_screens
    savers = _savers(screens)
    behind: dict[str, frozenset[str]] = {}
    for path, text in source.conditions():
        name = str(path[1])
        for word in sorted(words_of(text)):
            kept = word.partition(".")[0]
            if kept not in savers:
                continue  # a clock, the language; or a mistake that M801 tells
            if kept not in behind:
                behind[kept] = _behind(source, savers[kept])
            if not _parts(screens, name) & behind[kept]:
                reason = f'Nothing is saved as "{kept}" on any way to here.'
                hint = "Ask for it first, or ask for something else."
                yield warning(source.value_place(*path), RULE, reason, hint)


def _behind(source: Source, savers: set[str]) -> frozenset[str]:
    """A sub-menu that somebody leaves with what was saved may end wherever one is entered from."""
    screens = source.flat_screens
    found = reachable(screens, savers)
    ends = any(may_return(screens[name]) for name in found)
    return reachable(screens, found | source.after_sub_menus) if ends else found


def _parts(screens: Mapping[str, Screen], name: str) -> set[str]:
    """A form is several screens; its conditions stand behind the last."""
    return {each for each in screens if each == name or each.startswith(f"{name}.")}


def _savers(screens: Mapping[str, Screen]) -> dict[str, set[str]]:
    savers: dict[str, set[str]] = {}
    for name, screen in screens.items():
        for kept in _saved(screen):
            savers.setdefault(kept, set()).add(name)
    return savers


def _saved(screen: Screen) -> Iterator[str]:
    yield from screen.set_
    if screen.ask:
        yield screen.ask.save_as
    if screen.call and screen.call.save_as:
        yield screen.call.save_as
    for _, _, option in screen.numbered_options():
        yield from option.set_
    for _, rows in screen.row_options():
        yield rows.save_as
