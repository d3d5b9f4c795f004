"""M409: a missed call leads to a screen that confirms something, or that asks a service to do more
than look something up. Callers' numbers can be forged: anybody could book in another's name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, error
from menu.document import KeyPath
from menu.repeats import led_to, only_reads
from menu.source import Source

RULE: Final = "M409"


def check(source: Source) -> Iterator[Diagnostic]:
    for called, entry in source.menu.entry_points.missed_call.items():
        path: KeyPath = ("entry_points", "missed_call", called)
        yield from _acts(source, (*path, "go"), entry.go)
        if entry.foreign:
            yield from _acts(source, (*path, "foreign", "go"), entry.foreign.go)


def _acts(source: Source, path: KeyPath, go: str) -> Iterator[Diagnostic]:
    for name in sorted(led_to(source.flat_screens, [go])):
        screen = source.flat_screens[name]
        is_unknown = screen.call is not None and screen.call.service not in source.services
        if is_unknown or only_reads(screen, source.services):
            continue
        does = "confirms something" if screen.confirm else "asks a service to do something"
        reason = f'A missed call leads to "{name}", which {does}.'
        hint = "Lead it to a screen that only tells something, or sends a link."
        yield error(source.value_place(*path), RULE, reason, hint)
