"""Opening hours: whether somebody is there now. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from menu.moments import Moment


@dataclass(frozen=True, slots=True)
class Hours:
    """On these weekdays (Monday is 0), from one time to another; None is midnight.

    Where the end is before the beginning, it is that of the next day.
    """

    weekdays: frozenset[int]
    opens: time
    closes: time | None

    def hold(self, moment: Moment) -> bool:
        weekday, now = moment.at.weekday(), moment.time
        if self.closes is None or self.closes > self.opens:
            before_end = self.closes is None or now < self.closes
            return weekday in self.weekdays and self.opens <= now and before_end
        is_late = weekday in self.weekdays and now >= self.opens
        is_early = (weekday - 1) % 7 in self.weekdays and now < self.closes
        return is_late or is_early


def is_open(openings: Sequence[Hours], moment: Moment) -> bool:
    return any(hours.hold(moment) for hours in openings)
