"""M403: two SMS keywords are the same once case, spaces and punctuation are ignored, as they are
for callers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, error
from menu.inputs import fold
from menu.source import Source

RULE: Final = "M403"


def check(source: Source) -> Iterator[Diagnostic]:
    first: dict[str, str] = {}
    for keyword in source.menu.entry_points.sms.keywords:
        other = first.setdefault(fold(keyword), keyword)
        if other != keyword:
            place = source.name_place("entry_points", "sms", "keywords", keyword)
            reason = f'"{keyword}" is the same keyword as "{other}": case does not count.'
            yield error(place, RULE, reason, "Remove one of them.")
