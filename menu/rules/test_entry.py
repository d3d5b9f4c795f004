"""M501: a test dials a service code or rings a number that no entry point has: it could only ever
fail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, did_you_mean, error
from menu.service_codes import split_dialled
from menu.source import Source

RULE: Final = "M501"


def check(source: Source) -> Iterator[Diagnostic]:
    points = source.menu.entry_points
    for _, path, step in source.steps():
        place = source.value_place(*path, step.verb)
        if step.dial and split_dialled(step.dial, points.ussd) is None:
            reason = f'"{step.dial}" is not a service code of this menu.'
            yield error(place, RULE, reason, did_you_mean(step.dial, points.ussd))
        if step.ring and step.ring not in points.missed_call:
            reason = f'"{step.ring}" is not a missed-call number of this menu.'
            yield error(place, RULE, reason, did_you_mean(step.ring, points.missed_call))
