"""M413 (warning): two keywords lead to different screens and differ by one letter. One slip of a
thumb brings the wrong answer, and an SMS that costs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, warning
from menu.inputs import fold
from menu.near_misses import FEWEST_LETTERS, distance
from menu.source import Source

RULE: Final = "M413"


def check(source: Source) -> Iterator[Diagnostic]:
    words = [
        (place, word, fold(word), keyword.go) for place, word, keyword, _ in source.sms_words()
    ]
    alike: defaultdict[str, list[int]] = defaultdict(list)
    for at, (_, _, folded, _) in enumerate(words):
        for shape in _shapes(folded):
            alike[shape].append(at)
    told: set[int] = set()
    for at, (place, word, folded, go) in enumerate(words):
        near = {other for shape in _shapes(folded) for other in alike[shape] if other < at}
        for other in sorted(near):
            _, first, like, leads = words[other]
            if at not in told and leads != go and distance(folded, like, 1) == 1:
                told.add(at)
                reason = f'"{word}" is one letter away from "{first}", which leads elsewhere.'
                yield warning(place, RULE, reason, "Use words that nobody mixes up.")


def _shapes(folded: str) -> set[str]:
    """What two words share that one letter tells apart: the one, or the other without it. Words of
    few letters and numbers are never near."""
    if sum(map(str.isalpha, folded)) < FEWEST_LETTERS or any(map(str.isdecimal, folded)):
        return set()
    return {folded, *(folded[:at] + folded[at + 1 :] for at in range(len(folded)))}
