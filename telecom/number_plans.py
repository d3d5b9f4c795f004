"""What kind of line a number is: the tables of phonenumbers, compiled once for each country. Pure.

`phonenumbers.number_type` says the same (a test holds us to it) at twice the cost, for it looks up
every pattern of a country again with each number; every webhook asks, most of them twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

from phonenumbers import PhoneMetadata, PhoneNumberDesc, PhoneNumberType

Matches = Callable[[str], object]

_MAX_DIGITS: Final = 17  # of the longest number in the tables of the library
# Before the kinds of ordinary lines, and in the library's order.
_SPECIAL: Final = (
    ("premium_rate", PhoneNumberType.PREMIUM_RATE),
    ("toll_free", PhoneNumberType.TOLL_FREE),
    ("shared_cost", PhoneNumberType.SHARED_COST),
    ("voip", PhoneNumberType.VOIP),
    ("personal_number", PhoneNumberType.PERSONAL_NUMBER),
    ("pager", PhoneNumberType.PAGER),
    ("uan", PhoneNumberType.UAN),
    ("voicemail", PhoneNumberType.VOICEMAIL),
)


@dataclass(frozen=True, slots=True)
class _Forms:
    """How the numbers of a country look that have one and the same length."""

    any_line: Matches
    special: tuple[tuple[Matches, int], ...]
    fixed: Matches
    mobile: Matches

    def kind_of(self, national: str) -> int:
        if not self.any_line(national):
            return PhoneNumberType.UNKNOWN
        for matches, kind in self.special:
            if matches(national):
                return kind
        is_fixed, is_mobile = self.fixed(national), self.mobile(national)
        if is_fixed:
            return PhoneNumberType.FIXED_LINE_OR_MOBILE if is_mobile else PhoneNumberType.FIXED_LINE
        return PhoneNumberType.MOBILE if is_mobile else PhoneNumberType.UNKNOWN


@dataclass(frozen=True, slots=True)
class Plan:
    """How the numbers of a country look, by their length."""

    forms: tuple[_Forms, ...]

    def kind_of(self, national: str) -> int:
        """The `PhoneNumberType` of a number without its country code; UNKNOWN if it is invalid."""
        length = len(national)
        if length >= len(self.forms):
            return PhoneNumberType.UNKNOWN
        return self.forms[length].kind_of(national)


@cache
def find_plan(country_code: int, region: str) -> Plan | None:
    """`region` as in the library: an ISO 3166 country, or 001 for those of no country."""
    tables = PhoneMetadata.metadata_for_region_or_calling_code(country_code, region)
    if tables is None:
        return None
    return Plan(tuple(_forms(tables, length) for length in range(_MAX_DIGITS + 1)))


def _forms(tables: PhoneMetadata, length: int) -> _Forms:
    special = [(_matcher(getattr(tables, name), length), kind) for name, kind in _SPECIAL]
    fixed = _matcher(tables.fixed_line, length)
    same = tables.same_mobile_and_fixed_line_pattern
    return _Forms(
        any_line=_matcher(tables.general_desc, length),
        special=tuple((matches, kind) for matches, kind in special if matches is not _never),
        fixed=fixed,
        mobile=fixed if same else _matcher(tables.mobile, length),
    )


def _matcher(form: PhoneNumberDesc | None, length: int) -> Matches:
    if form is None or not form.national_number_pattern:
        return _never
    if form.possible_length and length not in form.possible_length:
        return _never
    return re.compile(form.national_number_pattern).fullmatch


def _never(_national: str) -> None:
    return None
