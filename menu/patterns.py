r"""Patterns of answers, in a dialect that cannot run away. Pure.

Letters and digits stand for themselves; `.` is any character, `\d` a digit, `[A-Z0-9]` one of
these, `( | )` one of several; `?`, `*`, `+`, `{3}`, `{2,4}` say how often. There is nothing to look
back or ahead at. A pattern becomes a small machine that reads an answer once from left to right, so
the time is that of its length times the number of its places, whatever is typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

MOST_PLACES: Final = 200  # what a pattern may be when its counts are written out
MOST_WRITTEN: Final = 200
MOST_DEEP: Final = 5  # groups inside each other

_SPECIAL: Final = frozenset(r".[](){}?*+|\^$")
_COUNT: Final = re.compile(r"\{([0-9]{1,3})(?:,([0-9]{1,3}))?\}")
_IN_CLASS: Final = re.compile(r"(\\?.)-(\\?.)|(\\?.)", re.DOTALL)
_DIGIT: Final = r"\d"

Fits = Callable[[str], bool]  # of one character


class BadPattern(Exception):
    """`why` goes on a sentence, `hint` is one."""

    def __init__(self, why: str, hint: str = "") -> None:
        self.why, self.hint = why, hint
        super().__init__(why)


@dataclass(frozen=True, slots=True)
class Pattern:
    """`places[n]` is a character's test and where it leads; `starts` and `ends` are places.

    The number after the last place is the end.
    """

    written: str
    _tests: tuple[Fits, ...] = field(compare=False, repr=False)
    _follow: tuple[frozenset[int], ...] = field(compare=False, repr=False)
    _starts: frozenset[int] = field(compare=False, repr=False)

    def matches(self, text: str) -> bool:
        """Whether the whole text is as the pattern says."""
        places, end = self._starts, len(self._tests)
        for char in text:
            onward: set[int] = set()
            for place in places:
                if place != end and self._tests[place](char):
                    onward |= self._follow[place]
            if not onward:
                return False
            places = frozenset(onward)
        return end in places


def parse_pattern(written: str) -> Pattern:
    """Raises BadPattern."""
    if len(written) > MOST_WRITTEN:
        raise BadPattern("it is too long", f"{MOST_WRITTEN} characters are the most.")
    reader = _Reader(written)
    whole = reader.alternatives(0)
    if reader.at < len(written):
        raise BadPattern('a ")" closes nothing', r"Write \) for the sign itself.")
    tests: list[Fits] = []
    follow: list[set[int]] = []
    part = _build(whole, tests, follow)
    end = len(tests)
    for place in part.last:
        follow[place].add(end)
    starts = part.first | {end} if part.may_be_empty else part.first
    return Pattern(written, tuple(tests), tuple(map(frozenset, follow)), frozenset(starts))


# What was read: a tree of tuples


@dataclass(frozen=True, slots=True)
class _One:
    fits: Fits


@dataclass(frozen=True, slots=True)
class _Row:
    parts: tuple[_Tree, ...]


@dataclass(frozen=True, slots=True)
class _Either:
    parts: tuple[_Tree, ...]


@dataclass(frozen=True, slots=True)
class _Times:
    part: _Tree
    least: int
    most: int | None  # None: any number


_Tree = _One | _Row | _Either | _Times


class _Reader:
    def __init__(self, written: str) -> None:
        self.written, self.at = written, 0

    def alternatives(self, depth: int) -> _Tree:
        if depth > MOST_DEEP:
            raise BadPattern("its groups are too deep", f"{MOST_DEEP} inside each other at most.")
        parts = [self._row(depth)]
        while self._takes("|"):
            parts.append(self._row(depth))
        return parts[0] if len(parts) == 1 else _Either(tuple(parts))

    def _row(self, depth: int) -> _Tree:
        parts: list[_Tree] = []
        while self.at < len(self.written) and self.written[self.at] not in "|)":
            parts.append(self._repeated(self._atom(depth)))
        return _Row(tuple(parts))

    def _repeated(self, part: _Tree) -> _Tree:
        for sign, least, most in (("?", 0, 1), ("*", 0, None), ("+", 1, None)):
            if self._takes(sign):
                return self._once(_Times(part, least, most))
        found = _COUNT.match(self.written, self.at)
        if not found:
            return part
        self.at = found.end()
        least, most = int(found[1]), int(found[2] or found[1])
        if least > most or not 1 <= most <= MOST_PLACES:
            raise BadPattern(
                f"{found[0]} is no count", f"Counts are 1 to {MOST_PLACES}, the smaller first."
            )
        return self._once(_Times(part, least, most))

    def _once(self, part: _Tree) -> _Tree:
        if self.at < len(self.written) and self.written[self.at] in "?*+{":
            raise BadPattern("two counts follow each other", "Put the inner part in ( ).")
        return part

    def _atom(self, depth: int) -> _Tree:
        char = self._next()
        if char == "(":
            inside = self.alternatives(depth + 1)
            if not self._takes(")"):
                raise BadPattern('a "(" is not closed', r"Write \( for the sign itself.")
            return inside
        if char == "[":
            return _One(self._class())
        if char == ".":
            return _One(lambda _char: True)
        if char == "\\":
            escaped = self._next()
            if escaped == "d":
                return _One(_is_digit)
            if escaped not in _SPECIAL | {"-", "/"}:
                raise BadPattern(rf"\{escaped} is not known", r"Known are \d and signs like \. .")
            return _One(_is(escaped))
        if char in _SPECIAL:
            raise BadPattern(f'"{char}" stands alone', rf"Write \{char} for the sign itself.")
        return _One(_is(char))

    def _class(self) -> Fits:
        close = self.written.find("]", self.at)
        inside = self.written[self.at : close]
        if close < 0 or not inside or inside == "^":
            raise BadPattern('a "[" is not closed or has nothing in it', "Write such as [A-Z].")
        self.at = close + 1
        is_not = inside.startswith("^")
        ranges = tuple(_ranges(inside[is_not:]))
        return lambda char: is_not != any(low <= char <= high for low, high in ranges)

    def _next(self) -> str:
        if self.at >= len(self.written):
            raise BadPattern("it ends too early", r"Write \\ for the sign itself.")
        self.at += 1
        return self.written[self.at - 1]

    def _takes(self, sign: str) -> bool:
        if self.written[self.at : self.at + 1] != sign:
            return False
        self.at += 1
        return True


def _is_digit(char: str) -> bool:
    return "0" <= char <= "9"


def _is(wanted: str) -> Fits:
    return lambda char: char == wanted


def _ranges(inside: str) -> Iterator[tuple[str, str]]:
    for found in _IN_CLASS.finditer(inside):
        low, high, single = found.groups()
        if single == _DIGIT:
            yield "0", "9"
        elif single is not None:
            yield single[-1], single[-1]
        elif _DIGIT in (low, high):
            raise BadPattern(f"{low}-{high} is no range", r"Write - last, such as [\d/-].")
        elif low[-1] > high[-1]:
            raise BadPattern(f"{low}-{high} goes backwards", f"Write {high}-{low}.")
        else:
            yield low[-1], high[-1]


# From the tree to the machine (Glushkov): a place for each character of the pattern


@dataclass(frozen=True, slots=True)
class _Part:
    first: frozenset[int]
    last: frozenset[int]
    may_be_empty: bool


_NOTHING: Final = _Part(frozenset(), frozenset(), may_be_empty=True)


def _build(tree: _Tree, tests: list[Fits], follow: list[set[int]]) -> _Part:
    match tree:
        case _One(fits):
            if len(tests) == MOST_PLACES:
                raise BadPattern("it is too large", f"{MOST_PLACES} characters are the most.")
            tests.append(fits)
            follow.append(set())
            here = frozenset({len(tests) - 1})
            return _Part(here, here, may_be_empty=False)
        case _Row(parts):
            whole = _NOTHING
            for part in parts:
                whole = _joined(whole, _build(part, tests, follow), follow)
            return whole
        case _Either(parts):
            built = [_build(part, tests, follow) for part in parts]
            return _Part(
                frozenset().union(*(each.first for each in built)),
                frozenset().union(*(each.last for each in built)),
                any(each.may_be_empty for each in built),
            )
        case _Times(part, least, most):
            return _times(part, least, most, tests, follow)


def _times(
    part: _Tree, least: int, most: int | None, tests: list[Fits], follow: list[set[int]]
) -> _Part:
    """Written out: so many that must be there, and then those that may be."""
    whole = _NOTHING
    for count in range(max(least, 1) if most is None else most):
        before = len(tests)
        built = _build(part, tests, follow)
        if len(tests) == before:  # else counts of nothing could be written out for ever
            raise BadPattern("nothing is repeated", "Remove the count.")
        if most is None and count == max(least, 1) - 1:
            for place in built.last:
                follow[place] |= built.first
        if count >= least:
            built = _Part(built.first, built.last, may_be_empty=True)
        whole = _joined(whole, built, follow)
    return whole


def _joined(before: _Part, after: _Part, follow: list[set[int]]) -> _Part:
    for place in before.last:
        follow[place] |= after.first
    return _Part(
        before.first | after.first if before.may_be_empty else before.first,
        after.last | before.last if after.may_be_empty else after.last,
        before.may_be_empty and after.may_be_empty,
    )
