"""What callers came by in a rehearsal: screens, options, conditional ways, tries used up. Pure.

To see which of several ways is taken, a rehearsal plays a copy of the program whose ways tell it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from menu.answer_forms import Wrong
from menu.choices import find_choice, rows_found
from menu.conditions import Condition
from menu.inputs import pressed_key
from menu.known import Known
from menu.language import Language
from menu.program import BACK_KEY, HOME_KEY, Option, Program, RowOptions, Screen
from menu.session import Session
from menu.ways import Go, Target, Way

ONWARD: Final = ""  # the part of a screen that is its own "go"
LANGUAGES: Final = "*"  # the part that is a list of all languages


class Branch(NamedTuple):
    """`part`: the key of an option, what rows are saved as, ONWARD or LANGUAGES. `at` counts the
    ways of one "go" from 0."""

    screen: str
    part: str
    at: int


@dataclass(slots=True)
class Walked:
    """Screens stand here with the language they were shown in."""

    screens: set[tuple[str, Language]] = field(default_factory=set)
    options: set[tuple[str, str]] = field(default_factory=set)  # screen, and key or save_as
    branches: set[Branch] = field(default_factory=set)
    used_up: set[str] = field(default_factory=set)  # screens whose questions were given up

    def add(self, other: Walked) -> None:
        self.screens |= other.screens
        self.options |= other.options
        self.branches |= other.branches
        self.used_up |= other.used_up


@dataclass(frozen=True)
class _ToldWay(Way):
    """It tells which way is taken."""

    tell: Callable[[int], None] = field(kw_only=True)

    def chosen(self, holds: Callable[[Condition], bool]) -> Target:
        at = next((at for at, (when, _) in enumerate(self.branches) if holds(when)), None)
        self.tell(len(self.branches) if at is None else at)
        return self.otherwise if at is None else self.branches[at][1]


def watched(program: Program, tell: Callable[[Branch], None]) -> Program:
    """The same program; each time that one of several ways is taken it tells which."""
    screens = {name: _watched(screen, tell) for name, screen in program.screens.items()}
    return replace(program, screens=screens)


def _watched(screen: Screen, tell: Callable[[Branch], None]) -> Screen:
    def way(go: Go, part: str) -> Go:
        if isinstance(go, str) or not go.branches:
            return go
        return _ToldWay(
            go.otherwise, go.branches, tell=lambda at: tell(Branch(screen.name, part, at))
        )

    choices = tuple(
        replace(each, go=way(each.go, part_of(screen, each))) for each in screen.choices
    )
    options = [each for each in choices if isinstance(each, Option)]
    return replace(
        screen,
        choices=choices,
        by_key={option.key: option for option in reversed(options)},
        ask=replace(screen.ask, go=way(screen.ask.go, ONWARD)) if screen.ask else None,
        question=replace(screen.question, go=way(screen.question.go, ONWARD))
        if screen.question
        else None,
        onward=way(screen.onward, ONWARD) if screen.onward else None,
    )


def part_of(screen: Screen, choice: Option | RowOptions) -> str:
    if isinstance(choice, RowOptions):
        return choice.save_as
    return LANGUAGES if choice.key in screen.speaks else choice.key


def is_last_try(program: Program, before: Session, typed: str, now: Session) -> bool:
    """Whether this was the last wrong answer that the question of `before` takes."""
    screen, key = program.screens[before.screen], pressed_key(typed)
    asked = screen.question or screen.ask
    if asked is None or asked.tries is None or before.tries + 1 < asked.tries:
        return False
    takes_zero = screen.question is not None and screen.question.takes_zero
    is_way = key == HOME_KEY or (key == BACK_KEY and not takes_zero) or now.page > before.page
    if is_way:
        return False
    known = Known(program, before.place, now.at)
    if screen.question is not None:
        return isinstance(screen.question.form.read(typed, known.moment), Wrong)
    is_found = screen.ask is not None and rows_found(program, screen.ask, typed.strip())
    return not is_found and find_choice(known, key) is None
