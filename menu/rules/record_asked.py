"""M830: the status of a register that nobody writes into, or a thank-you that comes before anything
is kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, did_you_mean, error
from menu.source import Source

RULE: Final = "M830"


def check(source: Source) -> Iterator[Diagnostic]:
    services = source.menu.services
    registers = {each.record for each in services.values() if each.record is not None}
    for name, service in services.items():
        if service.status_of is not None and service.status_of not in registers:
            place = source.value_place("services", name, "status_of")
            reason = f'Nothing writes into the register "{service.status_of}".'
            hint = did_you_mean(service.status_of, registers)
            yield error(place, RULE, reason, hint or "Add a service with record: of that name.")
    for name, screen in source.menu.screens.items():
        called = services.get(screen.call.service) if screen.call else None
        if screen.call and screen.call.when_slow and called and called.record is not None:
            place = source.value_place("screens", name, "call", "when_slow")
            reason = "What is kept is kept at once: nobody is thanked for it later."
            yield error(place, RULE, reason, "Remove the line.")
