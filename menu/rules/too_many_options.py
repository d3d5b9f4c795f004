"""M204: a screen offers more than people can take in: above five options a warning, above seven
an error; above seven answers to one question a warning. Small screens cut the rest away, and long
lists are not read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, error, warning
from menu.question_schema import AskChoice
from menu.source import Source

RULE: Final = "M204"
COMFORTABLE: Final = 5
MOST: Final = 7


def check(source: Source) -> Iterator[Diagnostic]:
    for name, screen in source.menu.screens.items():
        count = sum(1 for _ in screen.numbered_options())
        place = source.name_place("screens", name, "options")
        hint = "Move some of them to a screen of their own."
        if count > MOST:
            yield error(place, RULE, f"{count} options; {MOST} is the most.", hint)
        elif count > COMFORTABLE:
            reason = f"{count} options; more than {COMFORTABLE} are hard to read on a small phone."
            yield warning(place, RULE, reason, hint)
    for path, ask in source.asks():
        if isinstance(ask, AskChoice) and len(ask.choices) > MOST:
            place = source.name_place(*path, "choices")
            reason = f"{len(ask.choices)} answers to choose from; more than {MOST} are not read."
            yield warning(place, RULE, reason, "Ask in two steps, or let people write.")
