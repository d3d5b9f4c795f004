"""M805: `after_last_try` stands without `tries`, so that no try is ever the last."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, error
from menu.source import Source

RULE: Final = "M805"


def check(source: Source) -> Iterator[Diagnostic]:
    for path, ask in source.asks():
        if ask.after_last_try is not None and ask.tries is None:
            place = source.name_place(*path, "after_last_try")
            yield error(place, RULE, "No try is the last one here.", 'Add a line "tries: 3".')
