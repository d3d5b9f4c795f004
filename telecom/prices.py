"""What one segment of an SMS costs, by where it goes: the longest prefix, else the country."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from telecom.money import Money
from telecom.msisdn import Msisdn

DEFAULT: Final = "default"
_PLACE: Final = re.compile(r"[A-Z]{2}|\+[1-9][0-9]{0,14}")


@dataclass(frozen=True, slots=True)
class PriceList:
    """`by_place`: countries (IN), prefixes (+9198), and `default` for every other place."""

    by_place: Mapping[str, Money]

    @classmethod
    def parse(cls, written: object) -> PriceList:
        """Reads {"IN": "0.15 INR", "+9198": "0.20 INR", "default": "2 INR"}. Raises ValueError."""
        if not isinstance(written, Mapping):
            raise ValueError("must be a mapping of countries or prefixes to prices")  # noqa: TRY004
        prices = {}
        for place, price in written.items():
            if place != DEFAULT and _PLACE.fullmatch(str(place)) is None:
                raise ValueError("names a place that is no country (IN), prefix (+9198) or default")
            if not isinstance(price, str):
                raise ValueError('must have prices such as "0.15 INR"')  # noqa: TRY004
            prices[str(place)] = Money.parse(price)
        if DEFAULT not in prices:
            raise ValueError("must say what every other place costs: default")
        if len({price.currency for price in prices.values()}) > 1:
            raise ValueError("must be of one currency")
        return cls(prices)

    @classmethod
    def flat(cls, price: Money) -> PriceList:
        """The same everywhere."""
        return cls({DEFAULT: price})

    @property
    def currency(self) -> str:
        return self.by_place[DEFAULT].currency

    def of(self, to: Msisdn) -> Money:
        """The price of one segment to this number."""
        for end in range(len(to.e164), 1, -1):
            if (price := self.by_place.get(to.e164[:end])) is not None:
                return price
        return self.in_country(to.region or "")

    def in_country(self, country: str) -> Money:
        """The price of one segment to a number there of which nothing else is known."""
        return self.by_place.get(country) or self.by_place[DEFAULT]
