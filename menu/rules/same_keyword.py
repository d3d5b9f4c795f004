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
    for place, keyword, _, _ in source.sms_words():
        folded = fold(keyword)
        other = first.get(folded)
        if other is None:
            first[folded] = keyword
        else:
            reason = f'"{keyword}" is the same keyword as "{other}": case does not count.'
            yield error(place, RULE, reason, "Remove one of them.")
