"""M838: what is asked ahead would do something, or is kept by nobody: it would be done without its
caller, or be asked twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, error
from menu.source import Source
from menu.table_parts import TableFile

RULE: Final = "M838"


def check(source: Source) -> Iterator[Diagnostic]:
    for name, screen in source.menu.screens.items():
        for position, other in enumerate(screen.prefetch):
            there = source.menu.screens.get(other)
            if there is None or there.call is None:
                continue  # M837 tells
            why = _why_not(source, there.call.service)
            if why is not None:
                place = source.value_place("screens", name, "prefetch", position)
                yield error(place, RULE, *why)


def _why_not(source: Source, name: str) -> tuple[str, str] | None:
    service = source.declared.get(name)
    leave = "Remove it from the list."
    if service is None:
        if name in source.services:
            return f'The answers of "{name}" are not kept.', leave
        return None  # M809 tells
    if not service.is_safe:
        return f'The service "{name}" does something; nobody has asked for it yet.', leave
    if service.has_secrets:
        return f'The service "{name}" is told a secret; its answers are not kept.', leave
    if isinstance(service.way, TableFile):
        return f'"{name}" is a table at hand; nothing is faster.', leave
    if not service.cache_seconds:
        return f'The answers of "{name}" are not kept.', "Add cache_seconds: to the service."
    return None
