"""M202: two options of a screen have the same key, or all languages are listed twice, so the second
could never be chosen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, error
from menu.source import Source

RULE: Final = "M202"


def check(source: Source) -> Iterator[Diagnostic]:
    for name, screen in source.menu.screens.items():
        for position, _ in [*screen.language_options()][1:]:
            place = source.value_place("screens", name, "options", position)
            yield error(place, RULE, "The languages are listed above already.", "Remove one line.")
        seen: set[str] = set()
        for position, key, option in screen.numbered_options():
            if key in seen:
                place = source.value_place("screens", name, "options", position, "key")
                own = "" if option.key else f" (its position in the list is {key})"
                reason = f'The key "{key}" is taken by an option above{own}.'
                yield error(place, RULE, reason, "Give every option a key of its own, or none.")
            seen.add(key)
