"""What a text asks of the bridge itself, ahead of every menu, and the words of the answer. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from menu.language import Language
from menu.program import Program
from menu.reserved_words import (
    Command,
    Wish,
    base_of,
    code_of,
    find_language,
    own_name_of,
    plain_name_of,
)
from telecom.encoding import segments_of
from telecom.text import cut

NAME_LENGTH: Final = 40  # characters of a menu's name, and fewer where it needs two SMS


@dataclass(frozen=True, slots=True)
class Answer:
    """The text that answers a command; `remembers` is the language that the caller chose by it."""

    text: str = field(repr=False)
    remembers: Language | None = None


def answer_to(command: Command, program: Program, language: Language | None) -> Answer:
    """`language` is the caller's remembered one; without it the word that was used decides."""
    chosen = find_language(command.wanted, program.languages) if command.wanted else None
    if chosen is not None:
        text = _phrase(program, "language_set", chosen).replace("{language}", own_name_of(chosen))
        return Answer(text, remembers=chosen)
    spoken = _spoken(command, program, language)
    if command.wish is Wish.PLAIN:
        plain = program.romanised.get(spoken, spoken)
        text = _phrase(program, "language_set", plain)
        return Answer(text.replace("{language}", plain_name_of(plain)), remembers=plain)
    text = _phrase(program, _PHRASES[command.wish], spoken)
    codes = ", ".join(dict.fromkeys(code_of(base_of(known)) for known in program.languages))
    return Answer(text.replace("{codes}", codes))


_PHRASES: Final[Mapping[Wish, str]] = {
    Wish.STOP: "stopped",
    Wish.START: "started",
    Wish.HELP: "help",
    Wish.LANG: "which_language",
}


def _spoken(command: Command, program: Program, language: Language | None) -> Language:
    if language is not None and program.speaks(language):
        return language
    return find_language(command.language, program.languages) or program.fallback_language


def _phrase(program: Program, name: str, language: Language) -> str:
    """The phrase in one SMS: its own words stay, and as much of the menu's name as has room."""
    phrase = program.phrases[name][language]
    for length in range(NAME_LENGTH, 0, -1):
        text = phrase.replace("{name}", cut(program.name, length))
        if segments_of(text) == 1:
            return text
    return phrase.replace("{name}", "")
