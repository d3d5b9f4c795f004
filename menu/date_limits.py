"""Days that a menu names: a fixed one, or one that moves with the day of the turn. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

LIMIT: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}|today( ?[+-] ?[0-9]{1,5} (day|week|month|year)s?)?"
_MOVING: Final = re.compile(r"today(?: ?([+-]) ?([0-9]{1,5}) (day|week|month|year)s?)?")
_DAYS: Final = {"day": 1, "week": 7}
_MONTHS: Final = {"month": 1, "year": 12}


@dataclass(frozen=True, slots=True)
class DateLimit:
    """`fixed`, or so many days and months from today."""

    fixed: date | None = None
    days: int = 0
    months: int = 0

    def on(self, today: date) -> date:
        """Never outside the calendar: what would be is its first or last day."""
        if self.fixed is not None:
            return self.fixed
        return moved(_by_months(today, self.months), self.days)


def parse_limit(written: str) -> DateLimit | None:
    """None for what is no day."""
    found = _MOVING.fullmatch(written)
    if found is None:
        fixed = parse_iso(written)
        return DateLimit(fixed=fixed) if fixed else None
    if found[1] is None:
        return DateLimit()
    count = int(found[2]) * (1 if found[1] == "+" else -1)
    return DateLimit(days=count * _DAYS.get(found[3], 0), months=count * _MONTHS.get(found[3], 0))


def parse_iso(written: str) -> date | None:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", written):
        return None
    return find_day(int(written[:4]), int(written[5:7]), int(written[8:]))


def find_day(year: int, month: int, day: int) -> date | None:
    """None for a day that is in no calendar, such as the 31st of June."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def moved(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min


def _by_months(day: date, months: int) -> date:
    """The same day of another month, or its last one."""
    if not months:
        return day
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        return date.max if months > 0 else date.min
    fitting = (find_day(year, month + 1, day.day - less) for less in range(4))
    return next(each for each in fitting if each)
