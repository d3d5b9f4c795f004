"""M211 (warning): two options of a screen lead to different places and are called the same, or so
nearly the same that a tired reader takes one for the other. Who writes the word gets the first."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Final

from menu.diagnostics import Diagnostic, warning
from menu.inputs import fold
from menu.near_misses import distance
from menu.schema import Option
from menu.source import Source
from menu.texts import filled

RULE: Final = "M211"
LONG: Final = 6  # letters from which one letter is too small a difference


def check(source: Source) -> Iterator[Diagnostic]:
    for name, screen in source.menu.screens.items():
        pairs = combinations(screen.numbered_options(), 2)
        told: set[int] = set()
        for (_, key, one), (position, _, other) in pairs:
            language = _find_language(source, one, other)
            if position in told or language is None or _leads_alike(one, other):
                continue
            told.add(position)
            path = ("screens", name, "options", position, "label", language)
            label = filled(other.label, source.displayed)[language]
            reason = f'In "{language}" the label "{label}" is hardly another one than option {key}.'
            hint = "Say in the first word what the difference is."
            yield warning(source.value_place(*path), RULE, reason, hint)


def _find_language(source: Source, one: Option, other: Option) -> str | None:
    """The first in which both read alike."""
    labels = filled(one.label, source.displayed), filled(other.label, source.displayed)
    return next((each for each in source.languages if _alike(*(it[each] for it in labels))), None)


def _alike(one: str, other: str) -> bool:
    """Numbers tell things apart however little they differ."""
    first, second = fold(one), fold(other)
    if first == second:
        return bool(first)
    if min(len(first), len(second)) < LONG or _digits(first) != _digits(second):
        return False
    return distance(first, second, 1) <= 1


def _digits(text: str) -> str:
    return "".join(filter(str.isdecimal, text))


def _leads_alike(one: Option, other: Option) -> bool:
    return (one.go, one.language, one.set_) == (other.go, other.language, other.set_)
