"""All DLT templates of a menu, and what India's operators would make of a text. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, timezone
from enum import StrEnum
from typing import Final

from telecom.dlt_match import Difference, difference, values_in
from telecom.dlt_template import DltTemplate, Variable
from telecom.dlt_values import Allowed, ValueFault, fault_of

COUNTRY: Final = "IN"
_IST: Final = timezone(timedelta(hours=5, minutes=30), "IST")
# Vendors give 9 to 21 or 10 to 21 for promotion; the stricter one breaks neither.
OPENS: Final = time(10)
CLOSES: Final = time(21)


class DltRefusal(StrEnum):
    """Why no operator would carry a text: the outcome of an SMS that was not sent for it."""

    WORDS = "dlt_words"  # its fixed words are those of no template
    VALUE = "dlt_value"  # the words are right; what stands in a variable is not
    HOURS = "dlt_hours"  # promotion, outside the hours


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """`template` is the one that fits, else the nearest; `refusal` None: it may go."""

    template: DltTemplate | None
    refusal: DltRefusal | None = None
    opens_in_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongValue:
    """`place` counts variables from 1. The value itself is nobody's to read."""

    place: int
    variable: Variable
    fault: ValueFault
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlike:
    """How a text differs from the template that is nearest to it."""

    template: DltTemplate
    difference: Difference | None = None
    values: Sequence[WrongValue] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DltBook:
    """`entity_id` is the Principal Entity's, `short_address` what short addresses begin with, where
    the menu tells them."""

    templates: tuple[DltTemplate, ...]
    allowed: Allowed = field(default_factory=Allowed)
    entity_id: str | None = None
    short_address: str | None = None

    def judge(self, text: str, at: datetime) -> Judged:
        """What an operator would make of this text at this time (aware)."""
        fitting = [each for each in self.templates if self._fits(each, text)]
        if not fitting:
            near = self._with_its_words(text)
            refusal = DltRefusal.VALUE if near else DltRefusal.WORDS
            return Judged(template=near, refusal=refusal)
        # The one that says most, and of those one that may go at any hour.
        best = min(fitting, key=lambda each: (each.category.is_promotional, -each.fixed))
        wait = seconds_to_opening(at) if best.category.is_promotional else 0.0
        if wait > 0:
            return Judged(template=best, refusal=DltRefusal.HOURS, opens_in_seconds=wait)
        return Judged(template=best)

    def unlike(self, text: str) -> Unlike | None:
        """How it differs from the nearest template. It costs a second for very many of them: for
        whoever asks, not for whoever sends."""
        near = self._with_its_words(text)
        if near is not None:
            return Unlike(template=near, values=wrong_values(near, text, self.allowed))
        nearest = max(self.templates, key=lambda each: likeness(each, text), default=None)
        if nearest is None:
            return None
        return Unlike(template=nearest, difference=difference(nearest, text))

    def _fits(self, template: DltTemplate, text: str) -> bool:
        allowed = self.allowed
        return (
            values_in(
                template,
                text,
                lambda variable, value: (
                    fault_of(variable.tag, variable.most, value, allowed) is None
                ),
            )
            is not None
        )

    def _with_its_words(self, text: str) -> DltTemplate | None:
        same = [each for each in self.templates if values_in(each, text) is not None]
        return max(same, key=lambda each: each.fixed, default=None)


def wrong_values(template: DltTemplate, text: str, allowed: Allowed) -> list[WrongValue]:
    """What is wrong with the values in a text whose words are the template's."""
    values = values_in(template, text) or ()
    found = []
    for place, (variable, value) in enumerate(zip(template.variables, values, strict=False), 1):
        fault = fault_of(variable.tag, variable.most, value, allowed)
        if fault is not None:
            found.append(WrongValue(place=place, variable=variable, fault=fault, length=len(value)))
    return found


def seconds_to_opening(at: datetime) -> float:
    """Until promotion may go out in India; 0 within its hours."""
    local = at.astimezone(_IST)
    if OPENS <= local.time() < CLOSES:
        return 0.0
    day = local.date() + timedelta(days=1 if local.time() >= CLOSES else 0)
    return (datetime.combine(day, OPENS, _IST) - local).total_seconds()


def likeness(template: DltTemplate, text: str) -> float:
    """How much of its fixed words a text has: whole ones, and as much as its beginning shares."""
    first = template.words[0]
    shared = next((at for at, char in enumerate(first) if text[at : at + 1] != char), len(first))
    whole = sum(len(words) for words in template.words[1:] if words and words in text)
    return (shared + whole) / max(1, template.fixed)
