"""Numbers, money and days as each language writes them. Made when a menu is loaded; pure.

Digits are 0-9 in every language: they are what the keys say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_decimal, get_currency_precision, get_territory_currencies

from menu.language import Language, is_romanised

FORMATS: Final = ("number", "money", "date")
PLURAL_FORMS: Final = ("zero", "one", "two", "few", "many", "other")

# Short, and in plain letters where the text is: one ₹ would double the price of it.
_IN_LATIN: Final[Mapping[str, str]] = {
    "INR": "Rs ", "PKR": "Rs ", "LKR": "Rs ", "NPR": "Rs ", "BDT": "Tk ", "KES": "KSh ",
    "TZS": "TSh ", "UGX": "USh ", "USD": "$", "GBP": "£", "ZAR": "R ",
}  # fmt: skip
_IN_OTHERS: Final[Mapping[str, str]] = {"INR": "₹", "BDT": "৳", "NPR": "रू "}
_BY_LAKH: Final = frozenset({"IN", "BD", "PK", "NP", "LK"})  # 12,34,567, in English as well
_DAY: Final = "d MMM y"
_WIDE_SPACE: Final = re.compile("[\u00a0\u202f\u2009]")  # each would make a text UCS-2
_MARK: Final = re.compile("[\u200e\u200f\u061c]")


@dataclass(frozen=True, slots=True)
class Formats:
    """How one language writes. Two are equal when their language and country are."""

    language: Language
    country: str
    is_latin: bool = field(compare=False)
    _locale: Locale = field(compare=False, repr=False)
    _grouped: str = field(compare=False, repr=False)
    _plural: Callable[[Decimal], str] = field(compare=False, repr=False)

    def number(self, value: Decimal, places: int | None = None) -> str:
        """With as many digits behind the point as there are, or exactly so many."""
        behind = "######" if places is None else "0" * places
        pattern = f"{self._grouped}.{behind}" if behind else self._grouped
        return _plain(format_decimal(value, format=pattern, locale=self._locale))

    def money(self, value: Decimal, currency: str) -> str:
        """Rs 1,25,000 or Rs 12.50: a whole sum has nothing behind the point."""
        places = 0 if value == value.to_integral_value() else get_currency_precision(currency)
        rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        sign = _IN_LATIN.get(currency, f"{currency} ")
        if not self.is_latin:
            sign = _IN_OTHERS.get(currency, sign)
        return f"{'-' if rounded < 0 else ''}{sign}{self.number(abs(rounded), places)}"

    def date(self, day: date) -> str:
        """5 Sep 2026"""
        return _plain(format_date(day, _DAY, locale=self._locale))

    def plural(self, value: Decimal) -> str:
        """One of PLURAL_FORMS, by the rules of CLDR."""
        return self._plural(value)


def formats_of(languages: Iterable[Language], country: str) -> dict[Language, Formats]:
    """For each of these languages. One that nobody knows writes as English does."""
    return {language: _formats(language, country) for language in languages}


def plural_forms_of(language: Language) -> frozenset[str]:
    """The forms that this language has; "other" always."""
    return frozenset(_locale(language).plural_form.tags) | {"other"}


def currency_of(country: str) -> str:
    """Its own, today."""
    return next(iter(get_territory_currencies(country)), "USD")


def _formats(language: Language, country: str) -> Formats:
    locale = _locale(language)
    by_lakh = country in _BY_LAKH or locale.decimal_formats[None].grouping == (3, 2)
    months = _months(locale)
    if is_romanised(language) and not _is_latin(months):
        return _formats("en", country)
    return Formats(
        language=language,
        country=country,
        is_latin=_is_latin(months),
        _locale=locale,
        _grouped="#,##,##0" if by_lakh else "#,##0",
        _plural=locale.plural_form,
    )


def _months(locale: Locale) -> str:
    return "".join(format_date(date(2000, month, 1), _DAY, locale=locale) for month in range(1, 13))


def _is_latin(text: str) -> bool:
    return all(char < "\u0250" for char in text)


def _locale(language: Language) -> Locale:
    for name in (language, language.partition("-")[0], "en"):
        try:
            return Locale.parse(name.replace("-", "_").rstrip("_"))
        except (UnknownLocaleError, ValueError):
            continue
    raise AssertionError("English is always known")


def _plain(text: str) -> str:
    return _MARK.sub("", _WIDE_SPACE.sub(" ", text))
