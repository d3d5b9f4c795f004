"""A slip of the finger in a reference is seen, wherever it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telecom.check_digit import is_checked, with_check_digit

DIGITS = st.text("0123456789", min_size=1, max_size=12)


def test_the_example_of_its_inventor() -> None:
    assert with_check_digit("572") == "5724"


@given(DIGITS, st.data())
def test_a_wrong_digit_is_seen(digits: str, data: st.DataObject) -> None:
    whole = with_check_digit(digits)
    assert is_checked(whole)
    at = data.draw(st.integers(0, len(whole) - 1))
    other = data.draw(st.sampled_from("0123456789").filter(lambda one: one != whole[at]))
    assert not is_checked(whole[:at] + other + whole[at + 1 :])


@given(DIGITS, st.data())
def test_swapped_neighbours_are_seen(digits: str, data: st.DataObject) -> None:
    whole = with_check_digit(digits)
    at = data.draw(st.integers(0, len(whole) - 2))
    swapped = whole[:at] + whole[at + 1] + whole[at] + whole[at + 2 :]
    assert is_checked(swapped) == (swapped == whole)


@pytest.mark.parametrize("text", ["", "0", "5 724", "५७२४", "572x", "5²24", "-5724"])
def test_what_is_no_number_is_not_checked(text: str) -> None:
    assert not is_checked(text)
