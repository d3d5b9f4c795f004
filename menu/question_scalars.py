"""Single values in the shape of a question: numbers, days, patterns, currencies."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator
from pydantic import WithJsonSchema as InEditors

from menu.date_limits import LIMIT, parse_limit
from menu.patterns import BadPattern, parse_pattern
from menu.shapes import fits, matching, wrong

MOST_CHARACTERS: Final = 160  # of an answer; what a USSD input can hold
MOST_TRIES: Final = 9
CURRENCY: Final = r"[A-Z]{3}"
_NUMBER: Final = r"-?[0-9]{1,12}(\.[0-9]{1,4})?"
_CHOICE: Final = r"[a-z0-9][a-z0-9_-]{0,39}"


def count_of(most: int, least: int = 1) -> BeforeValidator:
    def count(value: object) -> object:
        if not (isinstance(value, str) and re.fullmatch(r"[0-9]{1,4}", value)):
            return value  # of a wrong kind: told as such
        if not least <= int(value) <= most:
            raise wrong(f'"{value}" is out of range.', f"Write a number from {least} to {most}.")
        return int(value)

    return BeforeValidator(count, json_schema_input_type=int)


def _limit(value: str) -> str:
    if parse_limit(value) is None:
        hint = 'Write a day such as 2026-08-15, today, or "today + 30 days".'
        raise wrong(f'"{value[:50]}" is not a day.', hint)
    return value


def _pattern(value: str) -> str:
    try:
        parse_pattern(value)
    except BadPattern as fault:
        raise wrong(f'"{value[:50]}" cannot be a pattern: {fault.why}.', fault.hint) from None
    return value


_CHOICE_HINT: Final = "Use small letters a-z, digits, _ and -, 40 at most; people read the label."
Number = Annotated[
    str,
    fits(_NUMBER, "is not a number.", "Write digits, such as 500 or 12.5."),
    InEditors({"type": ["string", "number"], "pattern": _NUMBER}),
]
Length = Annotated[int, count_of(MOST_CHARACTERS)]
Tries = Annotated[int, count_of(MOST_TRIES)]
Decimals = Annotated[int, count_of(4, least=0)]
Minutes = Annotated[int, count_of(60, least=0)]
Day = Annotated[str, AfterValidator(_limit), InEditors(matching(LIMIT))]
Pattern = Annotated[str, AfterValidator(_pattern), InEditors({"type": "string"})]
Currency = Annotated[
    str,
    fits(CURRENCY, "is not a currency.", "Codes look like INR, KES, USD."),
    InEditors(matching(CURRENCY)),
]
ChoiceValue = Annotated[
    str, fits(_CHOICE, "cannot be kept as an answer.", _CHOICE_HINT), InEditors(matching(_CHOICE))
]
