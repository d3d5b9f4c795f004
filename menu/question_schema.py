"""The shape of `ask:`: what kinds of answers there are, and what each of them must be like."""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeVar

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from menu.diagnostics import did_you_mean
from menu.question_scalars import (
    ChoiceValue,
    Currency,
    Day,
    Decimals,
    Length,
    Number,
    Pattern,
    Tries,
)
from menu.shapes import Flag, Name, Shape, wrong
from menu.text_schema import Texts

FIND: Final = "<find>"


class Asking(Shape):
    """What every question has."""

    save_as: Name
    """The name under which the answer is found later: "{name of it}"."""
    tries: Tries | None = None
    """How many wrong answers are heard, 9 at most. Without it, as many as people give."""
    after_last_try: Name | None = None
    """The screen after the last wrong answer. Without it the dialogue ends politely."""


class TypedAsking(Asking):
    """What every question has whose answer is kept as it is."""

    sensitive: Flag = False
    """true for a PIN or a password: it is never kept, and no text can show it."""


class FreeErrors(Shape):
    """Own words for what is wrong with an answer, shown above the same question."""

    kind: Texts | None = None
    """It has signs that are neither letters nor digits, or no text can be made of it."""
    min_length: Texts | None = None
    """It is too short; {limit} is the least."""
    max_length: Texts | None = None
    """It is too long; {limit} is the most."""


class AskText(TypedAsking):
    """A text."""

    kind: Literal["text"]
    """text."""
    min_length: Length | None = None
    """The fewest characters; 1 unless told."""
    max_length: Length = 60
    """The most characters, 160 at most; 60 unless told."""
    errors: FreeErrors = Field(default_factory=FreeErrors)
    """Own words by what is wrong."""

    @model_validator(mode="after")
    def _has_room(self) -> AskText:
        if self.min_length and self.min_length > self.max_length:
            raise wrong("The shortest answer is longer than the longest.", "Swap the two.")
        return self


class RangeErrors(Shape):
    """Own words for what is wrong with an answer, shown above the same question."""

    kind: Texts | None = None
    """It is not a number."""
    min: Texts | None = None
    """It is too small; {limit} is the least."""
    max: Texts | None = None
    """It is too large; {limit} is the most."""


class AskNumber(TypedAsking):
    """A number. Without "min" it must be more than 0."""

    kind: Literal["number"]
    """number."""
    min: Number | None = None
    """The least that is taken. Without it, more than 0."""
    max: Number | None = None
    """The most that is taken."""
    decimals: Decimals | None = None
    """How many digits may stand behind the point, 4 at most; without it none."""
    errors: RangeErrors = Field(default_factory=RangeErrors)
    """Own words by what is wrong."""

    @model_validator(mode="after")
    def _has_room(self) -> AskNumber:
        return _in_order(self)


class AskMoney(TypedAsking):
    """A sum of money, with at most two digits behind the point."""

    kind: Literal["money"]
    """money."""
    min: Number | None = None
    """The least that is taken. Without it, more than 0."""
    max: Number | None = None
    """The most that is taken."""
    currency: Currency | None = None
    """Such as INR; without it that of the menu's country."""
    errors: RangeErrors = Field(default_factory=RangeErrors)
    """Own words by what is wrong."""

    @model_validator(mode="after")
    def _has_room(self) -> AskMoney:
        return _in_order(self)


class DateErrors(Shape):
    """Own words for what is wrong with an answer, shown above the same question."""

    kind: Texts | None = None
    """It is not a day."""
    earliest: Texts | None = None
    """It is too early; {limit} is the first day."""
    latest: Texts | None = None
    """It is too late; {limit} is the last day."""


class AskDate(TypedAsking):
    """A day: 15-08-2026, 15/8/26, 15082026."""

    kind: Literal["date"]
    """date."""
    earliest: Day | None = None
    """The first day: 2026-08-15, today, "today - 18 years"."""
    latest: Day | None = None
    """The last day: 2026-08-15, today, "today + 30 days"."""
    errors: DateErrors = Field(default_factory=DateErrors)
    """Own words by what is wrong."""


class KindErrors(Shape):
    """Own words for what is wrong with an answer, shown above the same question."""

    kind: Texts | None = None
    """It is not what was asked for."""


class AskPhone(TypedAsking):
    """A telephone number, kept with its country code."""

    kind: Literal["phone"]
    """phone."""
    errors: KindErrors = Field(default_factory=KindErrors)
    """Own words by what is wrong."""


