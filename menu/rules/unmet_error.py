"""M307 (warning): own words for a mistake that no answer can make: the question has no such limit.
Nobody will ever read them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu import question_schema as asked
from menu.diagnostics import Diagnostic, warning
from menu.source import Source

RULE: Final = "M307"
LIMITS: Final = ("max", "earliest", "latest", "min_length")  # none unless written


def check(source: Source) -> Iterator[Diagnostic]:
    for path, ask in source.asks():
        if isinstance(ask, asked.Ask):
            continue
        for limit in LIMITS:
            if getattr(ask.errors, limit, None) is not None and getattr(ask, limit) is None:
                reason = f'Nobody reads this text: the question has no "{limit}".'
                hint = f'Add a line "{limit}: ..." to the question, or remove the text.'
                yield warning(source.name_place(*path, "errors", limit), RULE, reason, hint)
