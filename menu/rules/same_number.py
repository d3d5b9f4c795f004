"""M811: a number of a helpline stands there twice (a warning: often one was copied and not
changed), or it is one of ours whose calls are never answered (an error)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, error, warning
from menu.source import Source

RULE: Final = "M811"
NATIONAL: Final = 8  # digits from which the end of a number is enough to know it


def check(source: Source) -> Iterator[Diagnostic]:
    rung = source.menu.entry_points.missed_call
    first: dict[str, str] = {}
    for name, helpline in source.menu.helplines.items():
        digits = _digits(helpline.number)
        place = source.value_place("helplines", name, "number")
        ours = next((each for each in rung if _is_same(_digits(each), digits)), None)
        if ours:
            reason = f"Nobody answers there: {ours} is for missed calls."
            yield error(place, RULE, reason, "Write the number at which people answer.")
        elif digits in first:
            reason = f'This is the number of "{first[digits]}" too.'
            yield warning(place, RULE, reason, "Correct one of them, or use one helpline.")
        first.setdefault(digits, name)


def _digits(number: str) -> str:
    return "".join(filter(str.isdecimal, number))


def _is_same(ours: str, written: str) -> bool:
    """Written with its country code, or as it is dialled in the country."""
    own = written.lstrip("0")
    return len(own) >= NATIONAL and ours.endswith(own)
