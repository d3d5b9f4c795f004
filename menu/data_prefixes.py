"""The rows that have, for each of several words, one that is like it. Pure; built once.

Of spans with many rows the row numbers are kept as the bits of one integer, because sorting 20,000
of them for the sake of the first five takes longer than a turn should.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import and_, or_
from typing import Final, NamedTuple

from menu.data_postings import Postings, RowsOf, Span
from menu.data_words import longest

BROAD: Final = 1_000  # entries of a span that is kept as bits


class _Union(NamedTuple):
    """The rows of several spans."""

    few: set[int]
    many: int  # bits

    def has(self, row: int) -> bool:
        return row in self.few or bool(self.many >> row & 1)


class Prefixes:
    def __init__(self, rows_of: RowsOf) -> None:
        self._postings = Postings(rows_of)
        self._broad = {span: self._bits(span) for span in self._broad_spans()}

    def exactly(self, word: str) -> list[int]:
        """In file order, as all that follows."""
        return self._postings.exactly(word)

    def beginning(self, words: Sequence[str]) -> Iterator[int]:
        """The rows that have, for every one of these, a word that begins so."""
        return self._in_all([[self._postings.span(word)] for word in longest(words)])

    def near(self, words: Sequence[str], *, fixed: Sequence[str] = ()) -> Iterator[int]:
        """The rows that have, for every one of `words`, one that begins so, or is this but for
        one mistake; and for every one of `fixed` one that begins so."""
        spans = [[self._postings.span(word), *self._postings.near(word)] for word in words]
        return self._in_all([*spans, *([self._postings.span(word)] for word in longest(fixed))])

    def _in_all(self, unions: Sequence[Sequence[Span]]) -> Iterator[int]:
        if not all(any(low < high for low, high in spans) for spans in unions):
            return
        parts = sorted(map(self._union, unions), key=lambda part: (bool(part.many), len(part.few)))
        if not parts:
            return
        if parts[0].many:
            yield from _ones(reduce(and_, (part.many | _bits_of(part.few) for part in parts)))
            return
        first, *others = parts
        yield from (row for row in sorted(first.few) if all(part.has(row) for part in others))

    def _union(self, spans: Sequence[Span]) -> _Union:
        broad = {span for span in spans if span in self._broad}
        few: set[int] = set()
        for span in spans:
            if span not in broad:
                few.update(self._postings.rows[slice(*span)])
        return _Union(few, reduce(or_, (self._broad[span] for span in broad), 0))

    def _broad_spans(self) -> set[Span]:
        """Those of every prefix, one letter longer at a time, until none has many rows."""
        found: set[Span] = set()
        words, length = self._postings.words, 1
        singles = map(self._postings.span_of, range(len(words)))
        found.update(span for span in singles if _width(span) > BROAD)
        while words:
            heads = dict.fromkeys(word[:length] for word in words if len(word) >= length)
            spans = {
                head: span for head in heads if _width(span := self._postings.span(head)) > BROAD
            }
            found.update(spans.values())
            words = [word for word in words if word[:length] in spans]
            length += 1
        return found

    def _bits(self, span: Span) -> int:
        return _bits_of(self._postings.rows[slice(*span)])


def _bits_of(rows: Sequence[int] | set[int]) -> int:
    if not rows:
        return 0
    octets = bytearray((max(rows) >> 3) + 1)
    for row in rows:
        octets[row >> 3] |= 1 << (row & 7)
    return int.from_bytes(octets, "little")


def _width(span: Span) -> int:
    return span[1] - span[0]


def _ones(bits: int) -> Iterator[int]:
    """The positions of the bits that are set, the lowest first."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
