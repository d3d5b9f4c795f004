"""What the rows of a data set are found by, sorted once when it is loaded. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from menu.data_keypad import digits_of, whole_digits
from menu.data_postings import Postings, RowsOf
from menu.data_prefixes import Prefixes
from menu.data_sounds import sound_of, whole_sound
from menu.data_words import initials_of, squeezed, words_of

_Noted = defaultdict[str, list[int]]


@dataclass(frozen=True, slots=True)
class SearchIndex:
    """Rows are named by their positions in the file."""

    phones: Postings
    names: Prefixes  # whole, as everything but what is called words
    phrases: Postings  # the further words, whole
    words: Prefixes
    initials: Prefixes
    keyed: Prefixes
    keyed_words: Prefixes
    sounds: Prefixes
    sound_words: Prefixes


class Notes:
    """Takes the rows one after the other; the index is made after the last."""

    def __init__(self) -> None:
        self._phones: _Noted = defaultdict(list)
        self._names: _Noted = defaultdict(list)
        self._phrases: _Noted = defaultdict(list)
        self._spoken: _Noted = defaultdict(list)
        self._told: _Noted = defaultdict(list)

    def add(
        self,
        row: int,
        *,
        names: Iterable[str],
        words: Iterable[str],
        texts: Iterable[str],
        phones: Iterable[str],
    ) -> None:
        """`names` and `words` are found as they are, `texts` by the words in them."""
        for phone in phones:
            _note(self._phones[squeezed(phone)], row)
        for noted, spoken in ((self._names, names), (self._phrases, words)):
            for text in spoken:
                parts = words_of(text)
                if phrase := " ".join(parts):
                    _note(noted[phrase], row)
                for part in parts:
                    _note(self._spoken[part], row)
        for text in texts:
            for part in words_of(text):
                _note(self._told[part], row)

    def index(self) -> SearchIndex:
        names, phrases, spoken = self._names, self._phrases, self._spoken
        return SearchIndex(
            phones=Postings(self._phones),
            names=Prefixes(names),
            phrases=Postings(phrases),
            words=Prefixes(_by(str, spoken, self._told)),
            initials=Prefixes(_by(lambda name: initials_of(name.split(" ")), names)),
            keyed=Prefixes(_by(lambda name: whole_digits(name.split(" ")), names, phrases)),
            keyed_words=Prefixes(_by(digits_of, spoken)),
            sounds=Prefixes(_by(lambda name: whole_sound(name.split(" ")), names, phrases)),
            sound_words=Prefixes(_by(sound_of, spoken)),
        )


def _by(key_of: Callable[[str], str], *noted: RowsOf) -> RowsOf:
    """The same rows under another key; those without one are left out."""
    found: _Noted = defaultdict(list)
    for rows_of in noted:
        for word, rows in rows_of.items():
            if key := key_of(word):
                found[key].extend(rows)
    return found


def _note(rows: list[int], row: int) -> None:
    if not rows or rows[-1] != row:
        rows.append(row)
