"""M809: a screen calls a service that this bridge does not have, or tells it too little or too
much; its answer would never come."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, did_you_mean, error
from menu.schema import Screen
from menu.source import Source
from menu.templates import blanks_of

RULE: Final = "M809"


def check(source: Source) -> Iterator[Diagnostic]:
    for name, screen in source.menu.screens.items():
        if screen.call is None:
            continue
        if screen.call.service not in source.services:
            place = source.value_place("screens", name, "call", "service")
            hint = did_you_mean(screen.call.service, source.services)
            hint = hint or "This bridge has none; its operator can tell."
            yield error(place, RULE, f'"{screen.call.service}" is not a service.', hint)
        else:
            yield from _told(source, name, screen)


def _told(source: Source, name: str, screen: Screen) -> Iterator[Diagnostic]:
    call = screen.call
    if call is None:
        return
    spec = source.services[call.service]
    takes = spec.takes
    for missing in sorted(takes - spec.optional - call.with_.keys()):
        reason = f'The service "{call.service}" must be told "{missing}".'
        place = source.name_place("screens", name, "call")
        yield error(place, RULE, reason, f"Add it under with: {missing}: ...")
    for told, text in call.with_.items():
        if told not in takes:
            place = source.name_place("screens", name, "call", "with", told)
            reason = f'The service "{call.service}" takes no "{told}".'
            yield error(place, RULE, reason, did_you_mean(told, takes))
        for blank in blanks_of(text):
            dotted = f"{blank.saved_as}.{blank.column}" if blank.saved_as else blank.column
            if dotted not in source.values and blank.saved_as not in source.saved_rows:
                place = source.value_place("screens", name, "call", "with", told)
                hint = did_you_mean(dotted, [*source.values, *source.saved_rows])
                yield error(place, RULE, f'Nothing is saved as "{dotted}".', hint)
