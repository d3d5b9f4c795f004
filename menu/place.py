"""Where a caller stands in a menu. Pure values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from menu.language import Language


class Crumb(NamedTuple):
    """A screen that "back" returns to, as it was left. It is stored in sessions: only append."""

    screen: str
    page: int = 0
    query: str = ""
    depth: int = 0  # how many sub-menus it lies inside


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The screen, its language and page (the first is 0), and the screens that "back" returns to,
    the nearest last.

    `query` is what was typed where a screen asks, while its finds are shown. `rows` holds the keys
    of the rows that were chosen, by the names they were saved under; `values` the answers and
    counts, as `menu.answer_forms` writes them. `tries` counts the wrong answers to the question at
    hand. `returns` are the screens that follow when sub-menus end, the innermost last.
    """

    screen: str
    language: Language
    path: tuple[Crumb, ...] = ()
    page: int = 0
    query: str = ""
    rows: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    tries: int = 0
    returns: tuple[str, ...] = ()

    @property
    def crumb(self) -> Crumb:
        return Crumb(self.screen, self.page, self.query, len(self.returns))
