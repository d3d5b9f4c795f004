"""M201: a screen has either options or `end: true`. With neither, or both, nobody knows what the
author wanted: a question without answers, or an end that asks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, error
from menu.source import Source

RULE: Final = "M201"


def check(source: Source) -> Iterator[Diagnostic]:
    for name, screen in source.menu.screens.items():
        if not screen.options and not screen.end:
            reason = f'The screen "{name}" has neither options nor an end.'
            hint = 'Add "options:", or "end: true" if the dialogue ends here.'
            yield error(source.name_place("screens", name), RULE, reason, hint)
        if screen.options and screen.end:
            reason = f'The screen "{name}" ends the dialogue, and yet has options.'
            hint = 'Remove "end: true", or the options.'
            yield error(source.name_place("screens", name, "end"), RULE, reason, hint)
