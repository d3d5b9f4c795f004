"""Who sends and calls: numbers and their like as values, true once parsed, masked when printed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from phonenumbers import PhoneNumberType

from telecom.encoding import Encoding, encoding_of
from telecom.errors import Malformed
from telecom.number_forms import country_code_length, find_number

_NO_REGION: Final = "ZZ"  # E.164 needs no country to be read


class Line(StrEnum):
    MOBILE = "mobile"
    FIXED = "fixed"
    EITHER = "either"  # the country's numbers do not tell: all of North America
    TOLL_FREE = "toll_free"
    PREMIUM = "premium"
    OTHER = "other"


@dataclass(frozen=True, slots=True, repr=False)
class Msisdn:
    """A subscriber's number, known to be valid. Made by `Msisdn.parse`.

    `e164` is a plus and ASCII digits. `region` is the ISO 3166 country, None for numbers of no
    country (satellite, global services). Two are equal when their E.164 is.
    """

    e164: str
    region: str | None = field(compare=False)
    line: Line = field(compare=False)

    @classmethod
    def parse(cls, text: str, region: str) -> Msisdn:
        """Reads a number as people and gateways write it; `region` is the gateway's country.

        Accepts `+254...`, the same with its plus turned into a space by a form, `00254...`,
        `254...`, the national form with or without a leading 0; spaces, dashes, dots and
        parentheses; digits of any script. Raises Malformed for everything else: letters, line
        breaks, numbers that no network could have given out.
        """
        msisdn = _find_msisdn(text, region)
        if msisdn is None:
            raise Malformed("msisdn: not a valid number")
        return msisdn

    @classmethod
    def from_e164(cls, e164: str) -> Msisdn:
        """One that was parsed before. Raises Malformed."""
        return cls.parse(e164, _NO_REGION)

    @property
    def takes_sms(self) -> bool:
        return self.line in _TAKES_SMS

    @property
    def masked(self) -> str:
        """The country code and the last two digits: `+91********83`."""
        shown = 1 + country_code_length(self.e164[1:])
        return self.e164[:shown] + "*" * (len(self.e164) - shown - 2) + self.e164[-2:]

    def __str__(self) -> str:
        return self.masked

    def __repr__(self) -> str:
        return f"Msisdn({self.masked})"


@dataclass(frozen=True, slots=True, repr=False)
class ShortCode:
    """An SMS address of 3 to 8 digits, such as 56161: a service, never a subscriber."""

    digits: str

    def __repr__(self) -> str:
        return f"ShortCode({self.digits[:2]}{'*' * (len(self.digits) - 2)})"


@dataclass(frozen=True, slots=True, repr=False)
class Alphanumeric:
    """A sender ID with a letter in it, such as VM-HDFCBK or MTN: nobody takes an answer there."""

    name: str

    def __repr__(self) -> str:
        return f"Alphanumeric({_ANY_DIGIT.sub('*', self.name)})"


class Withheld(StrEnum):
    """Why there is no number, in the words of the networks."""

    EMPTY = "empty"
    ANONYMOUS = "anonymous"
    RESTRICTED = "restricted"
    BLOCKED = "blocked"
    UNKNOWN = "unknown"
    UNAVAILABLE = "unavailable"
    INTERNET = "internet"  # a caller on the internet (sip:, client:): no telephone to answer


@dataclass(frozen=True, slots=True)
class Hidden:
    """Somebody without a telephone number that could be answered."""

    why: Withheld


Party = Msisdn | ShortCode | Alphanumeric | Hidden


def parse_party(text: str, region: str) -> Party:
    """Whoever sent or called, from what a gateway puts into its "from" field.

    In this order: nothing, a word such as "anonymous", and an internet address are Hidden.
    Whatever `Msisdn.parse` reads is an Msisdn, so where numbers are short (Singapore: 8 digits) a
    subscriber comes before a short code. The pseudo numbers that Twilio gives for withheld ones
    are Hidden. Other 3 to 8 digits without a plus are a ShortCode; up to 11 characters of GSM-7
    with a letter among them are Alphanumeric.

    Raises Malformed for the rest: line breaks and other controls, `*123#`, e-mail addresses,
    digits that are neither a valid number nor a short code.
    """
    name = text.strip(" ")
    if not name:
        return Hidden(Withheld.EMPTY)
    if (word := _WORDS.get(name.casefold())) is not None:
        return Hidden(word)
    if _INTERNET.fullmatch(name):
        return Hidden(Withheld.INTERNET)
    if (msisdn := _find_msisdn(text, region)) is not None:
        return msisdn
    if (spelt := _PSEUDO_NUMBERS.get(name.removeprefix("+"))) is not None:
        return Hidden(spelt)
    if _SHORT_CODE.fullmatch(name):
        return ShortCode(name)
    if _ALPHANUMERIC.fullmatch(name) and encoding_of(name) is Encoding.GSM7:
        return Alphanumeric(name)
    raise Malformed("party: neither a valid number, a short code, a sender ID nor withheld")


@lru_cache(maxsize=256)
def parse_service(text: str, region: str) -> Party:
    """As `parse_party`, of the number that was called: few, public, and the same day after day.

    Never a subscriber's: what is remembered here lies in memory.
    """
    return parse_party(text, region)


def _find_msisdn(text: str, region: str) -> Msisdn | None:
    found = find_number(text, region)
    if found is None:
        return None
    line = _LINES.get(found.kind, Line.OTHER)
    if found.region != _NO_COUNTRY:
        return Msisdn(found.e164, found.region, line)
    # Satellite phones and global services: texts to them cost what toll fraud lives on.
    return Msisdn(found.e164, None, Line.OTHER if line in _TAKES_SMS else line)


_ANY_DIGIT: Final = re.compile(r"\d")
_SHORT_CODE: Final = re.compile(r"[0-9]{3,8}")
_INTERNET: Final = re.compile(r"(?:sips?|client):[^\s\x00-\x1f\x7f-\x9f]{1,250}", re.IGNORECASE)
# 11 characters is what the address of an SMS holds: 3GPP TS 23.040, section 9.1.2.5.
_ALPHANUMERIC: Final = re.compile(r"(?=.*[^\W\d_])[\w &'.!+-]{1,11}")

_LINES: Final[Mapping[int, Line]] = MappingProxyType(
    {
        PhoneNumberType.MOBILE: Line.MOBILE,
        PhoneNumberType.FIXED_LINE: Line.FIXED,
        PhoneNumberType.FIXED_LINE_OR_MOBILE: Line.EITHER,
        PhoneNumberType.TOLL_FREE: Line.TOLL_FREE,
        PhoneNumberType.PREMIUM_RATE: Line.PREMIUM,
    }
)
_TAKES_SMS: Final = frozenset({Line.MOBILE, Line.EITHER})
_NO_COUNTRY: Final = "001"  # what phonenumbers calls the region of satellite and global numbers

_WORDS: Final[Mapping[str, Withheld]] = MappingProxyType(
    {
        "anonymous": Withheld.ANONYMOUS,
        "private": Withheld.ANONYMOUS,
        "private number": Withheld.ANONYMOUS,
        "withheld": Withheld.ANONYMOUS,
        "number withheld": Withheld.ANONYMOUS,
        "restricted": Withheld.RESTRICTED,
        "blocked": Withheld.BLOCKED,
        "unknown": Withheld.UNKNOWN,
        "unavailable": Withheld.UNAVAILABLE,
    }
)

# Twilio spells the words on a keypad: 266696687 is ANONYMOUS (its "TwiML Voice" pages). Read after
# the valid numbers, because without its plus 7378742833 is somebody's mobile in India.
_PSEUDO_NUMBERS: Final[Mapping[str, Withheld]] = MappingProxyType(
    {
        "266696687": Withheld.ANONYMOUS,
        "7378742833": Withheld.RESTRICTED,
        "2562533": Withheld.BLOCKED,
        "8656696": Withheld.UNKNOWN,
        "86282452253": Withheld.UNAVAILABLE,
    }
)
