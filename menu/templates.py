"""Texts with blanks: `{helpline.number}` is filled from a row that the caller chose. Pure.

Only this form is filled. There is no expression and no format: a menu is data.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

# "{helpline.number}": what was chosen under the name "helpline", its column "number". Inside a
# label that is written for each row, "{number}" is that row's own column.
_BLANK: Final = re.compile(r"\{(?:([a-z][a-z0-9_]*)\.)?([a-z][a-z0-9_]*)\}")


class Blank(NamedTuple):
    """`saved_as` is empty for a column of the row at hand."""

    saved_as: str
    column: str


def blanks_of(text: str) -> list[Blank]:
    return [Blank(*found) for found in _BLANK.findall(text)]


def has_blanks(text: str) -> bool:
    return "{" in text and _BLANK.search(text) is not None


def fill(text: str, value_of: Callable[[Blank], str]) -> str:
    """What is filled in is not looked at again: a cell that holds braces is shown as it is."""
    return _BLANK.sub(lambda found: value_of(Blank(found[1] or "", found[2])), text)


def without_blanks(text: str, *, of_a_row: bool) -> str:
    """`of_a_row`: where a row is at hand, "{number}" is a blank as well."""
    return _BLANK.sub(lambda found: "" if found[1] or of_a_row else found[0], text)
