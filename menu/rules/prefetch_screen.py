"""M837: what is asked ahead is the call of no screen, or nobody is on this one to go on from: the
answer would be fetched for nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, did_you_mean, error
from menu.source import Source

RULE: Final = "M837"


def check(source: Source) -> Iterator[Diagnostic]:
    screens = source.menu.screens
    calling = [name for name, screen in screens.items() if screen.call]
    for name, screen in screens.items():
        if screen.prefetch and (screen.ends or screen.leads_on):
            place = source.value_place("screens", name, "prefetch")
            reason = "Nobody goes on from here: this screen ends the dialogue, or is never shown."
            yield error(place, RULE, reason, "Write it on a screen that waits for an answer.")
        for position, other in enumerate(screen.prefetch):
            if other not in calling:
                place = source.value_place("screens", name, "prefetch", position)
                hint = did_you_mean(other, calling) or "Name a screen that has call:."
                yield error(place, RULE, f'"{other}" is not a screen that asks a service.', hint)
