"""M201: a screen has options, or it asks, or it ends, or it only leads on: exactly one of them.
Otherwise nobody knows what the author wanted: a question without answers, or an end that asks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, error
from menu.schema import Screen
from menu.source import Source

RULE: Final = "M201"


def check(source: Source) -> Iterator[Diagnostic]:
    for name, screen in source.menu.screens.items():
        kinds = _kinds(screen)
        if not kinds and screen.go is None:
            reason = f'The screen "{name}" has neither options nor an end.'
            hint = 'Add "options:", or "end: true" if the dialogue ends here.'
            yield error(source.name_place("screens", name), RULE, reason, hint)
        for kind in kinds[1:]:
            reason = f'The screen "{name}" has "{kinds[0]}" and "{kind}", and can do only one.'
            hint = f'Remove "{kind}", or make a screen of its own for it.'
            yield error(source.name_place("screens", name, kind), RULE, reason, hint)
        for kind in ("ask", "form"):
            if kind in kinds and screen.go is None:
                reason = "Nobody knows where the answer leads."
                hint = f'Add a line "go: ..." beside "{kind}", with the screen that follows.'
                yield error(source.name_place("screens", name, kind), RULE, reason, hint)
        if screen.go is not None and kinds and kinds[0] not in ("ask", "form"):
            reason = f'"go" of a screen belongs to "ask" or "form", and here is "{kinds[0]}".'
            hint = 'Options have a "go" of their own; remove this one.'
            yield error(source.name_place("screens", name, "go"), RULE, reason, hint)


def _kinds(screen: Screen) -> list[str]:
    there = {
        "options": bool(screen.options),
        "ask": screen.ask is not None,
        "form": bool(screen.form),
        "confirm": screen.confirm is not None,
        "helpline": screen.helpline is not None,
        "end": screen.end and screen.helpline is None,
    }
    return [kind for kind, is_there in there.items() if is_there]
