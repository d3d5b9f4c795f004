"""The Retry-After header: how long a throttling vendor asks us to wait."""

from __future__ import annotations

import re
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final

MAX_SECONDS: Final = 300.0  # a vendor's typing mistake must not outlive the messages

_SECONDS: Final = re.compile(r"[0-9]{1,9}")


def parse_retry_after(header: str | None, now: datetime) -> float | None:
    """Seconds to wait, 0 to MAX_SECONDS; None where the header is absent or says nothing.

    Both forms of RFC 9110 (section 10.2.3): seconds, or an HTTP date. `now` is aware.
    """
    if header is None:
        return None
    if _SECONDS.fullmatch(header.strip(" \t")):  # what RFC 9110 calls white space
        return min(float(header), MAX_SECONDS)
    try:
        seconds = (parsedate_to_datetime(header) - now).total_seconds()
    except (ValueError, TypeError, OverflowError):  # no date, or one without a zone
        return None
    return min(max(seconds, 0.0), MAX_SECONDS)
