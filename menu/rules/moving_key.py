"""M705: an option stands behind the rows of a data set, or behind the languages, and has no key of
its own. Its number would change whenever a row or a language comes or goes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, error
from menu.source import Source

RULE: Final = "M705"


def check(source: Source) -> Iterator[Diagnostic]:
    for name, screen in source.menu.screens.items():
        many = (*screen.row_options(), *screen.language_options())
        first = min((position for position, _ in many), default=None)
        for position, _, option in screen.numbered_options():
            if first is not None and position > first and option.key is None:
                place = source.value_place("screens", name, "options", position)
                reason = "This option stands behind rows or languages and has no key of its own."
                yield error(place, RULE, reason, 'Give it one, such as key: "9"; they skip it.')
