"""The time of a turn, on the clocks of the menu's people. Pure: the runner hands it in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Moment:
    """`at` is aware, in the menu's time zone."""

    at: datetime

    @property
    def today(self) -> date:
        return self.at.date()

    @property
    def weekday(self) -> str:
        return WEEKDAYS[self.at.weekday()]

    @property
    def time(self) -> time:
        return self.at.time()


def moment_of(now: float, zone: ZoneInfo) -> Moment:
    """`now` in seconds since the epoch."""
    return Moment((_EPOCH + timedelta(seconds=now)).astimezone(zone))
