"""M408: an SMS keyword that would never be reached: STOP, START, HELP, LANG, PLAIN and their like,
in any language, are answered by the program before it looks into the menu."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, error
from menu.reserved_words import Wish, command_of
from menu.source import Source

RULE: Final = "M408"
MEANING: Final = {
    Wish.STOP: "ends all SMS",
    Wish.START: "begins SMS again after STOP",
    Wish.HELP: "asks for help",
    Wish.LANG: "chooses a language",
    Wish.PLAIN: "asks for Latin letters",
}


def check(source: Source) -> Iterator[Diagnostic]:
    for place, keyword, _, _ in source.sms_words():
        command = command_of(keyword)
        if command is not None:
            reason = f'"{keyword}" {MEANING[command.wish]}, in every menu.'
            yield error(place, RULE, reason, "Choose another word.")
