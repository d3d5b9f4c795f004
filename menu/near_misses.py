"""The keyword that somebody may have meant who wrote no keyword of the menu. Pure.

Never in words of fewer than three letters, nor in numbers: "102" is another one than "112".
"""

from __future__ import annotations

import unicodedata
from typing import Final, NamedTuple

from menu.answer_forms import YES
from menu.inputs import fold, pressed_key
from menu.keywords import MAX_WORDS, find_keyword, takes_answers
from menu.program import Program
from menu.question_compiler import yes_no_words

FEWEST_LETTERS: Final = 3
LONG: Final = 6  # letters from which two mistakes are forgiven
LONGEST: Final = 42  # characters: more than the longest keyword has


_YES: Final = yes_no_words()


class Near(NamedTuple):
    """The keyword as its author wrote it, and what stood behind it."""

    keyword: str
    answer: str = ""

    @property
    def text(self) -> str:
        """What would have been understood."""
        return f"{self.keyword} {self.answer}".strip()


def find_near(program: Program, text: str) -> Near | None:
    """The whole text as a keyword, else the longest beginning of it that may bring answers. Of
    several that are as near, the one that the menu has first."""
    if whole := _nearest(program, text, with_answers=False):
        return Near(whole)
    words = text.split(maxsplit=MAX_WORDS)
    for count in range(min(len(words) - 1, MAX_WORDS), 0, -1):
        if word := _nearest(program, " ".join(words[:count]), with_answers=True):
            near = Near(word, text.split(maxsplit=count)[count].strip())
            return near if find_keyword(program, near.text) else None
    return None


def is_yes(typed: str) -> bool:
    """Whether somebody answers "did you mean" with 1, or with yes."""
    return pressed_key(typed) == "1" or _YES.get(fold(typed)) == YES


def _nearest(program: Program, text: str, *, with_answers: bool) -> str | None:
    if len(text) > 4 * LONGEST:
        return None
    typed = fold(text)
    if len(typed) > LONGEST or _letters(typed) < FEWEST_LETTERS:
        return None
    best: tuple[int, str] | None = None
    for folded, entry in program.sms_keywords.items():
        most = 2 if min(len(folded), len(typed)) >= LONG else 1
        if best is not None:
            most = min(most, best[0] - 1)
        if (
            abs(len(folded) - len(typed)) <= most
            and _letters(folded) >= FEWEST_LETTERS
            and (not with_answers or takes_answers(program, entry))
            and (mistakes := distance(folded, typed, most)) <= most
        ):
            best = mistakes, program.sms_words.get(folded, folded)
    return best[1] if best else None


def distance(one: str, other: str, most: int) -> int:
    """How many letters are too many, too few, wrong or swapped with their neighbour; more than
    `most` counts as `most + 1`."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, start=1):
        this = [row]
        for column, there in enumerate(other, start=1):
            cost = min(last[column] + 1, this[column - 1] + 1, last[column - 1] + (letter != there))
            if row > 1 and column > 1 and letter == other[column - 2] and there == one[row - 2]:
                cost = min(cost, before[column - 2] + 1)
            this.append(cost)
        if min(this) > most:
            return most + 1
        before, last = last, this
    return min(last[-1], most + 1)


def _letters(word: str) -> int:
    """Letters and the signs that belong to them: "मंडी" has four."""
    return sum(unicodedata.category(char)[0] in "LM" for char in word)
