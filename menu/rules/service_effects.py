"""M823: a service that does something is treated as one that only tells something, or cannot know
that two calls are one. Something would be booked twice, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, error, warning
from menu.source import Source

RULE: Final = "M823"


def check(source: Source) -> Iterator[Diagnostic]:
    for name, service in source.menu.services.items():
        if service.is_safe:
            if service.safe and service.verb in ("PUT", "PATCH", "DELETE"):
                place = source.value_place("services", name, "safe")
                reason = f"{service.verb} changes something; it is not safe."
                yield warning(place, RULE, reason, "Write safe: false.")
            continue
        for field in ("cache_seconds", "stale_seconds"):
            if getattr(service, field):
                place = source.value_place("services", name, field)
                reason = "An old answer cannot stand for something that is to be done."
                yield error(place, RULE, reason, "Remove the line, or write safe: true.")
        if service.url and service.idempotency_key is None:
            place = source.name_place("services", name)
            reason = f'The service "{name}" cannot know a call that comes twice.'
            hint = (
                "Add idempotency_key: with the header that its documentation names, or safe: true."
            )
            yield warning(place, RULE, reason, hint)
