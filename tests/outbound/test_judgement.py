"""Judging without a database: what is left by those before, and who is owed an answer. Tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from models.spend import Counter, Counts, Sum
from models.tally import Picture, Said
from outbound.judgement import Case, Seen, judge
from outbound.limits import Limits, Withheld
from outbound.wishes import Wish
from telecom.money import Money
from telecom.msisdn import Msisdn

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LIMITS = Limits(
    prefix_per_hour=2,
    new_numbers_per_day=3,
    day_budgets={"INR": Money.parse("4 INR")},
    service_budgets={"INR": Money.parse("3 INR")},
    hour_percent=50,
)
WISH = Wish(
    gateway="india",
    channel="sms",
    to=Msisdn.parse("+919812345678", "IN"),
    texts=("An answer.",),
    service="home",
)
CASE = Case(
    wish=WISH, to_hash="his", prefix="theirs", words=None, cost=Money.parse("1 INR"), budget=None
)
SEEN = Seen(
    picture=Picture(
        recent_calls=0,
        calls_today=0,
        calls_this_week=0,
        answers_today=0,
        same_link=0,
        has_opted_out=False,
        is_known=False,
        generation=0,
        generation_of_all=0,
        is_stopped=False,
    ),
    said=Said(answered=0, same=0, echoes=False),
)
NEIGHBOURS = Counter("2026-11-23T09", Counts.PREFIX, subject="theirs")
NEWCOMERS = Counter("2026-11-23", Counts.NEWCOMERS, subject="home")
SERVICE = Counter("2026-11-23", Counts.SERVICE, subject="home", currency="INR")
DAY = Counter("2026-11-23#0", Counts.BUDGET, currency="INR")
HOUR = Counter("2026-11-23T09#0", Counts.BUDGET, currency="INR")
STOP: dict[str, Any] = {"is_answer_to_command": True, "is_stop": True}


@pytest.mark.parametrize(
    ("counter", "before", "withheld", "opens"),
    [
        (NEIGHBOURS, Sum(1, 0), None, None),
        (NEIGHBOURS, Sum(2, 0), Withheld.PREFIX, None),
        (NEWCOMERS, Sum(2, 0), None, None),
        (NEWCOMERS, Sum(3, 0), Withheld.NEWCOMERS, None),
        (SERVICE, Sum(9, 2_000_000), None, None),
        (SERVICE, Sum(9, 2_000_001), Withheld.SERVICE_BUDGET, None),
        (HOUR, Sum(9, 1_000_000), None, None),
        (HOUR, Sum(9, 1_000_001), Withheld.OVER_BUDGET, "50 % of 4.00 INR within an hour"),
        (DAY, Sum(9, 3_000_000), None, None),
        (DAY, Sum(9, 3_000_001), Withheld.OVER_BUDGET, "4.00 INR a day"),
    ],
)
def test_each_limit_on_its_edge(
    counter: Counter, before: Sum, withheld: Withheld | None, opens: str | None
) -> None:
    verdict = judge(CASE, SEEN, {counter: before}, LIMITS, NOW)
    assert verdict.withheld is withheld
    assert (verdict.trip.why if verdict.trip else None) == opens
    raised = {CASE.spent(NOW), NEIGHBOURS, NEWCOMERS, SERVICE, DAY, HOUR}
    assert set(verdict.counters) == (set() if withheld else raised)


@pytest.mark.parametrize(
    ("counter", "answers", "known", "withheld"),
    [
        (NEIGHBOURS, {"is_answer_to_command": True}, True, None),
        (NEIGHBOURS, STOP, False, Withheld.PREFIX),
        (SERVICE, STOP, True, None),
        (SERVICE, {"is_answer_to_command": True}, True, Withheld.SERVICE_BUDGET),
        (SERVICE, STOP, False, Withheld.SERVICE_BUDGET),
        (DAY, STOP, True, None),
        (DAY, {"is_answer_to_command": True}, True, Withheld.OVER_BUDGET),
        (DAY, STOP, False, Withheld.OVER_BUDGET),
    ],
)
def test_whom_we_wrote_to_is_owed_an_answer(
    counter: Counter, answers: dict[str, Any], known: bool, withheld: Withheld | None
) -> None:
    case = replace(CASE, wish=replace(WISH, **answers))
    seen = replace(SEEN, picture=replace(SEEN.picture, is_known=known))
    verdict = judge(case, seen, {counter: Sum(99, 99_000_000)}, LIMITS, NOW)
    assert verdict.withheld is withheld
