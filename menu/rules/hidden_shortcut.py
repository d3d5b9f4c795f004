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
    for code, entry in codes.items():
        others = [other for other in codes if other != code]
        split = split_dialled(code, others)
        if split is None or not split[1]:
            continue
        shorter, keys = split
        screen = source.flat_screens.get(codes[shorter].go)
        if screen is not None and _leads_elsewhere(screen, keys, entry.go):
            reason = f'Who dials "{shorter}" and then {"*".join(keys)} comes to this code instead.'
            hint = f'Use a code whose next number is no option of "{codes[shorter].go}".'
            yield warning(source.name_place("entry_points", "ussd", code), RULE, reason, hint)


def _leads_elsewhere(screen: Screen, keys: tuple[str, ...], go: str) -> bool:
    """Whether the first key is an option there, and not one that leads to this very screen."""
    if any((*screen.row_options(), *screen.language_options())):
        return True
    leads = [option.go for _, key, option in screen.numbered_options() if key == keys[0]]
    return any(each != go or len(keys) > 1 for each in leads)
