"""The rows that have, for each of several words, one that is like it. Pure; built once.

Of spans with many rows the row numbers are kept as the bits of one integer, because sorting 20,000
of them for the sake of the first five takes longer than a turn should.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import reduce
from operator import and_
from typing import Final

from menu.data_postings import Postings, RowsOf, Span
from menu.data_words import longest

BROAD: Final = 1_000  # entries of a span that is kept as bits


class Prefixes:
    def __init__(self, rows_of: RowsOf) -> None:
        self._postings = Postings(rows_of)
        rows = self._postings.rows
        self._broad = {span: _bits_of(rows[slice(*span)]) for span in self._postings.broad(BROAD)}

    def has(self, word: str) -> bool:
        return self._postings.has(word)

    def exactly(self, word: str) -> list[int]:
        """In file order, as all that follows."""
        return self._postings.exactly(word)

    def beginning(self, words: Sequence[str]) -> Iterator[int]:
        """The rows that have, for every one of these, a word that begins so."""
        return self._in_all([self._postings.span(word)] for word in longest(words))

    def near(self, words: Sequence[str], is_sure: Callable[[str], bool]) -> Iterator[int]:
        """The rows that have, for every one of these, a word that begins so or, if it is not sure,
        that is this but for one mistake. None where all are sure."""
        if all(map(is_sure, words)):
            return iter(())
        postings = self._postings
        return self._in_all(
            [postings.span(word), *(() if is_sure(word) else postings.near(word))]
            for word in sorted(set(words), key=len, reverse=True)
        )

    def _in_all(self, unions: Iterable[Sequence[Span]]) -> Iterator[int]:
        """The rows in every one of these unions of spans. Looks at none behind an empty one."""
        kept: set[int] | None = None
        broad: list[int] = []
        for spans in unions:
            rows, bits = self._union(spans)
            if bits:
                broad.append(bits | _bits_of(rows))
            else:
                kept = rows if kept is None else kept & rows
                if not kept:
                    return
        if broad and kept is None:
            yield from _ones(reduce(and_, broad))
        elif kept:
            yield from (row for row in sorted(kept) if all(bits >> row & 1 for bits in broad))

    def _union(self, spans: Sequence[Span]) -> tuple[set[int], int]:
        """Its rows; those of broad spans as bits."""
        rows: set[int] = set()
        bits = 0
        for span in spans:
            if span in self._broad:
                bits |= self._broad[span]
            else:
                rows.update(self._postings.rows[slice(*span)])
        return rows, bits


def _bits_of(rows: Collection[int]) -> int:
    if not rows:
        return 0
    octets = bytearray((max(rows) >> 3) + 1)
    for row in rows:
        octets[row >> 3] |= 1 << (row & 7)
    return int.from_bytes(octets, "little")


def _ones(bits: int) -> Iterator[int]:
    """The positions of the bits that are set, the lowest first."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
