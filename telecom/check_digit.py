"""Numbers that people read out and type again: their last digit tells a slip of the finger.

H. M. Damm, 2004: one wrong digit, or two neighbours that were swapped, is always seen.
"""

from __future__ import annotations

from typing import Final

_STEPS: Final = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
)  # fmt: skip


def with_check_digit(digits: str) -> str:
    """ASCII digits, and one more."""
    return f"{digits}{_state(digits)}"


def is_checked(digits: str) -> bool:
    """Whether the last digit is the one that belongs to those before it."""
    return digits.isascii() and digits.isdigit() and len(digits) > 1 and _state(digits) == 0


def _state(digits: str) -> int:
    state = 0
    for digit in digits:
        state = int(_STEPS[state][int(digit)])
    return state
