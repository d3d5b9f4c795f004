"""M102 (warning): no option and no entry point leads to this screen, so nobody will see it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, warning
from menu.reach import reachable
from menu.source import Source

RULE: Final = "M102"


def check(source: Source) -> Iterator[Diagnostic]:
    screens = source.menu.screens
    starts = [entry.go for _, entry in source.entries()]
    seen = reachable(source.flat_screens, starts)
    for name in screens:
        if starts and name not in seen:
            reason = f'Nothing leads to the screen "{name}".'
            hint = f'Add an option with "go: {name}", or remove the screen.'
            yield warning(source.name_place("screens", name), RULE, reason, hint)
