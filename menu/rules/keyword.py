"""M402: an SMS keyword that cannot work: nothing is left of it when case and punctuation are
ignored, it is too long to be typed, or it is a number of one or two digits and would swallow the
answers to numbered menus."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, error
from menu.inputs import fold
from menu.source import Source

RULE: Final = "M402"
LONGEST: Final = 40
LONGER_THAN_A_KEY: Final = 3


def check(source: Source) -> Iterator[Diagnostic]:
    for place, keyword, _, _ in source.sms_words():
        folded = fold(keyword)
        if not any(char.isalnum() for char in folded):
            yield error(place, RULE, f'"{keyword}" has no letter.', "Use a short word.")
        elif len(folded) > LONGEST:
            reason = f"A keyword of {len(folded)} characters; {LONGEST} is the most."
            yield error(place, RULE, reason, "Use a short word.")
        elif len(folded) < LONGER_THAN_A_KEY and not any(char.isalpha() for char in folded):
            reason = f'"{keyword}" is a short number, as the answers to a menu are.'
            yield error(place, RULE, reason, "Put a letter in it, or use three digits.")
