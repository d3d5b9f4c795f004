"""What may stand in the variables of a DLT template: types, lengths, links, numbers to call. Pure.

TRAI's tags (direction of 18-11-2025) and the old `{#var#}`. Lengths differ from operator to
operator; who names none keeps to the least that any of them takes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Tag(StrEnum):
    VAR = "var"
    NUMERIC = "numeric"
    ALPHANUMERIC = "alphanumeric"
    URL = "url"
    URLOTT = "urlott"
    CBN = "cbn"
    EMAIL = "email"


class Operator(StrEnum):
    """Whose registry holds the templates."""

    STRICTEST = "strictest"
    AIRTEL = "airtel"
    JIO = "jio"
    VI = "vi"
    BSNL = "bsnl"
    SMARTPING = "smartping"
    TATA = "tata"


class ValueFault(StrEnum):
    """Why a value would be refused."""

    EMPTY = "empty"
    SPACE = "space"
    TOO_LONG = "too_long"
    NOT_DIGITS = "not_digits"
    SIGNS = "signs"
    LINK = "link"
    NUMBER = "number"
    EMAIL = "email"


# Vendors differ: 40 or 30 for letters and digits, and only one says how long numbers may be. Every
# operator's own page has 30 for {#var#}; the 20 of a FAQ of 2021 are gone.
_LEAST: Final[Mapping[Tag, int]] = MappingProxyType(
    {
        Tag.VAR: 30,
        Tag.NUMERIC: 15,
        Tag.ALPHANUMERIC: 30,
        Tag.URL: 50,
        Tag.URLOTT: 50,
        Tag.CBN: 15,
        Tag.EMAIL: 40,
    }
)
_WITH_40: Final[Mapping[Tag, int]] = MappingProxyType(
    dict(_LEAST) | {Tag.ALPHANUMERIC: 40, Tag.NUMERIC: 40}
)
LENGTHS: Final[Mapping[Operator, Mapping[Tag, int]]] = MappingProxyType(
    {each: _LEAST if each is Operator.STRICTEST else _WITH_40 for each in Operator}
)
# Their texts keep {#var#}; what each variable is, is said beside the text.
TAGS_BESIDE: Final = frozenset({Operator.SMARTPING, Operator.TATA})

LINK: Final = re.compile(r"(?:https?://|www\.)[^\s]+", re.IGNORECASE)
_EMAIL: Final = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_DIGITS: Final = re.compile(r"[0-9]+")
_CALLED: Final = re.compile(r"\+?[0-9](?:[ -]?[0-9]){7,12}")
_END_OF_SENTENCE: Final = ".,;:!)"
_PREFIXES: Final = ("?", "*")  # what ends so is the beginning of many addresses
# Mobile, landline, toll-free and the series of callers, without 91 and 0 before them.
CALL_BACK: Final = re.compile(r"[6-9][0-9]{9}|[1-5][0-9]{9}|1[48]0[0-9]{7}|18[06]0[0-9]{4,7}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """The lists that the operator approved.

    A link is a whole address, the beginning of one that ends in `?` or `*`, or a domain; a number
    has only digits, without 91 and 0 before it.
    """

    links: tuple[str, ...] = ()
    numbers: frozenset[str] = frozenset()

    def has_link(self, address: str) -> bool:
        return any(_is_in(address, listed) for listed in self.links)

    def has_number(self, called: str) -> bool:
        return bare_number(called) in self.numbers


def fault_of(tag: Tag, most: int, value: str, allowed: Allowed) -> ValueFault | None:
    """Why an operator would refuse this value of a variable; None where he takes it."""
    if not value.strip():
        return ValueFault.EMPTY
    if value.strip(" ") != value:  # beside a space of the fixed words there would be two
        return ValueFault.SPACE
    if len(value) > most:
        return ValueFault.TOO_LONG
    match tag:
        case Tag.NUMERIC:
            return None if _DIGITS.fullmatch(value) else ValueFault.NOT_DIGITS
        case Tag.ALPHANUMERIC:
            return None if _has_no_signs(value) else ValueFault.SIGNS
        case Tag.URL | Tag.URLOTT:
            return None if allowed.has_link(value) else ValueFault.LINK
        case Tag.CBN:
            return None if allowed.has_number(value) else ValueFault.NUMBER
        case Tag.EMAIL:
            return None if _EMAIL.fullmatch(value) else ValueFault.EMAIL
        case Tag.VAR:
            # Links that are on no list are blocked wherever they stand.
            known = all(allowed.has_link(each) for each in links_in(value))
            return None if known else ValueFault.LINK


def links_in(text: str) -> list[str]:
    """Every address in a text, without what ends the sentence."""
    return [found.rstrip(_END_OF_SENTENCE) for found in LINK.findall(text)]


def numbers_in(text: str) -> list[str]:
    """Whatever is written as a number to call, such as 1800 11 5246; an amount is none."""
    found = _CALLED.findall(LINK.sub(" ", text))
    return [each for each in found if CALL_BACK.fullmatch(bare_number(each))]


def bare_number(written: str) -> str:
    """Only digits, without 91 and 0 before a number of ten."""
    digits = "".join(char for char in written if char.isdigit())
    if len(digits) == 12 and digits.startswith("91"):
        return digits[2:]
    return digits[1:] if len(digits) == 11 and digits.startswith("0") else digits


def _is_in(address: str, listed: str) -> bool:
    if listed.endswith(_PREFIXES):
        begins = listed.removesuffix("*")
        return address.startswith(begins) and len(address) > len(begins)
    if LINK.fullmatch(listed):
        return address.rstrip("/") == listed.rstrip("/")
    host = re.sub(r"^https?://", "", address, flags=re.IGNORECASE)
    host = re.split(r"[/?#:]", host, maxsplit=1)[0].lower()
    return "@" not in address and (host == listed.lower() or host.endswith(f".{listed.lower()}"))


def _has_no_signs(value: str) -> bool:
    """Letters of every script with their vowel signs, digits, and spaces between them."""
    return all(char == " " or char.isalnum() or _is_mark(char) for char in value)


def _is_mark(char: str) -> bool:
    return unicodedata.category(char) in ("Mn", "Mc") or char in "\u200c\u200d"
