"""G24, G25: calls that name somebody else's number, or numbers that somebody counts up."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import pytest
from sqlalchemy import func, select, text

from models.inbound_event import inbound_event
from models.spend import open_trips
from outbound.commitments import MOST_TOGETHER
from telecom.encoding import segments_of
from tests.chaos.field import ACCOUNT, SECRET, TOKEN, URL, post
from tests.fakes.wire import signature

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.debian("postgres"),
    pytest.mark.parametrize("storage", ["postgresql"], indirect=True),
]
CALLED: Final = "+919718397183"
VICTIM: Final = "+919812345678"
# As they come from the shop; the rest of the suite lifts them.
BY_NUMBER: Final = {
    "BRIDGE_CALL_COOLDOWN_SECONDS": "600",
    "BRIDGE_CALLS_PER_DAY": "3",
    "BRIDGE_CALLS_PER_WEEK": "10",
}
BY_NEIGHBOURS: Final = {"BRIDGE_PREFIX_PER_HOUR": "20"}
NEW_A_DAY, BUDGET = 200, 60
MINUTES: Final = {10: 1, 24 * 60: 3, 7 * 24 * 60: 10}  # the most that a victim may get within them
STEPS: Final = (3, 7, 10, 11, 60, 400, 1440)
NEVER: Final = (
    *("+4915112345678", "+5352345678", "+18765550123", "+79161234567", "+8801711123456"),
    *("+19002345678", "+449098790000", "+8821012345678", "+911800111111", CALLED),
)


def ring(field: Any, caller: str, nth: int) -> int:
    """By one vendor, web server and call after the other."""
    port = field.ports[nth // 2 % len(field.ports)]
    if nth % 2:
        form = {"AccountSid": ACCOUNT, "CallSid": f"CA{nth:032x}", "CallStatus": "ringing"}
        form |= {"Direction": "inbound", "From": caller, "To": CALLED}
        headers = {"X-Twilio-Signature": signature(TOKEN, f"{URL}/missed-call/us", form)}
        return post(port, "/missed-call/us", form, headers=headers)
    form = {"isActive": "1", "sessionId": f"ATVId_{nth}", "direction": "Inbound"}
    form |= {"callerNumber": caller, "destinationNumber": CALLED}
    return post(port, f"/missed-call/india/{SECRET}", form)


def grow_older(field: Any, minutes: int) -> None:
    """The clock that counts is the database's: instead of it, what it has seen is moved. What is
    older than any limit looks back stays: 100,000 rows, moved 400 times, are no test.
    """
    away = "make_interval(mins => :away)"
    sent = f"UPDATE mt_message SET created_at = created_at - {away}, sent_at = sent_at - {away}"
    heard = f"UPDATE inbound_event SET received_at = received_at - {away}"
    heard += " WHERE received_at > clock_timestamp() - make_interval(days => 9)"
    with field.bridge.database.write() as conn:
        conn.execute(text("SET LOCAL statement_timeout = '60s'"))
        conn.execute(text(sent), {"away": minutes})
        conn.execute(text(heard), {"away": minutes})


def reasons(field: Any) -> dict[str, int]:
    with field.bridge.database.read() as conn:
        query = select(inbound_event.c.decision, func.count()).group_by(inbound_event.c.decision)
        return {str(decision): int(how_many) for decision, how_many in conn.execute(query)}


def sent_links(field: Any) -> list[dict[str, Any]]:
    return [entry for entry in field.took() if "/l/" in entry.get("text", "")]


def test_g24_many_calls_name_one_number(
    new_field: Any, seed: int, times: Callable[[int, int], int], tell: Callable[..., None]
) -> None:
    field = new_field(faults={}, settings=BY_NUMBER)
    chance, now, heard = random.Random(seed), 0, Counter[int]()
    rounds, calls, got_at = times(32, 400), times(12, 250), list[int]()
    with ThreadPoolExecutor(8) as pool:
        for turn in range(rounds):
            numbers = range(turn * calls, (turn + 1) * calls)
            heard.update(pool.map(lambda nth: ring(field, VICTIM, nth), numbers))
            field.wait_until_settled()
            got_at += [now] * (len(sent_links(field)) - len(got_at))
            step = chance.choice(STEPS)
            grow_older(field, step)
            now += step
    most = {
        minutes: max(sum(at <= other < at + minutes for other in got_at) for at in got_at)
        for minutes in MINUTES
    }
    tell(
        "G24",
        f"calls {sum(heard.values()):,} in {now / 1440:.1f} days, SMS {len(got_at)}, at most "
        f"{most[10]} in 10 min, {most[1440]} a day, {most[10080]} a week; {reasons(field)}",
    )
    assert heard == {200: rounds * calls}
    assert {entry["to"] for entry in sent_links(field)} == {VICTIM}
    assert most == {minutes: min(found, MINUTES[minutes]) for minutes, found in most.items()}
    assert most[1440] > 1


@pytest.mark.parametrize("bound", ["money", "new_numbers"])
def test_g25_numbers_are_counted_up(
    bound: str,
    new_field: Any,
    seed: int,
    times: Callable[[int, int], int],
    tell: Callable[..., None],
) -> None:
    settings = BY_NEIGHBOURS | {"BRIDGE_NEW_NUMBERS_PER_DAY": str(NEW_A_DAY)}
    settings |= {"BRIDGE_HOUR_PERCENT": "100"}
    if bound == "money":
        settings |= {"BRIDGE_DAY_BUDGET": f"{BUDGET} INR"}  # 1 INR a segment
    field = new_field(faults={}, settings=settings)
    chance, each = random.Random(seed), times(260, 16_000)
    in_a_row = [f"+9198{11_000_000 + number}" for number in range(each)]
    spread = [f"+9198{20_000_000 + number}" for number in range(0, each * 1000, 1000)]
    foreign = [NEVER[number % len(NEVER)] for number in range(each // 4)]
    callers = [*in_a_row, *spread, *foreign]
    chance.shuffle(callers)
    began, heard = time.time(), Counter[int]()
    with ThreadPoolExecutor(12) as pool:
        heard.update(pool.map(ring, [field] * len(callers), callers, range(len(callers))))
    field.wait_until_settled()
    links = sent_links(field)
    cost = sum(segments_of(entry["text"]) for entry in links)
    with field.bridge.database.read() as conn:
        trips = open_trips(conn)
    opened = [f"{trip.tripped_at.timestamp() - began:.1f} s" for trip in trips]
    neighbours = Counter(entry["to"][:-3] for entry in links)
    strangers = {entry["to"] for entry in links} - {*in_a_row, *spread}
    tell(
        "G25",
        f"bound: {bound}; calls {len(callers):,}, SMS {len(links)} for {cost} INR, at most "
        f"{max(neighbours.values())} of a thousand neighbours, {len(strangers)} abroad or premium, "
        f"breaker open after {opened or '-'}; {reasons(field)}",
    )
    others = (len(field.ports) - 1) * MOST_TOGETHER  # what parallel groups do not see of each other
    most = (BUDGET if bound == "money" else NEW_A_DAY) + others
    assert heard == {200: len(callers)}
    assert 0 < cost <= most
    assert not strangers
    assert max(neighbours.values()) <= 20
    if bound == "money":
        assert [trip.scope for trip in trips] == [""]
        assert trips[0].tripped_at.timestamp() - began < 60
