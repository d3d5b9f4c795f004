"""What an MO SMS begins: a keyword by itself, or one with the answer to its question behind it."""

from __future__ import annotations

from typing import Final, NamedTuple

from menu.inputs import fold
from menu.program import EntryPoint, Program

MAX_WORDS: Final = 6  # no keyword has more, and a text may be long on purpose


class Keyword(NamedTuple):
    """`answer` is what follows the keyword: "fire" of "HELPLINE fire"."""

    entry: EntryPoint
    answer: str = ""


def find_keyword(program: Program, text: str) -> Keyword | None:
    """The whole text as a keyword, else the longest beginning of it that leads to a question."""
    known = program.sms_keywords
    if entry := known.get(fold(text)):
        return Keyword(entry)
    words = text.split()
    for count in range(min(len(words) - 1, MAX_WORDS), 0, -1):
        entry = known.get(fold(" ".join(words[:count])))
        screen = program.screens[entry.screen] if entry else None
        if entry and screen and (screen.ask or screen.question):
            return Keyword(entry, " ".join(words[count:]))
    return None
