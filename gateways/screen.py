"""USSD texts, in and out, without the characters that break gateways."""

from __future__ import annotations

import re
from typing import Final

# Control characters but the line feed, a byte order mark, halves of surrogate pairs: gateways end
# the session on them, and the last cannot be written at all. Joiners stay: Indic scripts need them.
_UNSHOWABLE: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ufeff\ud800-\udfff]")


def plain_screen(text: str) -> str:
    """The text with `\\n` as its only control character, always writable as UTF-8.

    It only drops characters, each by itself: what begins a text also begins it afterwards.
    """
    return _UNSHOWABLE.sub("", text)
