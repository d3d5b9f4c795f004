"""What an answer must be like: a text as somebody typed it becomes a plain value, or the rule that
it breaks. Pure, and never fails, whatever is typed.

Values are kept as plain texts: numbers as "12.50", days as "2026-08-15", yes and no as "yes" and
"no", telephone numbers with their country code.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, Protocol

from menu.date_limits import DateLimit, find_day
from menu.inputs import fold, plain_digits, pressed_key
from menu.moments import Moment
from menu.patterns import Pattern
from telecom.errors import Malformed
from telecom.msisdn import Msisdn

MOST_TYPED: Final = 200  # characters that are looked at; no answer may be longer
PIN_CODE: Final = "[1-9][0-9]{5}"  # India's
YES, NO = "yes", "no"

_NUMBER: Final = re.compile(r"([+-]?)([0-9]{1,3}(?:,[0-9]{2,3})+|[0-9]{1,15})(?:\.([0-9]{1,6}))?")
# What people write around a sum: Rs. 500/-, KSh 500, ₹500, 500 INR
_SUM: Final = re.compile(
    r"(?:[A-Za-z]{1,3}\.?|[₹$€£৳रू.]{1,3})? ?([+0-9,.-]+?)(?:/[-=])?(?: ?[A-Za-z]{3})?"
)
_DAY: Final = re.compile(r"([0-9]{1,4})[-/. ]{1,2}([0-9]{1,2})[-/. ]{1,2}([0-9]{1,4})")
_DAY_IN_ONE: Final = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{4}|[0-9]{2})")
# Letters, their marks, digits, punctuation, signs and joiners: no emoji, no control, no direction.
_KINDS_OF_TEXT: Final = frozenset("LMNPZ")
_JOINERS: Final = frozenset("\u200c\u200d")
_BARRED: Final = frozenset("*#\u2028\u2029")
_TODAY: Final = frozenset({"today", "aaj", "आज", "আজ", "aj", "leo", "இன்று"})


@dataclass(frozen=True, slots=True)
class Wrong:
    """The rule that an answer breaks, by its name under `errors`, and what {limit} is."""

    rule: str
    limit: Decimal | date | int | None = None


class AnswerForm(Protocol):
    def read(self, typed: str, moment: Moment) -> str | Wrong:
        """The value as it is kept."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TextForm:
    min_length: int = 1
    max_length: int

    def read(self, typed: str, moment: Moment) -> str | Wrong:  # noqa: ARG002 - as all forms
        # Four characters compose to one at most.
        text = unicodedata.normalize("NFC", typed[: 4 * MOST_TYPED]).strip()
        if len(typed) > 4 * MOST_TYPED or len(text) > self.max_length:
            return Wrong("max_length", self.max_length)
        if not text or not all(map(_is_written, text)):
            return Wrong("kind")
        if len(text) < self.min_length:
            return Wrong("min_length", self.min_length)
        return " ".join(text.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberForm:
    """`least` and `most` count themselves in; without `least` it must be more than 0."""

    least: Decimal | None = None
    most: Decimal | None = None
    decimals: int = 0
    is_money: bool = False

    def read(self, typed: str, moment: Moment) -> str | Wrong:  # noqa: ARG002 - as all forms
        number = _find_number(_numeric(typed), self.decimals, is_money=self.is_money)
        if number is None:
            return Wrong("kind")
        if self.least is None and number <= 0:
            return Wrong("min", Decimal(1).scaleb(-self.decimals))
        if self.least is not None and number < self.least:
            return Wrong("min", self.least)
        if self.most is not None and number > self.most:
            return Wrong("max", self.most)
        return f"{number:f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DateForm:
    earliest: DateLimit | None = None
    latest: DateLimit | None = None

    def read(self, typed: str, moment: Moment) -> str | Wrong:
        earliest = self.earliest.on(moment.today) if self.earliest else date.min
        latest = self.latest.on(moment.today) if self.latest else date.max
        day = _find_date(typed, moment.today, earliest, latest)
        if day is None:
            return Wrong("kind")
        if day < earliest:
            return Wrong("earliest", earliest)
        if day > latest:
            return Wrong("latest", latest)
        return day.isoformat()


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneForm:
    region: str

    def read(self, typed: str, moment: Moment) -> str | Wrong:  # noqa: ARG002 - as all forms
        try:
            return Msisdn.parse(typed[:MOST_TYPED].strip(), self.region).e164
        except Malformed:
            return Wrong("kind")


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternForm:
    """Capital and small letters are one where the pattern knows only one of them.

    `without_spaces`: what people put between the digits of a code does not count.
    """

    pattern: Pattern
    max_length: int
    without_spaces: bool = False

    def read(self, typed: str, moment: Moment) -> str | Wrong:  # noqa: ARG002 - as all forms
        text = _numeric(typed)
        if self.without_spaces:
            text = re.sub(r"[ -]", "", text)
        if len(text) > self.max_length:
            return Wrong("kind")
        spellings = (text, text.upper(), text.lower())
        return next(filter(self.pattern.matches, spellings), Wrong("kind"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceForm:
    """`by_key` and `by_word` (folded) tell what is meant."""

    by_key: Mapping[str, str]
    by_word: Mapping[str, str] = field(repr=False)

    def read(self, typed: str, moment: Moment) -> str | Wrong:  # noqa: ARG002 - as all forms
        short = typed[:MOST_TYPED]
        value = self.by_key.get(pressed_key(short)) or self.by_word.get(fold(short))
        return value or Wrong("kind")


def _is_written(char: str) -> bool:
    if char in _JOINERS:
        return True
    kind = unicodedata.category(char)
    return (kind[0] in _KINDS_OF_TEXT or kind in ("Sm", "Sc", "Sk")) and char not in _BARRED


def _numeric(typed: str) -> str:
    """In ASCII where it has digits of any script, or is full-width."""
    wide = unicodedata.normalize("NFKC", typed[:MOST_TYPED])
    return plain_digits(wide).strip()


def _find_number(text: str, decimals: int, *, is_money: bool) -> Decimal | None:
    if is_money:
        inside = _SUM.fullmatch(text)
        text = inside[1] if inside else text
    found = _NUMBER.fullmatch(text.removesuffix("."))
    if found is None or len(found[3] or "") > decimals:
        return None
    whole = found[2].replace(",", "")
    return Decimal(f"{found[1]}{whole}.{found[3] or 0}").normalize() if len(whole) <= 15 else None


def _find_date(typed: str, today: date, earliest: date, latest: date) -> date | None:
    """Day, month, year; a year of two digits is the one that is allowed, else of this century."""
    text = _numeric(typed)
    if fold(text) in _TODAY:
        return today
    found = _DAY.fullmatch(text) or _DAY_IN_ONE.fullmatch(text)
    if found is None:
        return None
    if len(found[1]) == 4:
        return find_day(int(found[1]), int(found[2]), int(found[3]))
    if len(found[1]) > 2 or len(found[3]) not in (2, 4):
        return None
    day, month, year = int(found[1]), int(found[2]), int(found[3])
    if len(found[3]) == 4:
        return find_day(year, month, day)
    century = today.year // 100 * 100
    meant = [find_day(base + year, month, day) for base in (century, century - 100, century + 100)]
    real = [each for each in meant if each]
    return next((each for each in real if earliest <= each <= latest), real[0] if real else None)
