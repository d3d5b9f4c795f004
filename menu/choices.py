"""What may be chosen where a caller stands: options, rows of a data set, finds. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final

from menu.conditions import Expression
from menu.data_set import Row
from menu.inputs import fold, pressed_key
from menu.known import Known
from menu.language import Language
from menu.language_order import nearest_first
from menu.program import RESERVED_KEYS, Ask, Option, Program, RowOptions, Screen
from menu.templates import Blank, fill
from menu.ways import Go

MOST_ROWS: Final = 90  # rows behind one screen: keys stay of two digits, and nobody reads on
MOST_FOUND: Final = 45  # rows that a search offers; who sees as many had better write more letters


@dataclass(frozen=True, slots=True)
class Choice:
    """A key and where it leads. `label` is empty where nobody asked for a language.

    A line without a key only says something.
    """

    key: str
    go: Go
    label: str = ""
    sets_language: Language | None = None
    saves: tuple[str, str] | None = None  # the name, and the key of the row
    sets: tuple[tuple[str, Expression], ...] = ()
    is_final: bool = False


def find_choice(known: Known, key: str) -> Choice | None:
    """Whichever page it stands on: people know numbers by heart."""
    if not key.isdecimal():
        return None
    screen = known.program.screens[known.place.screen]
    if screen.lines is not None:  # nothing but options that are always there
        option = screen.by_key.get(key)
        return _of_option(option, None) if option else None
    return next((each for each in _choices(known, None) if each.key == key), None)


def find_by_word(known: Known, typed: str) -> Choice | None:
    """The option whose own label, in any language of the menu, was written in the place of its
    number."""
    words = known.program.screens[known.place.screen].words
    key = words.get(fold(typed)) if words else None
    return find_choice(known, key) if key else None


def lines_at(known: Known, language: Language, region: str = "") -> Iterator[tuple[str, str]]:
    """Every choice as (key, label)."""
    choices = [*_choices(known, language)]
    speaks = known.program.screens[known.place.screen].speaks
    if speaks and region:
        choices = nearest_first(choices, [speaks.get(each.key) for each in choices], region)
    return ((each.key, each.label) for each in choices)


def rows_found(program: Program, ask: Ask, typed: str) -> tuple[Row, ...]:
    """What an answer may mean. One more than is offered tells that there are even more.

    Keys that every screen knows mean no letters: "98" behind the last page looks for no "wu".
    """
    if pressed_key(typed) in RESERVED_KEYS:
        return ()
    return program.data_sets[ask.data_set].search(typed, MOST_FOUND + 1)


def _choices(known: Known, language: Language | None) -> Iterator[Choice]:
    program, place = known.program, known.place
    screen = program.screens[place.screen]
    if screen.ask is not None:
        found = rows_found(program, screen.ask, place.query) if place.query else ()
        if language and len(found) > MOST_FOUND:
            yield Choice("", place.screen, program.phrases["more_letters"][language])
        for number, row in enumerate(found[:MOST_FOUND], start=1):
            yield _row_choice(known, screen.ask, row, str(number), language)
        return
    free = _free_keys(screen)
    for item in screen.choices:
        if not known.holds(item.when):
            continue
        if isinstance(item, Option):
            yield _of_option(item, language)
        else:
            for row in rows_of(known, item)[:MOST_ROWS]:
                yield _row_choice(known, item, row, next(free), language)


def _of_option(option: Option, language: Language | None) -> Choice:
    label = option.label[language] if language else ""
    return Choice(
        option.key, option.go, label, option.sets_language, None, option.sets, option.is_final
    )


def rows_of(known: Known, options: RowOptions) -> Sequence[Row]:
    """The rows whose cells are as `where` says, in the order of the file."""
    data_set = known.program.data_sets[options.data_set]
    if not options.where:
        return data_set.rows
    first, *others = (
        data_set.where(column, fill(cell, lambda blank: _cell_of(known, blank)))
        for column, cell in options.where
    )
    kept = [frozenset(row.key for row in rows) for rows in others]
    return [row for row in first if all(row.key in keys for keys in kept)]


def _cell_of(known: Known, blank: Blank) -> str:
    if blank.saved_as:
        return known.cell(blank.saved_as, blank.column) or ""
    return known.values.get(blank.column, "")


def _row_choice(
    known: Known, options: Ask | RowOptions, row: Row, key: str, language: Language | None
) -> Choice:
    label = ""
    if language:

        def value_of(blank: Blank) -> str:
            if blank.saved_as:
                return known.shown(blank, language)
            return row.show(blank.column, language)

        label = fill(options.label[language], value_of)
    return Choice(key, options.go, label, saves=(options.save_as, row.key))


def _free_keys(screen: Screen) -> Iterator[str]:
    taken = {item.key for item in screen.choices if isinstance(item, Option)} | RESERVED_KEYS
    return (str(number) for number in count(1) if str(number) not in taken)
