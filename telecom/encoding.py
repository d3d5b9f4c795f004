"""How much of an SMS or a USSD screen a text takes: its encoding, units and segments. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final, NamedTuple

from telecom.gsm7 import BASIC, ESCAPE, EXTENDED

MAX_SEPTETS: Final = 182  # the 160 octets of a USSD string: 3GPP TS 24.080
MAX_UCS2: Final = 80


class Encoding(StrEnum):
    GSM7 = "gsm7"
    UCS2 = "ucs2"


class Size(NamedTuple):
    """`units` are septets in GSM-7 and UTF-16 code units in UCS-2."""

    encoding: Encoding
    units: int


def encoding_of(text: str) -> Encoding:
    """One character outside GSM-7 makes the whole text UCS-2."""
    return Encoding.UCS2 if _GSM7.fullmatch(text) is None else Encoding.GSM7


def size_of(text: str) -> Size:
    """GSM-7: 1 septet a character, 2 if it needs the escape. UCS-2: 2 units for an emoji."""
    septets = _find_septets(text)
    if septets is None:
        return Size(Encoding.UCS2, len(_utf16(text)) // 2)
    return Size(Encoding.GSM7, septets)


def segments_of(text: str) -> int:
    """How many SMS are billed for a text. An empty text is one.

    GSM-7: 160 septets, or 153 in each segment of a long SMS, whose header takes 6 octets; UCS-2:
    70 units, or 67. No segment ends inside an escape or a surrogate pair, so it may end one unit
    early. Source: 3GPP TS 23.040, section 9.2.3.24.1.
    """
    encoding, units = size_of(text)
    if encoding is Encoding.GSM7:
        septets = text if units == len(text) else _EXTENDED.sub(_with_escape, text)
        return _count(units, 160, 153, lambda place: septets[place] == ESCAPE)
    octets = _utf16(text)
    return _count(units, 70, 67, lambda place: octets[2 * place] in _HIGH_SURROGATE)


@dataclass(frozen=True, slots=True)
class Limit:
    """What one screen or one SMS may hold: so many GSM-7 septets, or so many UCS-2 units.

    The default is safe on every network; 182 and 80 is what the standard allows on USSD. Raises
    ValueError outside 2 to 182 and 2 to 80: one character may take two units. A pydantic model
    reads it from `{septets: 160, ucs2: 70}` and refuses other keys.
    """

    septets: int = 160
    ucs2: int = 70

    __pydantic_config__: ClassVar[Mapping[str, str]] = {"extra": "forbid"}

    def __post_init__(self) -> None:
        if not 2 <= self.septets <= MAX_SEPTETS:
            raise ValueError(f"septets must be 2 to {MAX_SEPTETS}")
        if not 2 <= self.ucs2 <= MAX_UCS2:
            raise ValueError(f"ucs2 must be 2 to {MAX_UCS2}")

    def fits(self, text: str) -> bool:
        return self.overflow(text) == 0

    def overflow(self, text: str) -> int:
        """Units too many, in the text's own encoding; 0 when it fits."""
        encoding, units = size_of(text)
        return max(0, units - self._room(encoding))

    def room_for(self, text: str) -> int:
        """The units that a text in this text's encoding may have in all."""
        return self._room(encoding_of(text))

    def _room(self, encoding: Encoding) -> int:
        return self.septets if encoding is Encoding.GSM7 else self.ucs2


def _class_of(chars: frozenset[str]) -> str:
    return "[" + re.escape("".join(sorted(chars))) + "]"


_BASIC: Final = re.compile(_class_of(BASIC) + "*")
_GSM7: Final = re.compile(_class_of(BASIC | EXTENDED) + "*")
_EXTENDED: Final = re.compile(_class_of(EXTENDED))
_HIGH_SURROGATE: Final = range(0xD8, 0xDC)  # the first octet of a pair's first half


def _find_septets(text: str) -> int | None:
    """None when the text is not GSM-7. Most texts end with the first question."""
    if _BASIC.fullmatch(text):
        return len(text)
    if _GSM7.fullmatch(text):
        return len(text) + len(_EXTENDED.findall(text))
    return None


def _with_escape(match: re.Match[str]) -> str:
    return ESCAPE + match[0]


def _utf16(text: str) -> bytes:
    """Big-endian, no byte order mark. A lone surrogate counts as the unit that it is."""
    return text.encode("utf-16-be", "surrogatepass")


def _count(units: int, single: int, joined: int, opens_pair: Callable[[int], bool]) -> int:
    if units <= single:
        return 1
    segments = start = 0
    while start < units:
        end = start + joined
        start = end - 1 if end < units and opens_pair(end - 1) else end
        segments += 1
    return segments
