"""Forgers at the webhooks; judged by what the vendor took, not by our database."""

from __future__ import annotations

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from outbound.ledger import Statement

VICTIM = "+919812345678"
CALLED = ("+919718397183", "+919718397184")
TOO_MANY = "END No SMS can be sent to you today. Please try again tomorrow."


def took(house: Any, since: int) -> list[str]:
    """Who got an SMS by what waits; an SMS is sent before its time is over."""
    while house.send():
        pass
    return [taken.to for taken in house.vendor.ledger[since:]]


def test_a_victim_whose_number_is_forged_gets_few(house: Any) -> None:
    """Thousands of calls that name one number, to every service: 1 in 10 minutes, 3 a day, 10 a
    week."""
    got: list[datetime] = []
    chance = random.Random(24)
    for _ in range(2400):
        house.clock.pass_seconds(chance.expovariate(1 / 300))  # about eight days
        before = len(house.vendor.ledger)
        house.ring(caller=VICTIM, called=chance.choice(CALLED[:1] * 9 + CALLED[1:]))
        house.answer_calls()
        if chance.random() < 0.2:
            got += [house.clock.now()] * len(took(house, before))
    before = len(house.vendor.ledger)
    got += [house.clock.now()] * len(took(house, before))
    assert {taken.to for taken in house.vendor.ledger} == {VICTIM}
    assert 10 <= len(got) <= 20
    # What was promised counts, not when this test let it go.
    for window, most in ((timedelta(days=1), 3 + 1), (timedelta(days=7), 10 + 1)):
        assert max(sum(at <= other < at + window for other in got) for at in got) <= most
    assert set(house.decisions()) == {
        "answered", "called_too_soon", "too_many_calls_today", "too_many_calls_this_week",
        "no_entry_point",
    }  # fmt: skip


def test_sixteen_forged_calls_at_once_are_one_sms(house: Any) -> None:
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: house.ring(caller=VICTIM), range(16)))
    assert {answer.status_code for answer in answers} == {200}
    assert took(house, 0) == [VICTIM]
    assert Counter(house.decisions()) == {"answered": 1, "called_too_soon": 15}


def callers() -> list[str]:
    """Numbers in a row, from everywhere, premium ones: what pumping looks like."""
    chance = random.Random(25)
    rows = [f"+9198{row:05d}{number:03d}" for row in range(20) for number in range(30)]
    foreign = [f"+4915112{number:06d}" for number in range(200)]
    jamaica = [f"+1876555{number:04d}" for number in range(100)]
    premium = [f"+1900234{number:04d}" for number in range(100)]
    scattered = [f"+919{chance.randrange(10**9):09d}" for _ in range(300)]
    mixed = rows + foreign + jamaica + premium + scattered
    chance.shuffle(mixed)
    return mixed


@pytest.fixture
def house_settings(request: pytest.FixtureRequest) -> dict[str, str]:
    return dict(getattr(request, "param", {}))


def statement(house: Any) -> Statement:
    shown: Statement = house.bridge.spending.show()
    return shown


def test_pumping_stops_at_the_new_numbers_of_a_day(house: Any) -> None:
    for caller in callers():
        house.ring(caller=caller)
    got = took(house, 0)
    assert len(got) == 200
    assert {number[:3] for number in got} == {"+91"}
    per_row = Counter(number[:-3] for number in got)
    assert max(per_row.values()) <= 20
    decisions = Counter(house.decisions())
    assert decisions["country_not_allowed"] == 300
    assert decisions["cannot_take_sms"] == 100
    assert decisions["too_many_neighbours"] + decisions["too_many_new_numbers"] > 400
    assert sum(line.spent.micros for line in statement(house).lines) == 200 * 1_000_000


@pytest.mark.parametrize(
    "house_settings",
    [{"BRIDGE_DAY_BUDGET": "50 INR", "BRIDGE_HOUR_PERCENT": "100", "BRIDGE_SMS_PRICE": "0.4 INR"}],
    indirect=True,
)
def test_pumping_stops_at_the_budget_and_waits_for_a_human(house: Any) -> None:
    for caller in callers():
        house.ring(caller=caller)
    assert len(took(house, 0)) == 125
    shown = statement(house)
    assert [str(line.spent) for line in shown.lines] == ["50.00 INR"]
    assert [trip.scope for trip in shown.open] == [""]
    house.clock.pass_seconds(86400)
    house.ring(caller=VICTIM)
    assert (house.decisions()[-1], took(house, 125)) == ("spending_stopped", [])
    house.dial()
    assert house.dial("1") == TOO_MANY
    assert house.dial("1") == TOO_MANY
    known = took(house, 0)[0]
    for msisdn in (VICTIM, known):
        assert house.text("STOP", msisdn=msisdn).status_code == 200
    assert took(house, 125) == [known]  # a stranger's STOP is obeyed, and costs nothing
    assert house.bridge.spending.rearm(None, by="asha", note="seen") == [""]
    house.ring(caller="+919700000001")
    assert took(house, 126) == ["+919700000001"]


def test_a_dial_reads_the_truth_and_a_repeat_reads_the_same(house: Any) -> None:
    house.dial()
    assert house.dial("1").startswith("END You will get an SMS")
    house.dial(session="ATUid_2")
    # Within a minute that SMS is on its way already.
    assert house.dial("1", session="ATUid_2").startswith("END You will get an SMS")
    house.dial(session="ATUid_3", msisdn="+911122901406")
    assert house.dial("1", session="ATUid_3", msisdn="+911122901406") == TOO_MANY
    assert took(house, 0) == [VICTIM]


@pytest.mark.parametrize("house_settings", [{"BRIDGE_ANSWERS_PER_DAY": "1"}], indirect=True)
def test_after_the_last_answer_of_a_day_no_screen_promises_more(house: Any) -> None:
    house.text("UMANG")
    house.dial()
    for keys in ("3", "3*2"):
        house.dial(keys)
    assert house.dial("3*2*1").startswith("END आज और SMS नहीं भेज सकते।")
    assert house.text("UMANG").status_code == 200
    assert len(took(house, 0)) == 1


def test_our_own_numbers_are_never_answered(house: Any) -> None:
    house.text("UMANG", msisdn=CALLED[0])
    house.ring(caller=CALLED[0])
    assert took(house, 0) == []
    assert set(house.decisions()) == {"own_number"}
