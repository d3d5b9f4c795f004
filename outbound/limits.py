"""How much may be sent to whom, and the names of every reason why not. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final

from menu.inputs import is_choice
from models.tally import Got, Said
from telecom.money import Money

MOST_NEIGHBOURS: Final = 1000
STOPS: Final = 3  # confirmations of STOP that a number may still get a day when its answers are up


class Withheld(StrEnum):
    """Why an SMS was not promised. Recorded as the decision on the event, and counted."""

    OPTED_OUT = "opted_out"
    CANNOT_TAKE_SMS = "cannot_take_sms"  # fixed lines, premium, shared-cost, toll-free numbers
    OWN_NUMBER = "own_number"
    COUNTRY = "country_not_allowed"
    STOPPED = "spending_stopped"  # the breaker is open
    LOOP = "loop"  # two machines answer each other
    SAME_LINK = "same_link"  # the SMS of a moment ago says it
    TOO_SOON = "called_too_soon"
    CALLS_TODAY = "too_many_calls_today"
    CALLS_THIS_WEEK = "too_many_calls_this_week"
    ANSWERS_TODAY = "too_many_answers_today"
    PREFIX = "too_many_neighbours"  # numbers in a row: somebody counts
    NEWCOMERS = "too_many_new_numbers"
    SERVICE_BUDGET = "service_over_budget"  # till the UTC day ends; no breaker opens
    OVER_BUDGET = "over_budget"  # the event that opened the breaker


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Windows are the time right before now; days of money and of new numbers are UTC days."""

    call_cooldown: timedelta = timedelta(minutes=10)
    calls_per_day: int = 3
    calls_per_week: int = 10
    answers_per_day: int = 30
    same_link: timedelta = timedelta(seconds=60)
    loop_texts: int = 5
    loop_window: timedelta = timedelta(hours=1)
    loop_same_texts: int = 3
    prefix_per_hour: int = 20
    new_numbers_per_day: int = 200
    day_budgets: Mapping[str, Money]  # of all gateways together, by currency
    service_budgets: Mapping[str, Money] = field(default_factory=dict)  # of any one, by currency
    hour_percent: int = 25

    @property
    def has_prefixes(self) -> bool:
        """A thousand SMS to a thousand numbers is no limit, and processes need not wait for it."""
        return self.prefix_per_hour < MOST_NEIGHBOURS


def judge_calls(limits: Limits, got: Got, more: int) -> Withheld | None:
    """Whether a missed call may start `more` SMS: at most one a cooldown."""
    if got.recent_calls:
        return Withheld.TOO_SOON
    if got.calls_today + more > limits.calls_per_day:
        return Withheld.CALLS_TODAY
    if got.calls_this_week + more > limits.calls_per_week:
        return Withheld.CALLS_THIS_WEEK
    return None


def judge_answers(limits: Limits, got: Got, more: int, *, is_stop: bool) -> Withheld | None:
    """Whether a text or a dial may be answered with `more` SMS."""
    most = limits.answers_per_day + (STOPS if is_stop else 0)
    return Withheld.ANSWERS_TODAY if got.answers_today + more > most else None


def is_loop(limits: Limits, said: Said, text: str) -> bool:
    """Whether a text sounds like a machine's. `said` is what came before it.

    Who chooses in menus may go on: machines do not answer with a digit.
    """
    if is_choice(text):
        return False
    return (
        bool(said.echoes)
        or said.same >= limits.loop_same_texts
        or said.answered >= limits.loop_texts
    )
