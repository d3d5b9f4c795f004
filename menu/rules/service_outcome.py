"""M825: a screen waits for something that its service never comes to; it would never be shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, did_you_mean, error
from menu.service_parts import FAULTS
from menu.source import Source

RULE: Final = "M825"


def check(source: Source) -> Iterator[Diagnostic]:
    for name, screen in source.menu.screens.items():
        call = screen.call
        if call is None or call.service not in source.services:
            continue
        known = source.services[call.service].outcomes or frozenset(FAULTS)
        for outcome in call.outcomes:
            if outcome not in known:
                place = source.name_place("screens", name, "call", "outcomes", outcome)
                reason = f'The service "{call.service}" never comes to "{outcome}".'
                yield error(place, RULE, reason, did_you_mean(outcome, known))
