"""Row ids and tokens. Ids sort by the time they were made; tokens cannot be guessed."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Final

_RANDOM_BITS: Final = 74
_VERSION_7: Final = 7 << 76
_VARIANT: Final = 0b10 << 62


def new_id(at: datetime) -> str:
    """A uuid version 7 (RFC 9562) of this time: milliseconds first, then 74 random bits."""
    milliseconds = int(at.timestamp() * 1000)
    random = int.from_bytes(secrets.token_bytes(10), "big") >> 80 - _RANDOM_BITS
    high, low = random >> 62, random & ((1 << 62) - 1)
    digits = f"{milliseconds << 80 | _VERSION_7 | high << 64 | _VARIANT | low:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def new_ref() -> str:
    """The public token of an MT message: 128 random bits as 32 hex digits, safe in any URL."""
    return secrets.token_hex(16)
