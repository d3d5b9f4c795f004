"""What the rows of a data set are found by, sorted once when it is loaded. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from menu.data_keypad import keys_of
from menu.data_postings import Postings, RowsOf
from menu.data_prefixes import Prefixes
from menu.data_romanising import all_latin, latin_of
from menu.data_sounds import sound_of
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
        names = self._names.items()
        latins = {word: latin_of(word) for word in self._spoken}
        wholes = _gathered(
            (all_latin([latins[word] for word in phrase.split(" ")]), rows)
            for noted in (self._names, self._phrases)
            for phrase, rows in noted.items()
        ).items()
        words = _gathered((latins[word], rows) for word, rows in self._spoken.items()).items()
        return SearchIndex(
            phones=Postings(self._phones),
            names=Prefixes(self._names),
            phrases=Postings(self._phrases),
            words=Prefixes(_gathered([*self._spoken.items(), *self._told.items()])),
            initials=Prefixes(_gathered((initials_of(name), rows) for name, rows in names)),
            keyed=Prefixes(_gathered((keys_of(latin), rows) for latin, rows in wholes)),
            keyed_words=Prefixes(_gathered((keys_of(latin), rows) for latin, rows in words)),
            sounds=Prefixes(_gathered((sound_of(latin), rows) for latin, rows in wholes)),
            sound_words=Prefixes(_gathered((sound_of(latin), rows) for latin, rows in words)),
        )


def _gathered(rows_by_key: Iterable[tuple[str, Sequence[int]]]) -> RowsOf:
    """The rows of each key; those without one are left out."""
    found: _Noted = defaultdict(list)
    for key, rows in rows_by_key:
        if key:
            found[key].extend(rows)
    return found


def _note(rows: list[int], row: int) -> None:
    if not rows or rows[-1] != row:
        rows.append(row)
