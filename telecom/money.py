"""Money: an exact amount and its currency, such as "0.15 INR". Never a float, never bare."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

MICROS: Final = 1_000_000  # to one unit of any currency; prices of an SMS have up to six decimals
_WRITTEN: Final = re.compile(r"(?P<amount>[0-9]{1,9}(\.[0-9]{1,6})?) (?P<currency>[A-Z]{3})")


@dataclass(frozen=True, slots=True)
class Money:
    """`micros` are millionths of the currency's unit: what is added up is whole numbers."""

    micros: int
    currency: str

    @classmethod
    def parse(cls, text: str) -> Money:
        """Reads "0.15 INR". Raises ValueError, in words for whoever wrote it."""
        found = _WRITTEN.fullmatch(text.strip())
        if found is None:
            raise ValueError('must be an amount and a currency, such as "0.15 INR"')
        return cls(int(Decimal(found["amount"]) * MICROS), found["currency"])

    def times(self, count: int) -> Money:
        return Money(self.micros * count, self.currency)

    def __str__(self) -> str:
        amount = Decimal(self.micros) / MICROS
        places = max(2, -int(amount.normalize().as_tuple().exponent))
        return f"{amount:.{places}f} {self.currency}"
