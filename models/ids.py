"""Row ids and tokens. Ids sort by the time they were made; tokens cannot be guessed."""

from __future__ import annotations

import os
import secrets
from datetime import datetime
from typing import Final

# The variant of RFC 9562: two fixed bits and two random ones make a hexadecimal digit.
_VARIANT: Final = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))


def new_id(at: datetime) -> str:
    """A uuid version 7 (RFC 9562) of this time: milliseconds first, then 74 random bits."""
    time, random = f"{int(at.timestamp() * 1000):012x}", os.urandom(10).hex()
    fourth = _VARIANT[random[3]] + random[4:7]
    return f"{time[:8]}-{time[8:]}-7{random[:3]}-{fourth}-{random[7:19]}"


def new_ref() -> str:
    """The public token of an MT message: 128 random bits as 32 hex digits, safe in any URL."""
    return secrets.token_hex(16)
