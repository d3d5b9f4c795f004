"""Money is exact, and a price is that of the longest prefix, else of the country."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telecom.money import Money
from telecom.msisdn import Msisdn
from telecom.prices import PriceList

PRICES = PriceList.parse(
    {"IN": "0.15 INR", "+9198": "0.20 INR", "+91987": "0.3 INR", "default": "2 INR"}
)


@pytest.mark.parametrize(
    ("written", "micros", "shown"),
    [
        ("0.15 INR", 150_000, "0.15 INR"),
        ("2 INR", 2_000_000, "2.00 INR"),
        ("0.007512 USD", 7_512, "0.007512 USD"),
        (" 500 KES ", 500_000_000, "500.00 KES"),
        ("0 INR", 0, "0.00 INR"),
        ("1000000 INR", 10**12, "1000000.00 INR"),
    ],
)
def test_money_is_read_and_shown(written: str, micros: int, shown: str) -> None:
    assert Money.parse(written).micros == micros
    assert str(Money.parse(written)) == shown


@pytest.mark.parametrize(
    "written", ["", "1", "INR", "1,5 INR", "1 inr", "-1 INR", "1e3 INR", "0.1234567 INR", "1 INRS"]
)
def test_what_is_no_money_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="an amount and a currency"):
        Money.parse(written)


@given(st.decimals(0, 10**8, places=6), st.integers(0, 1000))
def test_no_millionth_is_lost(amount: Decimal, count: int) -> None:
    total = Money.parse(f"{amount:f} INR").times(count)
    assert Decimal(total.micros) == amount * count * 1_000_000


@pytest.mark.parametrize(
    ("number", "price"),
    [
        ("+919712345678", "0.15 INR"),
        ("+919812345678", "0.20 INR"),
        ("+919876543210", "0.30 INR"),
        ("+254711000111", "2.00 INR"),
        ("+8821012345678", "2.00 INR"),  # of no country
    ],
)
def test_the_longest_prefix_wins(number: str, price: str) -> None:
    assert str(PRICES.of(Msisdn.parse(number, "IN"))) == price


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("0.15 INR", "must be a mapping"),
        ({"IN": "0.15 INR"}, "every other place"),
        ({"india": "1 INR", "default": "1 INR"}, "no country"),
        ({"IN": "1 INR", "default": "1 KES"}, "one currency"),
        ({"IN": ["1 INR"], "default": "1 INR"}, "prices such as"),
        ({"IN": "cheap", "default": "1 INR"}, "an amount and a currency"),
    ],
)
def test_a_wrong_price_list_is_refused(written: object, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        PriceList.parse(written)
