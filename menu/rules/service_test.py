"""M827: a test says of a service what it never says; the test would show what no caller sees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, did_you_mean, error
from menu.document import KeyPath
from menu.service_parts import FAULTS
from menu.source import Source

RULE: Final = "M827"


def check(source: Source) -> Iterator[Diagnostic]:
    for position, case in enumerate(source.menu.tests):
        for name, answer in case.answers.items():
            path: KeyPath = ("tests", position, "answers", name)
            spec = source.services.get(name)
            if spec is None:
                hint = did_you_mean(name, source.services)
                yield error(source.name_place(*path), RULE, f'"{name}" is not a service.', hint)
                continue
            for part in answer.gives:
                if part not in spec.gives:
                    place = source.name_place(*path, "gives", part)
                    reason = f'The service "{name}" gives no "{part}".'
                    yield error(place, RULE, reason, did_you_mean(part, spec.gives))
            known = spec.outcomes or frozenset(FAULTS)
            if answer.outcome and answer.outcome not in known:
                place = source.value_place(*path)
                reason = f'The service "{name}" never comes to "{answer.outcome}".'
                yield error(place, RULE, reason, did_you_mean(answer.outcome, known))
