"""Finds the rows that somebody may mean, in every language at once. Pure.

First comes what is written so, then what is keyed or sounds so; only where all that finds nothing,
what may be mistyped. docs/data-sets.md promises this order, and the order of the file within.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

from menu.data_index import SearchIndex
from menu.data_keypad import cut_at_spaces, is_keyed
from menu.data_mistakes import is_sure
from menu.data_romanising import latin_of
from menu.data_sounds import sound_of
from menu.data_words import squeezed, words_of

FEWEST_LETTERS: Final = 2  # of initials and of sounds: with one, a tenth of the table begins


class _Sounds(NamedTuple):
    """Of all words together, and of each; nothing where one is of a script without a sound."""

    whole: str
    words: list[str]


def search(index: SearchIndex, typed: str, most: int) -> list[int]:
    """The rows by their positions in the file, the likeliest first."""
    words = words_of(typed)
    if not words or most < 1:
        return []
    phrase = " ".join(words)
    same = {*index.names.exactly(phrase), *index.phrases.exactly(phrase)}
    same.update(index.phones.exactly(squeezed(typed)))
    found = dict.fromkeys(sorted(same)[:most])
    _take(found, most, index.names.beginning([phrase]))
    _take(found, most, index.words.beginning(words))
    if is_keyed(words):
        _take(found, most, _keyed(index, words, only_whole=bool(same)))
    sounds = _sounds_of(words)
    if not (same or all(map(index.words.has, words))):
        _take(found, most, index.sounds.exactly(sounds.whole))
    guesses = _guesses(index, words, sounds)
    while not found and (rows := next(guesses, None)):
        _take(found, most, rows)
    return list(found)


def starting(index: SearchIndex, typed: str, most: int) -> list[int]:
    """The rows that have a name which begins so."""
    phrase = " ".join(words_of(typed))
    return list(islice(index.names.beginning([phrase]), max(most, 0))) if phrase else []


def _take(found: dict[int, None], most: int, rows: Iterable[int]) -> None:
    if len(found) < most:
        for row in rows:
            found[row] = None
            if len(found) == most:
                return


def _keyed(index: SearchIndex, words: Sequence[str], *, only_whole: bool) -> Iterator[int]:
    """Each key once: the whole name; its beginning; the beginnings of words."""
    parts = cut_at_spaces(words)
    wholes = list(filter(None, dict.fromkeys(("".join(words), "".join(parts)))))
    for keys in wholes:
        yield from index.keyed.exactly(keys)
    if only_whole:
        return
    for keys in wholes:
        yield from index.keyed.beginning([keys])
    if parts:
        yield from index.keyed_words.beginning(parts)


def _guesses(index: SearchIndex, words: list[str], sounds: _Sounds) -> Iterator[Iterator[int]]:
    yield _initials(index, words)
    yield _sounding(index, sounds)
    yield index.words.near(words, is_sure)
    yield index.sound_words.near(sounds.words, is_sure)


def _initials(index: SearchIndex, words: Sequence[str]) -> Iterator[int]:
    if len(words) == 1 and len(words[0]) >= FEWEST_LETTERS:
        yield from index.initials.beginning(words)


def _sounding(index: SearchIndex, sounds: _Sounds) -> Iterator[int]:
    if len(sounds.whole) >= FEWEST_LETTERS:
        yield from index.sounds.beginning([sounds.whole])
        yield from index.sound_words.beginning(sounds.words)


def _sounds_of(words: Sequence[str]) -> _Sounds:
    latins = [latin_of(word) for word in words]
    if not all(latins):
        return _Sounds("", [])
    return _Sounds(sound_of("".join(latins)), [sound_of(latin) for latin in latins])
