"""Whether a text is one that a DLT template stands for: character for character. Pure.

Operators compare the fixed words exactly: a second space, a curly apostrophe or a lost full stop is
another text. What stands between them must be a value of its variable.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from telecom.dlt_template import DltTemplate, Variable

MOST_CHARACTERS: Final = 2000  # of a text; no operator takes more
MOST_VARIABLES: Final = 20  # more than any operator approves
_MOST_COMPARED: Final = 200_000  # pairs of characters that the search for a difference looks at

Fits = Callable[[Variable, str], bool]


@dataclass(frozen=True, slots=True)
class Difference:
    """The first character that differs: its place (from 0) in the text, and what stands at both.
    Empty where nothing stands there."""

    at: int
    here: str = field(repr=False)
    there: str


def values_in(template: DltTemplate, text: str, fits: Fits | None = None) -> tuple[str, ...] | None:
    """The values of its variables in this text, None where no reading of it fits.

    Without `fits`, any value does that is there. Of several readings it is one with short values.
    """
    first, *others = template.words
    is_too_much = len(text) > MOST_CHARACTERS or len(others) > MOST_VARIABLES
    if is_too_much or not text.startswith(first):
        return None
    if not others:
        return () if text == first else None
    # By where a variable may begin: how the values before it are read.
    begins: dict[int, tuple[str, ...]] = {len(first): ()}
    for place, (variable, words) in enumerate(zip(template.variables, others, strict=True)):
        is_last = place == len(others) - 1
        begins = _read_on(text, begins, variable, words, fits, is_last=is_last)
        if not begins:
            return None
    return begins.get(len(text))


def _read_on(
    text: str,
    begins: dict[int, tuple[str, ...]],
    variable: Variable,
    words: str,
    fits: Fits | None,
    *,
    is_last: bool,
) -> dict[int, tuple[str, ...]]:
    """Where the next variable may begin, after a value of this one and the words behind it."""
    found: dict[int, tuple[str, ...]] = {}
    starts = sorted(begins)
    for end in _places_of(words, text, min(begins) + 1, is_last=is_last):
        for begin in reversed(starts[: bisect_left(starts, end)]):
            if fits is not None and end - begin > variable.most:
                break
            if fits is None or fits(variable, text[begin:end]):
                found[end + len(words)] = (*begins[begin], text[begin:end])
                break
    return found


def _places_of(words: str, text: str, start: int, *, is_last: bool) -> list[int]:
    if is_last:
        at = len(text) - len(words)
        return [at] if at >= start and text.endswith(words) else []
    places, at = [], text.find(words, start)
    while at != -1:
        places.append(at)
        at = text.find(words, at + 1)
    return places


def difference(template: DltTemplate, text: str) -> Difference | None:
    """Where the fixed words differ first, by the fewest changes that would make them the same.

    None where they are the same, whatever the values are.
    """
    if values_in(template, text) is not None:
        return None
    signs = _signs_of(template)
    if len(text) * len(signs) > _MOST_COMPARED:
        return _plainly(template, text)
    costs = _costs(signs, text)
    return _first_change(signs, text, costs)


def _signs_of(template: DltTemplate) -> list[str]:
    """The characters of a template; a variable has none, and is an empty one."""
    first, *others = template.words
    return [*first, *chain.from_iterable(("", *words) for words in others)]


def _costs(signs: Sequence[str], text: str) -> list[list[int]]:
    """costs[i][j]: the fewest changes that make the rest of the text (from j on) one that the rest
    of the template (from i on) stands for."""
    width = len(text) + 1
    costs = [[0] * width for _ in range(len(signs) + 1)]
    costs[-1] = [len(text) - j for j in range(width)]
    for i in range(len(signs) - 1, -1, -1):
        char, below, row = signs[i], costs[i + 1], costs[i]
        row[-1] = below[-1] + 1
        for j in range(width - 2, -1, -1):
            if not char:  # a variable takes this character, as its last or not, or none at all
                row[j] = min(below[j + 1], row[j + 1], below[j] + 1)
            elif char == text[j]:
                row[j] = below[j + 1]
            else:
                row[j] = 1 + min(below[j + 1], below[j], row[j + 1])
    return costs


def _first_change(
    signs: Sequence[str], text: str, costs: Sequence[Sequence[int]]
) -> Difference | None:
    i = j = 0
    while i < len(signs) and j < len(text):
        char = signs[i]
        cost = costs[i][j]
        if (char and char == text[j]) or (not char and cost == costs[i + 1][j + 1]):
            i, j = i + 1, j + 1
        elif not char and cost == costs[i][j + 1]:
            j += 1  # the value goes on
        else:
            return Difference(j, text[j], char or "a value")
    if i < len(signs):
        return Difference(j, "", signs[i] or "a value")
    if j < len(text):
        return Difference(j, text[j], "")
    return None


def _plainly(template: DltTemplate, text: str) -> Difference:
    """Of very long texts: where the words before the first variable differ."""
    words = template.words[0]
    at = next((at for at, char in enumerate(words) if text[at : at + 1] != char), len(words))
    return Difference(at, text[at : at + 1], words[at : at + 1])
