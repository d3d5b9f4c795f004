"""The bytes of a menu file become text, or the reason why not. Nothing here knows YAML."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, Place, error

TOO_LARGE: Final = "M001"
NOT_UTF_8: Final = "M002"
INVISIBLE: Final = "M003"

MAX_BYTES: Final = 256 * 1024
MAX_REPORTED: Final = 20  # a binary file has made its point by then

# What YAML forbids, and the three line breaks that YAML knows but no editor counts as lines.
_INVISIBLE: Final = re.compile(
    "[^\t\n\r\u0020-\u007e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


def decode(
    file: str, content: str | bytes, most: int = MAX_BYTES, encoding: str = "UTF-8"
) -> tuple[str, list[Diagnostic]]:
    """The text without its byte order mark; empty when it cannot be read at all.

    `encoding` is what the author's program calls it.
    """
    raw = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    start = Place(file, 1, 1)
    if len(raw) > most:
        reason = f"The file has {len(raw)} bytes; {most} is the most."
        return "", [error(start, TOO_LARGE, reason, "Remove what is no longer used.")]
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        before = raw[: fault.start].decode("utf-8-sig", "replace")
        reason = "From here on the file is not UTF-8 text."
        hint = f'Save it again with the encoding "{encoding}".'
        return "", [error(_place_after(file, before), NOT_UTF_8, reason, hint)]
    found = list(_invisible(file, text))
    return ("" if found else text), found


def invisible_in(text: str) -> str | None:
    """The name of the first character that no phone can show, if there is one."""
    found = _INVISIBLE.search(text)
    return _name(found[0]) if found else None


def _invisible(file: str, text: str) -> Iterator[Diagnostic]:
    for count, found in enumerate(_INVISIBLE.finditer(text)):
        if count == MAX_REPORTED:
            return
        reason = f"An invisible character ({_name(found[0])}) stands here."
        place = _place_after(file, text[: found.start()])
        yield error(place, INVISIBLE, reason, "Delete it and type the line again.")


def _name(char: str) -> str:
    return f"U+{ord(char):04X} {unicodedata.name(char, 'control character').lower()}"


def _place_after(file: str, text: str) -> Place:
    lines = re.split("\r\n|\r|\n", text)
    return Place(file, len(lines), len(lines[-1]) + 1)
