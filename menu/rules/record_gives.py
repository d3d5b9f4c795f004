"""M829: a service is to give what no register tells, or it cuts a department's answer short."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, did_you_mean, error, warning
from menu.record_parts import GIVEN_OF_RECORD, GIVEN_OF_STATUS, MOST_NOTE, NOTE
from menu.source import Source

RULE: Final = "M829"


def check(source: Source) -> Iterator[Diagnostic]:
    for name, service in source.menu.services.items():
        if service.record is None and service.status_of is None:
            continue
        known = GIVEN_OF_RECORD if service.record is not None else GIVEN_OF_STATUS
        for part, give in service.gives.items():
            told = give.path or part
            place = source.name_place("services", name, "gives", part)
            if told not in known:
                reason = f'A register does not tell "{told[:50]}".'
                yield error(place, RULE, reason, did_you_mean(told, known))
            elif give.type is not known[told]:
                yield error(place, RULE, f'"{told}" is a text.', "Remove type.")
            elif told == NOTE and not give.optional:
                reason = "Without a note there would be no answer at all."
                hint = f"Write {part}: {{ max: {MOST_NOTE}, optional: true }}."
                yield error(place, RULE, reason, hint)
            elif told == NOTE and give.max < MOST_NOTE:
                reason = f"A note may have {MOST_NOTE} characters, and would be cut here."
                yield warning(place, RULE, reason, f"Write max: {MOST_NOTE}.")
