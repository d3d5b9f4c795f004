"""When promotional SMS may go out, by country. A table; nothing else is ever held by it.

Whoever asked for something gets it at any hour. The zones here have no summer time, so an offset
says all, and no host needs a database of zones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone
from types import MappingProxyType
from typing import Final

from telecom.statuses import MessageClass

PROMOTIONAL: Final = frozenset({MessageClass.BULK})


@dataclass(frozen=True, slots=True)
class Hours:
    """From `opens` until before `closes`, on the clocks of the country."""

    zone: timezone
    opens: time
    closes: time


HOURS: Final[Mapping[str, Hours]] = MappingProxyType(
    {
        # TCCCPR: vendors give 9 to 21 or 10 to 21; the stricter one breaks neither.
        "IN": Hours(timezone(timedelta(hours=5, minutes=30), "IST"), time(10), time(21)),
    }
)


def opening_of(
    message_class: MessageClass,
    country: str | None,
    at: datetime,
    table: Mapping[str, Hours] = HOURS,
) -> datetime:
    """`at` where it may go then, else the next opening. Pure."""
    hours = table.get(country or "")
    if message_class not in PROMOTIONAL or hours is None:
        return at
    local = at.astimezone(hours.zone)
    if hours.opens <= local.time() < hours.closes:
        return at
    day = local.date() + timedelta(days=1 if local.time() >= hours.closes else 0)
    opening = datetime.combine(day, hours.opens, hours.zone)
    return opening.astimezone(at.tzinfo)
