"""M208: a screen that is shown has no text, or one that is never shown has one: a form, which shows
its questions, and a screen that only leads on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, error
from menu.source import Source

RULE: Final = "M208"


def check(source: Source) -> Iterator[Diagnostic]:
    for name, screen in source.menu.screens.items():
        is_shown = not (screen.form or screen.leads_on or screen.helpline)
        if is_shown and screen.text is None:
            reason = f'The screen "{name}" has no text.'
            yield error(source.name_place("screens", name), RULE, reason, 'Add a line "text: ...".')
        if screen.text is not None and (screen.form or screen.leads_on):
            reason = "Nobody reads this text: " + (
                "a form shows its questions." if screen.form else "this screen only leads on."
            )
            hint = "Remove it, or let the screen end, ask, or offer options."
            yield error(source.name_place("screens", name, "text"), RULE, reason, hint)
