"""How a screen looks on a phone: its text, its numbered choices, and the way out. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from menu.language import Language, Texts
from menu.paging import Footers
from menu.program import BACK_KEY, HOME_KEY, MORE_KEY, WaysOut
from telecom.encoding import Limit

SAFE_LIMIT: Final = Limit()


@dataclass(frozen=True, slots=True)
class Display:
    """What a network carries: so much on a page, and perhaps no letters but Latin ones.

    `region` is where the caller is, as far as anybody knows: a country, or a circle of India
    (menu.language_order). No text depends on it, only the order of languages to choose from.
    """

    limit: Limit = SAFE_LIMIT
    is_latin: bool = False
    region: str = ""


ANY_PHONE: Final = Display()


def lines_of(choices: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """How choices are shown, each by its key, if it has one, and its label."""
    return tuple(f"{key} {label}".lstrip() for key, label in choices)


def ways_out(phrases: Mapping[str, Texts], language: Language) -> WaysOut:
    """One line for all keys: lines are what small screens have least of."""
    more = f"{MORE_KEY} {phrases['more'][language]}"
    back = f"{BACK_KEY} {phrases['back'][language]}"
    leave = f"{BACK_KEY} {phrases['exit'][language]}"
    home = f"{HOME_KEY} {phrases['home'][language]}"
    up = f"{back} {home}"
    onward = f"{more} {up}"
    return WaysOut(
        at_top=Footers(only=leave, first=f"{more} {leave}", middle=onward, last=up),
        deeper=Footers(only=up, first=onward, middle=onward, last=up),
        ending=Footers(first=more, middle=f"{more} {back}"),
        without_zero=Footers(only=home, first=f"{more} {home}", middle=f"{more} {home}", last=home),
    )


def told_above(told: str, page: str) -> str:
    """The same page again, under a word about what was typed."""
    return f"{told}\n{page}"
