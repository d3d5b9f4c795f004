"""M502: a step of a test has nothing before it that it could follow: a look at a screen without a
dial, a look at an SMS before anything was done, a repeat of nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, error
from menu.schema import OPENINGS, Case
from menu.source import Source

RULE: Final = "M502"
NEEDS_A_DIAL: Final = frozenset({"press", "type", "sees", "sees_not", "ends"})


def check(source: Source) -> Iterator[Diagnostic]:
    done: set[str] = set()
    current: Case | None = None
    for case, path, step in source.steps():
        if case is not current:
            current, done = case, set()
        place = source.value_place(*path)
        if step.verb in NEEDS_A_DIAL and "dial" not in done:
            reason = f'Nothing was dialled before "{step.verb}".'
            yield error(place, RULE, reason, 'Begin with a line such as dial: "*384*97183#".')
        elif step.verb not in OPENINGS and not done:
            reason = f'Nothing was done before "{step.verb}".'
            yield error(place, RULE, reason, f"Begin with one of {', '.join(OPENINGS)}.")
        done.add(step.verb)
