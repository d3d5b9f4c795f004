"""How people and gateways write telephone numbers: from any of the forms to the one number. Pure.

Never imports the carrier or geocoder tables of phonenumbers: they take 190 MB.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import product
from typing import Final, NamedTuple

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberType

from telecom.number_plans import find_plan


class Found(NamedTuple):
    """A valid number: its E.164, its region as phonenumbers has it, its `PhoneNumberType`."""

    e164: str
    region: str
    kind: int


def find_number(text: str, region: str) -> Found | None:
    """The valid number; None when there is none in the text.

    `region` is the ISO 3166 country in which numbers without a country code are read.
    """
    if text.startswith("+") and (found := _split(text)):
        return found  # as most gateways write them
    if len(text) > _MAX_WRITTEN or _WRITTEN.fullmatch(text) is None:
        return None
    for reading in _readings(text):
        if found := _split(reading) or _parse(reading, region):
            return found
    return None


def country_code_length(digits: str) -> int:
    """How many of an E.164 number's digits are its country code: 1 to 3; 0 when none is known."""
    return _CODE_LENGTHS.get(digits[:3], 0)


def _code_lengths() -> dict[str, int]:
    """By the first three digits of a number. No country code begins another one."""
    codes = map(str, phonenumbers.COUNTRY_CODE_TO_REGION_CODE)
    return {
        code + rest: len(code)
        for code in codes
        for rest in map("".join, product("0123456789", repeat=3 - len(code)))
    }


_CODE_LENGTHS: Final = _code_lengths()
_MAX_WRITTEN: Final = 40  # 15 digits, generously spaced
_WRITTEN: Final = re.compile(r"[ (]*\+?[ (]*\d[\d ().\u00a0\u2010-\u2013-]*")
_NO_DIGIT: Final = re.compile(r"\D+")
_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_FOREIGN_WITHOUT_PLUS: Final = 11  # fewer digits are sooner a mistyped national number


def _readings(text: str) -> Iterator[str]:
    """What the written number may mean, the likeliest first."""
    digits = _ascii_digits(_NO_DIGIT.sub("", text))
    if "+" in text or (text[0] == " " and digits[0] != "0"):
        # A form turned the plus into a space. Nothing but this reading: a foreign number that the
        # tables do not know must never become somebody's number at home.
        yield "+" + digits
        return
    if digits.startswith("00"):
        yield "+" + digits[2:]
    yield digits
    if len(digits) >= _FOREIGN_WITHOUT_PLUS:
        yield "+" + digits


def _ascii_digits(digits: str) -> str:
    if digits.isascii():
        return digits
    return "".join(str(unicodedata.decimal(digit)) for digit in digits)


def _split(reading: str) -> Found | None:
    """What most gateways send, E.164, needs no parsing, and so costs a third.

    A 0 after the country code may belong to the number (Italy) or not: `_parse` knows.
    """
    if _E164.fullmatch(reading) is None:
        return None
    end = 1 + country_code_length(reading[1:])
    if end == 1 or reading[end] == "0":
        return None
    return _find(int(reading[1:end]), reading[end:])


def _parse(reading: str, region: str) -> Found | None:
    try:
        number = phonenumbers.parse(reading, region)
    except phonenumbers.NumberParseException:
        return None
    return _find(number.country_code or 0, phonenumbers.national_significant_number(number))


def _find(country_code: int, national: str) -> Found | None:
    """A number is valid exactly when its kind is known, so one look at the tables does."""
    region = _find_region(country_code, national)
    plan = find_plan(country_code, region) if region else None
    kind = plan.kind_of(national) if plan else PhoneNumberType.UNKNOWN
    if region is None or kind == PhoneNumberType.UNKNOWN:
        return None
    return Found(f"+{country_code}{national}", region, kind)


def _find_region(country_code: int, national: str) -> str | None:
    """Most country codes belong to one country; those of North America, for one, do not."""
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(country_code, ())
    if len(regions) == 1:
        return regions[0]
    leading_zeros = len(national) - len(national.lstrip("0"))
    return phonenumbers.region_code_for_number(
        PhoneNumber(
            country_code,
            int(national),
            italian_leading_zero=leading_zeros > 0,
            number_of_leading_zeros=leading_zeros or None,
        )
    )
