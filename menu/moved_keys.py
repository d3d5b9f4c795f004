"""P001: people know the numbers of a menu by heart, and one of them leads elsewhere than in the
live menu. A warning to whoever checks or publishes; nobody is kept from it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, warning
from menu.inputs import fold
from menu.program import Option, Program
from menu.source import Source
from menu.ways import screens_of

RULE: Final = "P001"
MOST_TOLD: Final = 50


def find_moved(source: Source, after: Program, live: Program) -> list[Diagnostic]:
    """`after` is the program of `source`. Screens are the same by their names; options by their
    labels, in any language that both menus have, or because they alone lead to a screen."""
    found = [
        told
        for name in after.screens
        if name in live.screens
        for told in _moved_on(source, name, _options(after, name), _options(live, name))
    ]
    return found[:MOST_TOLD]


def _moved_on(
    source: Source, name: str, after: list[Option], before: list[Option]
) -> Iterator[Diagnostic]:
    places = {
        key: source.value_place(*path) for path, key, _ in source.options() if path[1] == name
    }
    stayed = {option.key: same_in(after, before, option) for option in before}
    for option in after:
        old = next((key for key, same in stayed.items() if same is option), None)
        place, label = places.get(option.key), _label(option)
        if place is None or old == option.key:
            continue
        if old is not None:
            reason = f'"{label}" was {old} in the live menu, and is {option.key} now.'
            hint = f'People know their numbers: give it key: "{old}", and new options others.'
            yield warning(place, RULE, reason, hint)
        elif option.key in stayed and stayed[option.key] is None:
            was = next(_label(each) for each in before if each.key == option.key)
            reason = f'{option.key} led to "{was}" in the live menu, and leads to "{label}" now.'
            yield warning(place, RULE, reason, "Give it a number that nobody knows yet.")


def same_in(after: list[Option], before: list[Option], option: Option) -> Option | None:
    """What has become of an option: by its label, else by where it alone leads."""
    by_label = [each for each in after if _says_the_same(each, option)]
    if by_label:
        return next((each for each in by_label if each.key == option.key), by_label[0])
    if len(_leading_as(before, option)) > 1:
        return None
    leading = _leading_as(after, option)
    return leading[0] if len(leading) == 1 else None


def _says_the_same(one: Option, other: Option) -> bool:
    both = one.label.keys() & other.label.keys()
    return any(fold(one.label[language]) == fold(other.label[language]) for language in both)


def _leading_as(options: list[Option], option: Option) -> list[Option]:
    where = set(screens_of(option.go)), option.sets_language
    return [each for each in options if (set(screens_of(each.go)), each.sets_language) == where]


def _options(program: Program, name: str) -> list[Option]:
    return [each for each in program.screens[name].choices if isinstance(each, Option)]


def _label(option: Option) -> str:
    return next(iter(option.label.values()))
