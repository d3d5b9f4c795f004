"""M804: screens that only lead on lead on and on: in a circle, or through more of them than are
followed in one turn. The caller would be sent away with "try again later"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from menu.arriving import MOST_IN_A_ROW
from menu.diagnostics import Diagnostic, error
from menu.source import Source
from menu.way_schema import screens_of

RULE: Final = "M804"


def check(source: Source) -> Iterator[Diagnostic]:
    behind = {
        name: [go for _, go in screens_of(screen.go)]
        for name, screen in source.flat_screens.items()
        if screen.leads_on and screen.go is not None
    }
    lengths = _lengths(behind)
    for name in behind:
        place = source.name_place("screens", name, "go")
        if name not in lengths:
            reason = f'From "{name}" it goes on in a circle, and no screen is ever shown.'
            yield error(place, RULE, reason, "Let one of its screens show something.")
        elif lengths[name] >= MOST_IN_A_ROW:
            reason = f"From here it goes on through {lengths[name]} screens by itself."
            hint = f"{MOST_IN_A_ROW - 1} are the most in one turn."
            yield error(place, RULE, reason, hint)


def _lengths(behind: Mapping[str, list[str]]) -> dict[str, int]:
    """How many screens lead on from each at most; those in or before a circle have no length."""
    waits = {name: sum(go in behind for go in goes) for name, goes in behind.items()}
    before: dict[str, list[str]] = {name: [] for name in behind}
    for name, goes in behind.items():
        for go in goes:
            if go in behind:
                before[go].append(name)
    lengths: dict[str, int] = {}
    ready = [name for name, count in waits.items() if count == 0]
    while ready:
        name = ready.pop()
        lengths[name] = 1 + max((lengths[go] for go in behind[name] if go in behind), default=0)
        for earlier in before[name]:
            waits[earlier] -= 1
            if waits[earlier] == 0:
                ready.append(earlier)
    return lengths
