"""M407: the menu has no entry point, so nobody could ever reach it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, error
from menu.source import Source

RULE: Final = "M407"


def check(source: Source) -> Iterator[Diagnostic]:
    if next(source.entries(), None) is None:
        place = source.name_place("entry_points")
        hint = 'Add a service code, a keyword or a called number under "entry_points".'
        yield error(place, RULE, "No channel enters this menu.", hint)
