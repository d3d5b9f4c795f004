"""Which words somebody may mean who made one mistake in typing. Pure.

One letter too many, one left out, another one in its place, or two neighbours that changed places.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Final

FEWEST_LETTERS: Final = 3  # of "pm" with a mistake half the table would be left
_AFTER_ALL: Final = "\U0010ffff"


def is_sure(word: str) -> bool:
    """Whether no mistake is looked for: in short words, and in numbers, where another one is
    another thing."""
    return len(word) < FEWEST_LETTERS or any(letter.isdigit() for letter in word)


def within_one_mistake(words: Sequence[str], typed: str) -> set[int]:
    """The places of the words, itself among them. `words` are sorted.

    The words that begin like `typed` become fewer with each letter, and only letters that follow
    there are tried: of 100,000 words a few hundred are looked at.
    """
    found: set[int] = set()

    def look(wanted: str, low: int, high: int) -> None:
        at = bisect_left(words, wanted, low, high)
        if at < high and words[at] == wanted:
            found.add(at)

    low, high = 0, len(words)
    for at in range(len(typed) + 1):
        head, rest = typed[:at], typed[at:]
        look(head + rest[1:], low, high)  # one letter less
        look(head + rest[1:2] + rest[:1] + rest[2:], low, high)  # two that changed places
        for letter, first, after in following(words, at, low, high):
            look(head + letter + rest, first, after)
            look(head + letter + rest[1:], first, after)
        low = bisect_left(words, typed[: at + 1], low, high)
        high = bisect_left(words, typed[: at + 1] + _AFTER_ALL, low, high)
        if low == high:
            break
    return found


def following(words: Sequence[str], at: int, low: int, high: int) -> Iterator[tuple[str, int, int]]:
    """Each letter that stands at this place in words[low:high], and where the words with it are."""
    if low < high and len(words[low]) == at:
        low += 1
    while low < high:
        begins = words[low][: at + 1]
        after = bisect_left(words, begins + _AFTER_ALL, low, high)
        yield begins[-1], low, after
        low = after
