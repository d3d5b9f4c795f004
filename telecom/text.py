"""Texts from outside made safe to store, and texts of ours made cheap to send. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import regex

MAX_TEXT: Final = 1600  # characters: more than the ten segments that gateways join


def clean_text(text: str, max_length: int = MAX_TEXT) -> str:
    """The text as every database, log and gateway can hold it, in one spelling (NFC).

    NUL and the other control characters go (PostgreSQL refuses NUL); every kind of line break
    becomes a line feed and a tab a space, so that no two words run together. A lone surrogate
    becomes U+FFFD, since nothing can write it. At most `max_length` characters, cut between
    graphemes where one ends in time. Cleaning twice is cleaning once.
    """
    if text.isascii() and text.isprintable():  # nearly every text; nothing below would change it
        return text[:max_length]
    text = _join_surrogates(text)
    text = _LINE_BREAK.sub("\n", text).replace("\t", " ")
    text = _CONTROL.sub("", text)
    # Four characters compose to one at most, so what follows could never be kept; and normalising
    # takes the square of a run of accents that somebody may have sent on purpose.
    text = unicodedata.normalize("NFC", text[: 4 * max_length])
    return _SHAM_DANDA.sub(DANDA, cut(text, max_length))


def plain_text(text: str) -> str:
    """The text without the typographic characters that make it UCS-2, which doubles its price.

    Letters stay what they are, in every script, and so do the joiners inside Indic words and
    emoji. Old phones have no rupee sign, so it is spelt out in Hindi and Bengali texts, too.
    """
    if text.isascii():
        return text.replace("\t", " ").replace("`", "'")
    text = _CURRENCY.sub(_spelt_currency, text)
    return _STRAY_FORMAT.sub("", text.translate(_PLAIN))


def graphemes_of(text: str) -> list[str]:
    """What readers call letters: a consonant with its vowel signs, a conjunct, a whole emoji.

    By Unicode's rules (UAX 29), its rule GB9c for Indic conjuncts included.
    """
    return _GRAPHEME.findall(text)


def cut(text: str, max_length: int) -> str:
    """The first graphemes of a text, `max_length` characters at most.

    A first grapheme that is longer by itself is cut inside.
    """
    if len(text) <= max_length:
        return text
    end = 0
    for grapheme in _GRAPHEME.finditer(text):
        if grapheme.end() > max_length:
            break
        end = grapheme.end()
    return text[: end or max_length]


DANDA: Final = "\u0964"

# \X alone looks back along a whole row of flags at each of them, and takes seconds for a long one.
_GRAPHEME: Final = regex.compile(r"\p{RI}{2}[\p{GCB=Extend}\p{GCB=SpacingMark}\p{GCB=ZWJ}]*|\X")
_LINE_BREAK: Final = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_CONTROL: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")

# Bengali texts, Android's own among them, often end sentences with U+09F7, an old currency
# numerator that looks like the danda. After a letter it cannot be a numerator.
_SHAM_DANDA: Final = regex.compile(r"(?<=[\p{L}\p{M}] ?)\u09f7(?=\s|$|[\"'”’)])")


def _join_surrogates(text: str) -> str:
    """Two halves that belong together become their character, a lone one U+FFFD."""
    if _SURROGATE.search(text) is None:
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


CURRENCIES: Final[Mapping[str, str]] = MappingProxyType(
    {"₹": "Rs", "₨": "Rs", "₦": "NGN", "₵": "GHS"}
)

# A choice from what Twilio's "smart encoding" swaps (sms-segments-calculator 1.3.0, MIT), without
# its slips: no-break spaces there become two spaces, and 1½ becomes 11/2.
PLAIN: Final[Mapping[str, str]] = MappingProxyType(
    dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02b9\u02bb\u02bc\u02bd\u02c8\u00b4`", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u02ba\u00ab\u00bb", '"')
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043", "-")
    | dict.fromkeys("\u2022\u2023\u25aa\u25cf\u25e6", "-")
    | dict.fromkeys("\t\u00a0\u202f\u205f\u3000", " ")
    | {chr(code): " " for code in range(0x2000, 0x200B)}
    | dict.fromkeys("\u00ad\u200b\u2060\ufeff", "")
    | dict.fromkeys("\u2028\u2029", "\n")
    | {chr(code + 0xFEE0): chr(code) for code in range(0x21, 0x7F)}  # the full-width forms
    | {
        "\uff40": "'",
        "\u2026": "...",
        "\u2039": "<",
        "\u203a": ">",
        "\u203c": "!!",
        "\u00d7": "x",
        "\u00f7": "/",
        "\u2044": "/",
        "\u2215": "/",
    }
)
_PLAIN: Final = str.maketrans(dict(PLAIN))
_CURRENCY: Final = re.compile(f"[{''.join(CURRENCIES)}](?P<amount>(?=[\\w(]))?")

# Joiners and direction marks mean something inside Indic and Arabic words and emoji. Between
# ASCII characters they are leftovers of a copy, invisible and dear.
_STRAY_FORMAT: Final = re.compile(
    "(?<![^\x00-\x7f])[\u200c-\u200f\u202a-\u202e\u2066-\u2069]+(?![^\x00-\x7f])"
)


def _spelt_currency(match: re.Match[str]) -> str:
    word = CURRENCIES[match[0]]
    return word if match["amount"] is None else word + " "
