"""The shape of `tests:` in a menu: what a caller does, and what must be seen then."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, model_validator
from pydantic import WithJsonSchema as InEditors

from menu.question_scalars import count_of
from menu.shapes import Flag, LanguageCode, Name, Shape, matching, wrong
from menu.text_schema import Keys, Text, Yes

_AT: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}"
OPENINGS: Final = ("dial", "text", "ring")  # how a caller may begin


def _at(value: str) -> str:
    try:
        moment = datetime.fromisoformat(value) if re.fullmatch(_AT, value) else None
    except ValueError:
        moment = None
    if moment is None or not 1970 < moment.year < 2200:
        raise wrong(f'"{value[:50]}" is not a day and a time.', 'Write such as "2026-11-23 10:00".')
    return value


At = Annotated[str, AfterValidator(_at), InEditors(matching(_AT))]


class Step(Shape):
    """One thing that the caller does, or that must hold then; exactly one line."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    dial: Text | None = None
    """Dial a service code; "*384*97183*1#" answers ahead."""
    press: Keys | None = None
    """Answer the dialogue with these keys."""
    type: Text | None = None
    """Answer the dialogue with a text."""
    text: Text | None = None
    """Send this SMS."""
    ring: Text | None = None
    """Give a missed call to this number."""
    repeat: Yes | None = None
    """The gateway brings the last thing once more: the same answer, and nothing more happens."""
    drop: Yes | None = None
    """The bridge loses its memory of the dialogue; the phone does not."""
    sees: Text | None = None
    """The screen says this."""
    sees_not: Text | None = None
    """The screen does not say this."""
    ends: Flag | None = None
    """Whether the dialogue is over."""
    sms: Text | None = None
    """The next SMS that came says this."""
    no_sms: Yes | None = None
    """No SMS came that was not looked at yet."""
    language: LanguageCode | None = None
    """The language that is remembered for the caller."""

    @model_validator(mode="after")
    def _is_one(self) -> Step:
        if len(self.model_fields_set) != 1:
            hint = 'Begin a new line with "- " for each.'
            raise wrong("A step is exactly one thing to do or to see.", hint)
        return self

    @property
    def verb(self) -> str:
        """The name of its one line."""
        return next(iter(self.model_fields_set))


def _as_outcome(value: object) -> object:
    return {"outcome": value} if isinstance(value, str) else value


class SampleAnswer(Shape):
    """What a service says in a test: nothing is asked there."""

    gives: dict[Name, Text] = Field(default_factory=dict)
    """The parts of its answer, such as { price: "2400", day: 2026-11-23 }."""
    outcome: Name | None = None
    """What happens instead, such as not_found or down."""
    minutes_old: Annotated[int, count_of(10_000, 0)] = 0
    """So old is the answer."""


AnySampleAnswer = Annotated[
    SampleAnswer, BeforeValidator(_as_outcome, json_schema_input_type=Name | SampleAnswer)
]


class Case(Shape):
    """A test: what a caller does, and what must be seen then."""

    name: Text
    """What is tried out, for whoever reads that it failed."""
    caller: Text | None = None
    """The caller's number in international form; an Indian one unless told."""
    language: LanguageCode | None = None
    """The language that is remembered for the caller from before; none unless told."""
    at: At | None = None
    """The day and time of it, such as "2026-11-23 10:00", on the menu's own clocks. Without it, it
    is early on a Thursday of long ago."""
    answers: dict[Name, AnySampleAnswer] = Field(default_factory=dict)
    """What services say in this test, by their names; the others do not answer."""
    dial: Text | None = None
    """The first step, if the caller begins by dialling this service code."""
    text: Text | None = None
    """The first step, if the caller begins by sending this SMS."""
    ring: Text | None = None
    """The first step, if the caller begins with a missed call to this number."""
    steps: list[Step] = Field(min_length=1)
    """What the caller does, and what must hold, one after the other."""

    @model_validator(mode="after")
    def _begins_once(self) -> Case:
        if len(self.model_fields_set & set(OPENINGS)) > 1:
            hint = "Write the others as steps."
            raise wrong(f"A test begins with one of {', '.join(OPENINGS)}.", hint)
        return self

    def numbered_steps(self) -> Iterator[tuple[tuple[str | int, ...], Step]]:
        """Every step with its path inside the case; the opening of the case comes first."""
        for verb in OPENINGS:
            if (value := getattr(self, verb)) is not None:
                yield (verb,), Step.model_validate({verb: value})
        for position, step in enumerate(self.steps):
            yield ("steps", position), step
