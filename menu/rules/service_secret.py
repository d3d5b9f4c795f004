"""M824: a PIN or the like would stand in an address, which servers write into their logs, or its
answer would be kept for others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, error
from menu.service_parts import BLANK
from menu.source import Source
from menu.templates import blanks_of

RULE: Final = "M824"


def check(source: Source) -> Iterator[Diagnostic]:
    for name, service in source.menu.services.items():
        secret = {told for told, take in service.takes.items() if take.secret}
        if not secret:
            continue
        for path, text in service.templates():
            if path[0] in ("url", "query") and secret & set(BLANK.findall(text)):
                place = source.value_place("services", name, *path)
                hint = "Send it in the body: json or form."
                yield error(place, RULE, "A secret stands in the address.", hint)
        for field in ("cache_seconds", "stale_seconds"):
            if getattr(service, field):
                place = source.value_place("services", name, field)
                reason = "The answer to a secret is kept for nobody."
                yield error(place, RULE, reason, "Remove the line.")
    yield from _told(source)


def _told(source: Source) -> Iterator[Diagnostic]:
    for name, screen in source.menu.screens.items():
        service = source.menu.services.get(screen.call.service) if screen.call else None
        for told, text in screen.call.with_.items() if screen.call and service else ():
            take = service.takes.get(told) if service else None
            for blank in blanks_of(text):
                its = source.values.get(blank.column) if not blank.saved_as else None
                if take and its and its.is_sensitive and not take.secret:
                    place = source.value_place("screens", name, "call", "with", told)
                    reason = f'"{blank.column}" is sensitive; the service does not know that.'
                    hint = f'Write under "takes" of the service: {told}: {{ secret: true }}'
                    yield error(place, RULE, reason, hint)
