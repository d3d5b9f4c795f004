"""What makes two arrivals one event where the vendor gives no id."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telecom.keyed_hash import KeyedHash
from telecom.msisdn import Hidden, Msisdn, Party, ShortCode, Withheld
from telecom.nameless import CALL_SECONDS, TEXT_SECONDS, EventKey, key_of_call, key_of_text

HASHER = KeyedHash(b"a secret of this test")
AT = datetime(2026, 11, 23, 9, 0, 30, tzinfo=UTC)
CALLER, OTHER = Msisdn.parse("+254711000111", "KE"), Msisdn.parse("+254711000112", "KE")
CALLED = Msisdn.parse("+254711082300", "KE")


def call(seconds: float = 0, caller: Party = CALLER, gateway: str = "at") -> EventKey:
    return key_of_call(HASHER, gateway, caller, CALLED, AT + timedelta(seconds=seconds))


def text(seconds: float = 0, said: str = "LINK", to: str = "22384") -> EventKey:
    return key_of_text(HASHER, "at", CALLER, to, said, AT + timedelta(seconds=seconds))


def is_repeat(first: EventKey, second: EventKey) -> bool:
    return first.here in (second.here, *second.beside)


@pytest.mark.parametrize(
    ("first", "second", "is_one"),
    [
        (call(), call(), True),
        (call(), call(10), True),
        (call(), call(31), True),  # over the border of a minute
        (call(31), call(), True),  # and from a host whose clock is behind
        (call(), call(180), False),
        (call(), call(caller=OTHER), False),
        (call(), call(gateway="twilio"), False),
        (call(caller=Hidden(Withheld.EMPTY)), call(caller=Hidden(Withheld.UNKNOWN)), True),
        (call(caller=ShortCode("22384")), call(), False),
        (text(), text(1), True),
        (text(), text(10), False),
        (text(), text(said="HELP"), False),
        (text(), text(to="22385"), False),
        (call(), text(), False),
    ],
)
def test_a_repeat_is_told_from_another_event(
    first: EventKey, second: EventKey, is_one: bool
) -> None:
    assert is_repeat(first, second) is is_one


@given(st.floats(0, 86400), st.floats(0, 600))
def test_whatever_the_clock_shows(start: float, apart: float) -> None:
    """One up to the width of a bucket apart, two from twice that on."""
    for key, width in ((call, CALL_SECONDS), (text, TEXT_SECONDS)):
        one = is_repeat(key(start), key(start + apart))
        if apart < width - 0.001:
            assert one
        if apart >= 2 * width:
            assert not one


def test_a_key_names_nobody_and_fits_the_table() -> None:
    for key in (call(), text()):
        for one in (key.here, *key.beside):
            assert "711000111" not in one
            assert len(one) <= 128
