"""M803: a text or a condition uses a sensitive answer. It is kept nowhere, so only a service can be
told it, on the screen that follows the question at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.blanks import used_blanks
from menu.diagnostics import Diagnostic, error
from menu.source import Source
from menu.templates import blanks_of
from menu.way_schema import screens_of

RULE: Final = "M803"


def check(source: Source) -> Iterator[Diagnostic]:
    secret = {name for name, its in source.values.items() if its.is_sensitive}
    for used in used_blanks(source):
        if used.value in secret:
            reason = f'"{used.value}" is sensitive, and no text may show it.'
            yield error(source.value_place(*used.path), RULE, reason, "Leave it out.")
    for name, screen in source.menu.screens.items():
        for told, text in screen.call.with_.items() if screen.call else ():
            for blank in blanks_of(text):
                if (
                    blank.column in secret
                    and not blank.saved_as
                    and not _is_asked_before(source, name, blank.column)
                ):
                    reason = f'"{blank.column}" is sensitive, and forgotten by then.'
                    hint = "Let every way to this call come from the question itself."
                    place = source.value_place("screens", name, "call", "with", told)
                    yield error(place, RULE, reason, hint)


def _is_asked_before(source: Source, screen: str, name: str) -> bool:
    """Whether whoever gets to this screen has just answered."""
    before = [
        flat.screen
        for flat in source.flat.values()
        if any(screen == go for _, each in flat.screen.goes() for _, go in screens_of(each))
    ]
    entered = any(entry.go == screen for _, entry in source.entries())
    return not entered and all(each.ask and each.ask.save_as == name for each in before)
