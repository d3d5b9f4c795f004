"""M107: an option, an answer or an entry point leads to a screen that does not exist."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, did_you_mean, error
from menu.document import KeyPath
from menu.source import Source

RULE: Final = "M107"


def check(source: Source) -> Iterator[Diagnostic]:
    leads: list[tuple[KeyPath, str]] = [((*path, "go"), to.go) for path, to in source.entries()]
    for name, screen in source.menu.screens.items():
        leads += [(("screens", name, *path), go) for path, go in screen.leads()]
    for path, go in leads:
        if go not in source.menu.screens:
            hint = did_you_mean(go, source.menu.screens)
            yield error(source.value_place(*path), RULE, f'"{go}" is not a screen.', hint)
