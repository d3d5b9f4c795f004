"""Which words somebody may mean who made one mistake in typing. Pure.

One letter too many, one left out, another one in its place, or two neighbours that changed places.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Final

FEWEST_LETTERS: Final = 3  # of "pm" with a mistake half the table would be left
_AFTER_ALL: Final = "\U0010ffff"


def may_be_mistaken(word: str) -> bool:
    """Whether a mistake in it is looked for. Never in a number: another one is another thing."""
    return len(word) >= FEWEST_LETTERS and not any(letter.isdigit() for letter in word)


def within_one_mistake(words: Sequence[str], typed: str) -> list[int]:
    """The places of the words, itself among them. `words` are sorted.

    The words that begin like `typed` become fewer with each letter, and only letters that follow
    there are tried: of 100,000 words a few hundred are looked at.
    """
    found: set[int] = set()
    low, high = 0, len(words)
    for at in range(len(typed) + 1):
        head, rest = typed[:at], typed[at:]
        for wanted in _without_letters(head, rest):
            found.update(_places(words, wanted, low, high))
        for letter, first, after in _following(words, at, low, high):
            for wanted in {head + letter + rest, head + letter + rest[1:]}:
                found.update(_places(words, wanted, first, after))
        low = bisect_left(words, typed[: at + 1], low, high)
        high = bisect_left(words, typed[: at + 1] + _AFTER_ALL, low, high)
        if low == high:
            break
    return sorted(found)


def _without_letters(head: str, rest: str) -> set[str]:
    """One letter less; two letters that changed places."""
    fewer = {head + rest[1:]} if rest else set()
    swapped = {head + rest[1] + rest[0] + rest[2:]} if len(rest) > 1 else set()
    return fewer | swapped


def _following(
    words: Sequence[str], at: int, low: int, high: int
) -> Iterator[tuple[str, int, int]]:
    """Each letter that stands at this place in words[low:high], and where the words with it are."""
    if low < high and len(words[low]) == at:
        low += 1
    while low < high:
        begins = words[low][: at + 1]
        after = bisect_left(words, begins + _AFTER_ALL, low, high)
        yield begins[-1], low, after
        low = after


def _places(words: Sequence[str], wanted: str, low: int, high: int) -> Iterator[int]:
    at = bisect_left(words, wanted, low, high)
    if at < high and words[at] == wanted:
        yield at
