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


def told_age(zone: ZoneInfo, at: float | None, now: float) -> dict[str, str]:
    """How old an answer is that was given at `at` (None: just now), as screens tell it: minutes,
    and the time of day, with the day before it where that is another."""
    then, today = (moment_of(now if at is None else at, zone), moment_of(now, zone))
    form = "%H:%M" if then.today == today.today else "%d-%m %H:%M"
    minutes = 0 if at is None else max(0, int((now - at) // 60))
    return {"age": str(minutes), "as_of": then.at.strftime(form)}