class AskPinCode(TypedAsking):
    """A postal code: India's six digits, or what the pattern says."""

    kind: Literal["pin_code"]
    """pin_code."""
    pattern: Pattern | None = None
    """How codes are written, such as "[0-9]{5}"; without it six digits, not 0 first."""
    errors: KindErrors = Field(default_factory=KindErrors)
    """Own words by what is wrong."""


class AskPattern(TypedAsking):
    """An answer that is written in a certain way, such as a number of a form."""

    kind: Literal["pattern"]
    """pattern."""
    pattern: Pattern
    r"""Such as "[A-Z]{3}[0-9]{4}": classes, \d, ?, {n}, {n,m}, +, *, groups and |."""
    max_length: Length = 40
    """The most characters, 160 at most; 40 unless told."""
    errors: KindErrors = Field(default_factory=KindErrors)
    """Own words by what is wrong."""


class AskYesNo(TypedAsking):
    """Yes or no."""

    kind: Literal["yes_no"]
    """yes_no."""
    errors: KindErrors = Field(default_factory=KindErrors)
    """Own words by what is wrong."""


class ChoiceItem(Shape):
    """One of the answers."""

    value: ChoiceValue
    """What is kept: small letters a-z, digits, _ and -."""
    label: Texts
    """What people read."""


class AskChoice(TypedAsking):
    """One answer of a few."""

    kind: Literal["choice"]
    """choice."""
    choices: list[ChoiceItem] = Field(min_length=1, max_length=9)
    """The answers, nine at most: people give their number or their word."""
    errors: KindErrors = Field(default_factory=KindErrors)
    """Own words by what is wrong."""

    @model_validator(mode="after")
    def _differ(self) -> AskChoice:
        values = [item.value for item in self.choices]
        if len(set(values)) < len(values):
            raise wrong("Two of the answers are kept alike.", "Give each its own value.")
        return self


class Ask(Asking):
    """A question that is answered with a name; several rows that fit are offered as options."""

    find_in: Name
    """The data set whose rows are looked through."""
    label: Texts | None = None
    """What is shown of each row that fits, such as "{name}"."""
    save_as: Name
    """The name under which later screens find the row: "{name of it.column}"."""

    @property
    def data_set(self) -> str:
        return self.find_in


_KINDS: Final = (
    "text", "number", "money", "date", "phone", "pin_code", "yes_no", "choice", "pattern",
)  # fmt: skip
KIND_TAGS: Final = (FIND, *(f"<{kind}>" for kind in _KINDS))


def _tag(value: object) -> str:
    """Without a kind it is a question for a row: its shape tells what is missing."""
    kind = value.get("kind") if isinstance(value, dict) else getattr(value, "kind", None)
    return f"<{kind}>" if kind in _KINDS else FIND


def _known_kind(value: object) -> object:
    kind = value.get("kind") if isinstance(value, dict) else None
    if isinstance(kind, str) and kind not in _KINDS:
        raise wrong(f'"{kind[:50]}" is not a kind of answer.', did_you_mean(kind, _KINDS))
    return value


TypedAsk = (
    AskText | AskNumber | AskMoney | AskDate | AskPhone | AskPinCode | AskYesNo | AskChoice
    | AskPattern
)  # fmt: skip
AnyAsk = Annotated[
    Annotated[
        Annotated[Ask, Tag(FIND)]
        | Annotated[AskText, Tag("<text>")]
        | Annotated[AskNumber, Tag("<number>")]
        | Annotated[AskMoney, Tag("<money>")]
        | Annotated[AskDate, Tag("<date>")]
        | Annotated[AskPhone, Tag("<phone>")]
        | Annotated[AskPinCode, Tag("<pin_code>")]
        | Annotated[AskYesNo, Tag("<yes_no>")]
        | Annotated[AskChoice, Tag("<choice>")]
        | Annotated[AskPattern, Tag("<pattern>")],
        Discriminator(_tag),
    ],
    BeforeValidator(_known_kind),
]


_Range = TypeVar("_Range", AskNumber, AskMoney)


def _in_order(asked: _Range) -> _Range:
    if asked.min is not None and asked.max is not None and float(asked.min) > float(asked.max):
        raise wrong("The smallest answer is larger than the largest.", "Swap min and max.")
    return asked
