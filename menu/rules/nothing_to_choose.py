"""M209 (warning): everything that a screen offers has a condition. Where none of them holds, there
is nothing to choose, and nobody gets on from there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, warning
from menu.schema import LanguageOptions
from menu.source import Source

RULE: Final = "M209"


def check(source: Source) -> Iterator[Diagnostic]:
    for name, screen in source.menu.screens.items():
        options = screen.options
        if options and not any(
            isinstance(each, LanguageOptions) or each.when is None for each in options
        ):
            place = source.name_place("screens", name, "options")
            reason = "Every option here has a condition; there may be nothing to choose."
            yield warning(place, RULE, reason, 'Add one without "when", such as the way home.')
