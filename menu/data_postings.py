"""Words in order, and for each the rows that have it: sorted arrays and bisection. Pure."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, chain, pairwise
from typing import Final

from menu.data_mistakes import following, within_one_mistake

_AFTER_ALL: Final = "\U0010ffff"
Span = tuple[int, int]  # of `Postings.rows`, the second one outside
RowsOf = Mapping[str, Sequence[int]]


class Postings:
    """Rows are named by their positions in the file. One prefix is one span of `rows`."""

    def __init__(self, rows_of: RowsOf) -> None:
        self.words: Final = sorted(rows_of)
        ordered = [rows_of[word] for word in self.words]
        self.rows: Final = array("I", chain.from_iterable(ordered))
        self._starts = array("I", accumulate(map(len, ordered), initial=0))

    def has(self, word: str) -> bool:
        at = bisect_left(self.words, word)
        return at < len(self.words) and self.words[at] == word

    def exactly(self, word: str) -> list[int]:
        """The rows of this very word, in file order."""
        if not self.has(word):
            return []
        return sorted(set(self.rows[slice(*self.span_of(bisect_left(self.words, word)))]))

    def span(self, prefix: str) -> Span:
        """Of every word that begins so."""
        low = bisect_left(self.words, prefix)
        high = bisect_left(self.words, prefix + _AFTER_ALL, low)
        return self._starts[low], self._starts[high]

    def span_of(self, at: int) -> Span:
        """Of one word by its place."""
        return self._starts[at], self._starts[at + 1]

    def broad(self, least: int) -> Iterator[Span]:
        """The spans of prefixes, and of words, that have more rows than this."""
        yield from (span for span in pairwise(self._starts) if span[1] - span[0] > least)
        waiting = [(0, 0, len(self.words))]
        while waiting:
            length, *places = waiting.pop()
            for _, low, high in following(self.words, length, *places):
                span = self._starts[low], self._starts[high]
                if span[1] - span[0] > least:
                    yield span
                    waiting.append((length + 1, low, high))

    def near(self, typed: str) -> Iterator[Span]:
        """Of every word from which this differs by one mistake at most."""
        return (self.span_of(at) for at in within_one_mistake(self.words, typed))
