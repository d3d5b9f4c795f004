"""What may be chosen where a caller stands: options, rows of a data set, finds. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final

from menu.data_set import Row
from menu.inputs import pressed_key
from menu.language import Language
from menu.phrases import LAST_RESORT, MORE_LETTERS
from menu.place import Place
from menu.program import RESERVED_KEYS, Ask, Option, Program, RowOptions, Screen
from menu.templates import Blank, fill

MOST_ROWS: Final = 90  # rows behind one screen: keys stay of two digits, and nobody reads on
MOST_FOUND: Final = 45  # rows that a search offers; who sees as many had better write more letters


@dataclass(frozen=True, slots=True)
class Choice:
    """A key and where it leads. `label` is empty where nobody asked for a language.

    A line without a key only says something.
    """

    key: str
    go: str
    label: str = ""
    sets_language: Language | None = None
    saves: tuple[str, str] | None = None  # the name, and the key of the row


def find_choice(program: Program, place: Place, key: str) -> Choice | None:
    """Whichever page it stands on: people know numbers by heart."""
    if not key.isdecimal():
        return None
    return next((each for each in _choices(program, place, None) if each.key == key), None)


def lines_at(program: Program, place: Place, language: Language) -> Iterator[tuple[str, str]]:
    """Every choice as (key, label)."""
    return ((each.key, each.label) for each in _choices(program, place, language))


def saved(program: Program, place: Place, blank: Blank, language: Language) -> str:
    """What stands in a blank. Nothing for what was not chosen yet; the check finds such texts."""
    row = _saved_row(program, place, blank)
    return row.show(blank.column, language) if row else ""


def rows_found(program: Program, ask: Ask, typed: str) -> tuple[Row, ...]:
    """What an answer may mean. One more than is offered tells that there are even more.

    Keys that every screen knows mean no letters: "98" behind the last page looks for no "wu".
    """
    if pressed_key(typed) in RESERVED_KEYS:
        return ()
    return program.data_sets[ask.data_set].search(typed, MOST_FOUND + 1)


def _choices(program: Program, place: Place, language: Language | None) -> Iterator[Choice]:
    screen = program.screens[place.screen]
    if screen.ask is not None:
        found = rows_found(program, screen.ask, place.query) if place.query else ()
        if language and len(found) > MOST_FOUND:
            told = MORE_LETTERS.get(language, MORE_LETTERS[LAST_RESORT])
            yield Choice("", place.screen, told)
        for number, row in enumerate(found[:MOST_FOUND], start=1):
            yield _row_choice(program, place, screen.ask, row, str(number), language)
        return
    free = _free_keys(screen)
    for item in screen.choices:
        if isinstance(item, Option):
            label = item.label[language] if language else ""
            yield Choice(item.key, item.go, label, item.sets_language)
        else:
            for row in rows_of(program, place, item)[:MOST_ROWS]:
                yield _row_choice(program, place, item, row, next(free), language)


def rows_of(program: Program, place: Place, options: RowOptions) -> Sequence[Row]:
    """The rows whose cells are as `where` says, in the order of the file."""
    data_set = program.data_sets[options.data_set]
    if not options.where:
        return data_set.rows
    first, *others = (
        data_set.where(column, fill(cell, lambda blank: _cell_of(program, place, blank)))
        for column, cell in options.where
    )
    kept = [frozenset(row.key for row in rows) for rows in others]
    return [row for row in first if all(row.key in keys for keys in kept)]


def _cell_of(program: Program, place: Place, blank: Blank) -> str:
    row = _saved_row(program, place, blank)
    return row.cells.get(blank.column, "") if row else ""


def _saved_row(program: Program, place: Place, blank: Blank) -> Row | None:
    data_set = program.data_sets.get(program.saved_rows.get(blank.saved_as, ""))
    return data_set.find(place.rows.get(blank.saved_as, "")) if data_set else None


def _row_choice(
    program: Program,
    place: Place,
    options: Ask | RowOptions,
    row: Row,
    key: str,
    language: Language | None,
) -> Choice:
    label = ""
    if language:

        def value_of(blank: Blank) -> str:
            if blank.saved_as:
                return saved(program, place, blank, language)
            return row.show(blank.column, language)

        label = fill(options.label[language], value_of)
    return Choice(key, options.go, label, saves=(options.save_as, row.key))


def _free_keys(screen: Screen) -> Iterator[str]:
    taken = {item.key for item in screen.choices if isinstance(item, Option)} | RESERVED_KEYS
    return (str(number) for number in count(1) if str(number) not in taken)
