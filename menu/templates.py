"""Texts with blanks: `{helpline.number}` is filled from a row that the caller chose, `{amount}`
from an answer, and `{amount:money}` is the same as people write it. Pure.

Only these forms are filled. There is no expression: a menu is data.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

# "{helpline.number}": what was chosen under the name "helpline", its column "number". "{amount}" is
# a value; inside a label that is written for each row it is that row's own column.
_BLANK: Final = re.compile(
    r"\{(?:([a-z][a-z0-9_]*)\.)?([a-z][a-z0-9_]*)(?::(number|money|date))?\}"
)


class Blank(NamedTuple):
    """`saved_as` is empty for a value, and for a column of the row at hand."""

    saved_as: str
    column: str
    format: str = ""


def blanks_of(text: str) -> list[Blank]:
    return [Blank(*found) for found in _BLANK.findall(text)]


def has_blanks(text: str) -> bool:
    return "{" in text and _BLANK.search(text) is not None


def fill(text: str, value_of: Callable[[Blank], str]) -> str:
    """What is filled in is not looked at again: a cell that holds braces is shown as it is."""
    return _BLANK.sub(lambda found: value_of(Blank(*found.groups(""))), text)


def without_blanks(text: str) -> str:
    return _BLANK.sub("", text)
