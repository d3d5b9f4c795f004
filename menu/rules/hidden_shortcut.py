"""M414 (warning): a service code is another one with keys behind it, and those keys mean something
there. The longer code wins: who dials the shortcut that he knows comes to another screen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, warning
from menu.schema import Screen
from menu.service_codes import split_dialled
from menu.source import Source

RULE: Final = "M414"


def check(source: Source) -> Iterator[Diagnostic]:
    codes = source.menu.entry_points.ussd
    for code in codes:
        others = [other for other in codes if other != code]
        split = split_dialled(code, others)
        if split is None or not split[1]:
            continue
        shorter, keys = split
        screen = source.flat_screens.get(codes[shorter].go)
        if screen is not None and _means_something(screen, keys[0]):
            reason = f'Who dials "{shorter}" and then {"*".join(keys)} comes to this code instead.'
            hint = f'Use a code whose next number is no option of "{codes[shorter].go}".'
            yield warning(source.name_place("entry_points", "ussd", code), RULE, reason, hint)


def _means_something(screen: Screen, key: str) -> bool:
    lists = (*screen.row_options(), *screen.language_options())
    return bool(lists) or any(its == key for _, its, _ in screen.numbered_options())
