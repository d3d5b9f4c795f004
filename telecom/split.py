"""Cutting texts into screens and SMS that fit, never inside a letter. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from telecom.encoding import Encoding, Limit, size_of
from telecom.text import graphemes_of

ELLIPSIS: Final = ".."  # two septets; the character U+2026 would make the text UCS-2


def split(text: str, limit: Limit) -> list[str]:
    """Pieces that fit, in order; a text that fits is its own only piece.

    Cut at the last line break in the second half of a piece, else at the last space, else between
    graphemes. Nothing is lost but the spaces and line breaks around a cut. Each piece is counted
    in its own encoding, so plain English between Hindi still has the room of GSM-7. A single
    grapheme larger than the limit is cut between its characters.
    """
    if limit.fits(text):
        return [text]
    atoms = _atoms_of(text, limit)
    pieces: list[str] = []
    start = _skip_spaces(atoms, 0)
    while start < len(atoms):  # every atom fits by itself, so each round takes one at least
        end = _cut_within(atoms, start, _reach(atoms, start, limit.septets, limit.ucs2))
        pieces.append(_join(atoms, start, end))
        start = _skip_spaces(atoms, end)
    return pieces or [""]


def fit(text: str, limit: Limit) -> str:
    """The text if it fits, else its beginning, to the last grapheme that leaves room, and `..`."""
    if limit.fits(text):
        return text
    atoms = _atoms_of(text, limit)
    spare = len(ELLIPSIS)
    end = _reach(atoms, 0, limit.septets - spare, limit.ucs2 - spare)
    return _join(atoms, 0, end) + ELLIPSIS


class _Atom(NamedTuple):
    """What is not cut: a grapheme, or a character of one that no piece could hold.

    `septets` is None outside GSM-7; `ucs2` always counts, for the company it may get.
    """

    text: str
    septets: int | None
    ucs2: int

    @property
    def is_space(self) -> bool:
        return self.text in _SPACES


_LINE_BREAKS: Final = frozenset({"\n", "\r", "\r\n"})
_SPACES: Final = frozenset({" "}) | _LINE_BREAKS


def _atoms_of(text: str, limit: Limit) -> list[_Atom]:
    atoms: list[_Atom] = []
    for grapheme in graphemes_of(text):
        atom = _atom_of(grapheme)
        fits = atom.ucs2 <= limit.ucs2 if atom.septets is None else atom.septets <= limit.septets
        if fits:
            atoms.append(atom)
        else:
            atoms.extend(_atom_of(char) for char in grapheme)
    return atoms


def _atom_of(text: str) -> _Atom:
    encoding, units = size_of(text)
    if encoding is Encoding.GSM7:
        return _Atom(text, septets=units, ucs2=len(text))
    return _Atom(text, septets=None, ucs2=units)


def _reach(atoms: Sequence[_Atom], start: int, septets: int, ucs2: int) -> int:
    """The end of the longest run of atoms from `start` that has room."""
    is_gsm7, used_septets, used_ucs2 = True, 0, 0
    for index in range(start, len(atoms)):
        atom = atoms[index]
        is_gsm7 = is_gsm7 and atom.septets is not None
        used_septets += atom.septets or 0
        used_ucs2 += atom.ucs2
        if used_septets > septets if is_gsm7 else used_ucs2 > ucs2:
            return index
    return len(atoms)


def _cut_within(atoms: Sequence[_Atom], start: int, end: int) -> int:
    """Where a piece that could reach `end` had better end. A cut right before a space is free.

    A line break is worth up to half a piece. A space is worth any: what follows it may be a link.
    """
    if end == len(atoms):
        return end
    middle = start + (end - start) // 2
    for index in range(end, max(middle - 1, start), -1):
        if atoms[index].text in _LINE_BREAKS:
            return index
    for index in range(end, start, -1):
        if atoms[index].is_space:
            return index
    return end


def _skip_spaces(atoms: Sequence[_Atom], start: int) -> int:
    return next((i for i in range(start, len(atoms)) if not atoms[i].is_space), len(atoms))


def _join(atoms: Sequence[_Atom], start: int, end: int) -> str:
    while end > start and atoms[end - 1].is_space:
        end -= 1
    return "".join(atom.text for atom in atoms[start:end])
