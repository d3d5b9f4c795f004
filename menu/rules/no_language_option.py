"""M207 (warning): somebody who dials and cannot read the first language finds no option that
changes it, on the home screen or behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from menu.diagnostics import Diagnostic, warning
from menu.reach import leading_to
from menu.schema import Screen
from menu.source import Source

RULE: Final = "M207"


def check(source: Source) -> Iterator[Diagnostic]:
    if len(source.languages) == 1:
        return
    screens = source.flat_screens
    helpful = leading_to(screens, _with_a_language_option(screens))
    for code, entry in source.menu.entry_points.ussd.items():
        if entry.go in screens and entry.go not in helpful:
            place = source.name_place("entry_points", "ussd", code)
            reason = f"Who dials {code} can never choose a language."
            hint = 'Add an option such as "Language" that leads to a screen with the languages.'
            yield warning(place, RULE, reason, hint)


def _with_a_language_option(screens: Mapping[str, Screen]) -> Iterator[str]:
    for name, screen in screens.items():
        listed = any(True for _ in screen.language_options())
        if listed or any(option.language for _, _, option in screen.numbered_options()):
            yield name
