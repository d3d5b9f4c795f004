"""Every limit right below its edge, on it and above: tables."""

from __future__ import annotations

from typing import Any

import pytest

from models.tally import Got, Said
from outbound.limits import Limits, Withheld, is_loop, judge_answers, judge_calls
from telecom.money import Money

LIMITS = Limits(day_budgets={"INR": Money(5_000_000_000, "INR")})
NOTHING = Got(recent_calls=0, calls_today=0, calls_this_week=0, answers_today=0, same_link=0)


def got(**counts: int) -> Got:
    return Got(**{name: counts.get(name, 0) for name in NOTHING.__slots__})


@pytest.mark.parametrize(
    ("counts", "more", "withheld"),
    [
        ({}, 1, None),
        ({"recent_calls": 1}, 1, Withheld.TOO_SOON),
        ({"calls_today": 2, "calls_this_week": 2}, 1, None),
        ({"calls_today": 3, "calls_this_week": 3}, 1, Withheld.CALLS_TODAY),
        ({"calls_today": 2, "calls_this_week": 2}, 2, Withheld.CALLS_TODAY),
        ({"calls_this_week": 9}, 1, None),
        ({"calls_this_week": 10}, 1, Withheld.CALLS_THIS_WEEK),
        ({"answers_today": 999}, 1, None),  # what he asks for does not silence his calls
    ],
)
def test_calls(counts: dict[str, int], more: int, withheld: Withheld | None) -> None:
    assert judge_calls(LIMITS, got(**counts), more) is withheld


@pytest.mark.parametrize(
    ("answers_today", "more", "is_stop", "withheld"),
    [
        (29, 1, False, None),
        (30, 1, False, Withheld.ANSWERS_TODAY),
        (29, 2, False, Withheld.ANSWERS_TODAY),
        (30, 1, True, None),
        (32, 1, True, None),
        (33, 1, True, Withheld.ANSWERS_TODAY),
    ],
)
def test_answers(answers_today: int, more: int, is_stop: bool, withheld: object) -> None:
    assert (
        judge_answers(LIMITS, got(answers_today=answers_today), more, is_stop=is_stop) is withheld
    )


@pytest.mark.parametrize(
    ("counts", "text", "is_one"),
    [
        ({}, "UMANG", False),
        ({"same": 2, "answered": 2}, "UMANG", False),
        ({"same": 3, "answered": 3}, "UMANG", True),
        ({"same": 9, "answered": 9}, "98", False),  # leafing through a list
        ({"same": 9, "answered": 9}, " 1 ", False),
        ({"answered": 4}, "UMANG", False),
        ({"answered": 5}, "UMANG", True),
        ({"answered": 5}, "1", False),
        ({"echoes": 1}, "Thank you.", True),
    ],
)
def test_loops(counts: dict[str, int], text: str, is_one: bool) -> None:
    said: Any = {"answered": 0, "same": 0, "echoes": 0} | counts
    assert is_loop(LIMITS, Said(**said), text) is is_one
