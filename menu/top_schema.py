"""The shape of what a whole menu shares: its country and clocks, opening hours, helplines."""

from __future__ import annotations

import re
from datetime import time
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from phonenumbers import SUPPORTED_REGIONS
from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic import WithJsonSchema as InEditors

from menu.moments import WEEKDAYS
from menu.question_scalars import Minutes
from menu.shapes import Name, Shape, fits, matching, wrong
from menu.text_schema import Texts

OFF: Final = "off"
_TIME: Final = r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00"
_DAYS: Final = r"[a-z]{3}(-[a-z]{3})?(, ?[a-z]{3}(-[a-z]{3})?){0,6}"
_NUMBER: Final = r"\+?[0-9]([ -]?[0-9]){1,19}"


def _country(value: str) -> str:
    if value not in SUPPORTED_REGIONS:
        raise wrong(f'"{value[:50]}" is not a country.', "Write its two letters, such as IN or KE.")
    return value


def _timezone(value: str) -> str:
    hint = "Names look like Asia/Kolkata or Africa/Nairobi."
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise wrong(f'"{value[:50]}" is not a time zone.', hint) from None
    return value


def _not_at_the_end(value: str) -> str:
    if value == "24:00":
        raise wrong("Nothing opens at the end of a day.", 'Write "00:00" for the next one.')
    return value


def _days(value: str) -> str:
    if not re.fullmatch(_DAYS, value) or not set(re.findall("[a-z]+", value)) <= set(WEEKDAYS):
        hint = "Write such as mon-fri, or: mon, wed, sat"
        raise wrong(f'"{value[:50]}" are not days of the week.', hint)
    return value


def _as_list(value: object) -> object:
    return [value] if isinstance(value, dict) else value


def _as_resume(value: object) -> object:
    return {"minutes": "0"} if value == OFF else value


Country = Annotated[str, AfterValidator(_country), InEditors(matching("[A-Z]{2}"))]
TimeZone = Annotated[str, AfterValidator(_timezone), InEditors({"type": "string"})]
_is_time: Final = fits(_TIME, "is not a time.", 'Write such as "09:00" or "17:30".')
Start = Annotated[str, _is_time, AfterValidator(_not_at_the_end), InEditors(matching(f"({_TIME})"))]
Time = Annotated[str, _is_time, InEditors(matching(f"({_TIME})"))]
_NUMBER_HINT: Final = 'Write digits as they are dialled, such as "112" or "+91 11 2345 6789".'


class Opening(Shape):
    """Some days, and the hours of them."""

    days: Annotated[str, AfterValidator(_days), InEditors(matching(_DAYS))] = "mon-sun"
    """Such as mon-fri, or: mon, wed, sat. Every day unless told."""
    from_: Start = Field(default="00:00", alias="from")
    """Such as "09:00"."""
    to: Time = "24:00"
    """The first minute that is closed again, such as "18:00"; before "from" it is that of the next
    day."""

    @model_validator(mode="after")
    def _lasts(self) -> Opening:
        if self.from_ == self.to:
            raise wrong("These hours end as they begin.", 'Remove "from" and "to" for a whole day.')
        return self

    def weekdays(self) -> frozenset[int]:
        """Monday is 0."""
        named: set[int] = set()
        for part in re.split(", ?", self.days):
            first, _, last = part.partition("-")
            begin, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
            named |= {day % 7 for day in range(begin, end + 1 if end >= begin else end + 8)}
        return frozenset(named)

    def hours(self) -> tuple[time, time | None]:
        """When it opens, and when it closes; None at midnight."""
        closes = None if self.to == "24:00" else time.fromisoformat(self.to)
        return time.fromisoformat(self.from_), closes


Openings = Annotated[list[Opening], Field(min_length=1, max_length=20), BeforeValidator(_as_list)]


class Resume(Shape):
    """What happens when somebody is cut off and dials again."""

    minutes: Minutes = 10
    """So long he is asked whether he goes on where he was. 60 at most; 0: never."""


AnyResume = Annotated[
    Resume, BeforeValidator(_as_resume, json_schema_input_type=Literal["off"] | Resume)
]


class Helpline(Shape):
    """People who can be called."""

    label: Texts
    """Who they are."""
    number: Annotated[
        str,
        fits(_NUMBER, "is not a number to call.", _NUMBER_HINT),
        InEditors(matching(_NUMBER)),
    ]
    """Their number, as it is dialled."""
    hours: Name | None = None
    """When they answer: a name under "open". Always, unless told."""
