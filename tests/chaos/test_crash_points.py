"""G4: kill -9 at each named place: the phone gets what docs/delivery.md says.

Nobody waits for a lease: where minutes matter, the rows are made older.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import count
from typing import Any, Final

import pytest

from telecom.failpoints import VARIABLE
from telecom.statuses import MessageClass

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.debian("postgres"),
    pytest.mark.parametrize("storage", ["postgresql"], indirect=True),
]
LINK, ONCE = MessageClass.LINK, MessageClass.CONFIRMATION
LEASE, SETTLE = 30, 60
# Where the dispatcher dies, and how many copies the phone gets: a link without and with reports
# that carry our token, and a class that is never sent again.
OUTBOUND: Final = {
    "after_claim": (1, 1, 1),
    "after_intent": (1, 1, 0),
    "after_bytes": (2, 1, 1),
    "after_reply": (2, 1, 1),
    "after_sent_commit": (1, 1, 1),
}
# Where a web worker dies: whether the event was durable, so that its SMS comes unasked.
INBOUND: Final = {
    "before_inbound_commit": False,
    "group_commit_written": False,
    "after_inbound_commit": True,
}
SPOOLED: Final = {"spool_drafted": False, "spool_written": True}


@pytest.mark.parametrize("place", OUTBOUND)
def test_g4_the_dispatcher_dies(
    place: str, new_field: Any, times: Callable[[int, int], int], tell: Callable[..., None]
) -> None:
    field = new_field(
        webs=1, dispatchers=1, threads=1, lease_seconds=LEASE, settle_seconds=SETTLE,
        faults={}, reports={"early": 1.0}, opens=False,
    )  # fmt: skip
    (web,), (dispatcher,) = field.webs, field.dispatchers
    web.start()
    field.wait_until(web.is_up, 60)
    numbers, people = count(), []
    for _ in range(times(1, 12)):
        for case in (("india", LINK), ("us", LINK), ("us", ONCE)):
            people.append((case, field.promise(next(numbers), *case)))
            dispatcher.environ = {VARIABLE: place}
            dispatcher.start()
            field.wait_until(lambda: not dispatcher.is_alive(), 30)
    dispatcher.environ = {}
    dispatcher.start()
    field.let_time_pass(LEASE + 1)
    field.wait_until(lambda: not {"claimed", "submitted"} & set(field.statuses()), 30)
    field.let_time_pass(SETTLE + 1)
    field.wait_until_settled(30)
    copies = Counter(entry["to"] for entry in field.took() if entry.get("taken"))
    got = {case: sorted({copies[to] for one, to in people if one == case}) for case, _ in people}
    expected = dict(zip(got, ([number] for number in OUTBOUND[place]), strict=True))
    words = {f"{gateway} {kind.value}": found for (gateway, kind), found in got.items()}
    tell("G4", f"{place}: kills {len(people)}, copies {words}")
    assert got == expected
    if 0 in OUTBOUND[place]:
        assert field.statuses().get("unknown_final") == len(people) / 3


@pytest.mark.parametrize("place", INBOUND)
def test_g4_a_web_worker_dies(place: str, new_field: Any, tell: Callable[..., None]) -> None:
    field = new_field(webs=1, dispatchers=1, faults={}, reports=None)
    (web,) = field.webs
    web.kill()
    web.environ = {VARIABLE: place}
    web.start()
    field.wait_until(web.is_up, 60)
    assert field.ring(1) == 0
    web.kill()
    web.environ = {}
    web.start()
    field.wait_until(web.is_up, 60)
    if INBOUND[place]:  # nobody has to say it again
        field.wait_until(lambda: len(field.took()) == 1, 30)
    else:
        assert not field.statuses()
    assert field.ring(1) == 200
    assert field.ring(1) == 200
    field.wait_until(lambda: field.statuses() == {"sent": 1}, 30)
    tell("G4", f"{place}: kills 1, told again, SMS {len(field.took())}")
    assert len(field.took()) == 1


def test_g4_a_worker_dies_over_calls_that_wait(
    new_field: Any, times: Callable[[int, int], int], tell: Callable[..., None]
) -> None:
    """What it had written is not committed: another one answers them, each once."""
    field = new_field(webs=1, dispatchers=1, faults={}, reports=None)
    (dispatcher,) = field.dispatchers
    dispatcher.kill()
    calls = times(3, 60)
    for number in range(calls):
        assert field.ring(number) == 200
    dispatcher.environ = {VARIABLE: "waiting_answered"}
    dispatcher.start()
    field.wait_until(lambda: not dispatcher.is_alive(), 30)
    assert field.unanswered()
    assert not field.statuses()
    dispatcher.environ = {}
    dispatcher.start()
    field.wait_until(lambda: field.statuses() == {"sent": calls}, 30)
    tell("G4", f"waiting_answered: kills 1, calls {calls}, SMS {len(field.took())}")
    assert len(field.took()) == calls


@pytest.mark.parametrize("place", [*SPOOLED, "spool_replayed"])
def test_g4_somebody_dies_beside_the_spool(
    place: str, new_field: Any, database_url: str, postgresql: Any, tell: Callable[..., None]
) -> None:
    field = new_field(webs=1, dispatchers=1, faults={}, reports=None)
    (web,), (dispatcher,) = field.webs, field.dispatchers
    victim = dispatcher if place == "spool_replayed" else web
    victim.kill()
    victim.environ = {VARIABLE: place}
    victim.start()
    field.wait_until(victim.is_up, 60)
    postgresql.lose(database_url)
    field.bridge.database.dispose()
    assert field.ring(1) == (0 if victim is web else 200)
    if victim is web:
        web.kill()
        web.environ = {}
        web.start()
        field.wait_until(web.is_up, 60)
        assert field.spooled() == int(SPOOLED[place])
        assert field.ring(1) == 200
    postgresql.find(database_url)
    if victim is dispatcher:
        field.wait_until(lambda: not dispatcher.is_alive(), 30)
        assert field.spooled() == 1
        dispatcher.environ = {}
        dispatcher.start()
    field.wait_until(lambda: field.statuses() == {"sent": 1} and not field.spooled(), 30)
    tell("G4", f"{place}: kills 1, SMS {len(field.took())}, spool empty")
    assert len(field.took()) == 1
