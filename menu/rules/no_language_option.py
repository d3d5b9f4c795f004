"""M207 (warning): somebody who dials and cannot read the first language finds no option that
changes it, on the home screen or behind it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, warning
from menu.reach import reachable
from menu.source import Source

RULE: Final = "M207"


def check(source: Source) -> Iterator[Diagnostic]:
    if len(source.languages) == 1:
        return
    screens = source.menu.screens
    for code, entry in source.menu.entry_points.ussd.items():
        behind = reachable(screens, [entry.go])
        options = [each for name in behind for _, _, each in screens[name].numbered_options()]
        if behind and not any(option.language for option in options):
            place = source.name_place("entry_points", "ussd", code)
            reason = f"Who dials {code} can never choose a language."
            hint = 'Add an option such as "Language" that leads to a screen with the languages.'
            yield warning(place, RULE, reason, hint)
