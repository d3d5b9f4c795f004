"""The size line under the phone: what a text costs on air, in words."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from telecom.encoding import Encoding, Limit, segments_of, size_of

NAMES: Final = MappingProxyType({Encoding.GSM7: "GSM-7", Encoding.UCS2: "UCS-2"})
# Units that an SMS carries alone, and in each segment once it needs several (3GPP TS 23.040).
ROOM: Final = MappingProxyType({Encoding.GSM7: (160, 153), Encoding.UCS2: (70, 67)})


def ussd_size(text: str) -> str:
    """`63/70 UCS-2`; a screen that is longer says by how much."""
    size, limit = size_of(text), Limit()
    shown = f"{size.units}/{limit.room_for(text)} {NAMES[size.encoding]}"
    over = limit.overflow(text)
    return f"{shown}, {over} too long: a network may cut it" if over else shown


def sms_size(text: str) -> str:
    """`1 SMS, 97/160 GSM-7`. A long SMS has the room of all its segments: `2 SMS, 97/134 UCS-2`."""
    size, segments = size_of(text), segments_of(text)
    alone, joined = ROOM[size.encoding]
    room = alone if segments == 1 else segments * joined
    return f"{segments} SMS, {size.units}/{room} {NAMES[size.encoding]}"
