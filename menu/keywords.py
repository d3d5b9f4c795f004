"""What an MO SMS begins: a keyword by itself, or one with answers to its questions behind it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from menu.entry_schema import LANG
from menu.inputs import fold
from menu.language import Language
from menu.program import EntryPoint, Program
from menu.reserved_words import bare, find_language

MAX_WORDS: Final = 6  # no keyword has more, and a text may be long on purpose
SHORTEST_NAME: Final = 3  # of a language: "hi", "or" and "as" mean other things to people
_BETWEEN: Final = re.compile(r"\s*[;\n]\s*|,\s+")


class Keyword(NamedTuple):
    """`answer` is what follows the keyword: "fire" of "HELPLINE fire"; `answers` is the same by the
    names of the questions, where the keyword says which they are. `word` is the keyword itself."""

    entry: EntryPoint
    answer: str = ""
    answers: tuple[tuple[str, str], ...] = ()
    word: str = ""


def find_keyword(program: Program, text: str) -> Keyword | None:
    """The whole text as a keyword, else the longest beginning of it that leads to a question, or
    that only a language follows."""
    if entry := _find(program, text):
        return Keyword(entry, word=fold(text))
    words = text.split(maxsplit=MAX_WORDS)
    for count in range(min(len(words) - 1, MAX_WORDS), 0, -1):
        entry = _find(program, " ".join(words[:count]))
        if entry is None:
            continue
        rest = text.split(maxsplit=count)[count].strip()
        if found := _with_rest(program, entry, rest):
            return found._replace(word=fold(" ".join(words[:count])))
    return None


def takes_answers(program: Program, entry: EntryPoint) -> bool:
    screen = program.screens[entry.screen]
    return bool(entry.args or screen.ask or screen.question)


def brings_secret(program: Program, found: Keyword) -> bool:
    """Whether an answer behind the keyword is nobody's to keep, also one that nobody came to ask
    for: all of the text is in it."""
    question = program.screens[found.entry.screen].question
    names = set(found.entry.args) | ({question.save_as} if question else set())
    kept = (program.values.get(name) for name in names)
    return bool(found.answer) and any(its.is_sensitive for its in kept if its)


def _find(program: Program, words: str) -> EntryPoint | None:
    """As it was written, else without the joiners and marks that some keyboards add."""
    known = program.sms_keywords
    return known.get(fold(words)) or known.get(bare(words[:80]))


def _with_rest(program: Program, entry: EntryPoint, rest: str) -> Keyword | None:
    if entry.args:
        answers, language = read_answers(rest, entry.args, program.languages)
        if answers or language:
            return Keyword(_speaking(entry, language), rest, answers)
        return None
    if takes_answers(program, entry):
        return Keyword(entry, " ".join(rest.split()))
    language = find_named(rest, program.languages)
    return Keyword(_speaking(entry, language)) if language else None


def _speaking(entry: EntryPoint, language: Language | None) -> EntryPoint:
    return replace(entry, sets_language=language) if language else entry


def read_answers(
    typed: str, args: Sequence[str], languages: Sequence[Language]
) -> tuple[tuple[tuple[str, str], ...], Language | None]:
    """Each answer by its name, and the language that was named. Answers are one word each, and the
    last has all that is left; or they stand between commas. What is not written is not answered.
    """
    names, language = [name for name in args if name != LANG], None
    if LANG in args:
        typed, language = _without_language(typed, languages, is_first=args[0] == LANG)
    pieces = [piece for piece in _BETWEEN.split(typed) if piece.strip()]
    if not 1 < len(pieces) <= len(names):
        pieces = typed.split(maxsplit=len(names) - 1) if names else []
    answers = zip(names, (" ".join(piece.split()).strip(",;") for piece in pieces), strict=False)
    return tuple((name, answer) for name, answer in answers if answer), language


def find_named(word: str, languages: Sequence[Language]) -> Language | None:
    """The language of the menu that is meant by a code or a name: HIN, Hindi, हिन्दी."""
    wanted = bare(word[:40])
    return find_language(wanted, languages) if len(wanted) >= SHORTEST_NAME else None


def _without_language(
    typed: str, languages: Sequence[Language], *, is_first: bool
) -> tuple[str, Language | None]:
    words = typed.split(maxsplit=1) if is_first else typed.rsplit(maxsplit=1)
    if not words:
        return typed, None
    language = find_named(words[0 if is_first else -1], languages)
    if language is None:
        return typed, None
    rest = words[1:] if is_first else words[:-1]
    return " ".join(rest).strip(" ,;"), language
