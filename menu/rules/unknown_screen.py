"""M107: an option or an entry point leads to a screen that does not exist."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, did_you_mean, error
from menu.source import Source

RULE: Final = "M107"


def check(source: Source) -> Iterator[Diagnostic]:
    leads = [(path, entry.go) for path, entry in source.entries()]
    leads += [(path, option.go) for path, _, option in source.options()]
    for path, go in leads:
        if go not in source.menu.screens:
            hint = did_you_mean(go, source.menu.screens)
            yield error(source.value_place(*path, "go"), RULE, f'"{go}" is not a screen.', hint)
