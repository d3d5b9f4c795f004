"""How well a gateway does: falls with faults and slowness, comes back by itself, is shared."""

from __future__ import annotations

import pytest

from outbound.outcomes import STOPPED, TOO_LATE, NotTaken, Outcome, Taken
from outbound.standing import SHARE_SECONDS, Standings, health_of, plus
from state.tallies import Tally
from telecom.errors import Reason, Verdict

GOOD = Taken(gateway_message_id="g1")
LOST = NotTaken(verdict=Verdict.AMBIGUOUS, why=Reason.NO_ANSWER.value)
NO_SUCH = NotTaken(verdict=Verdict.GIVE_UP, why=Reason.BAD_MSISDN.value)


class Shelf:
    """Tallies that processes share."""

    def __init__(self) -> None:
        self.kept: dict[str, Tally] = {}
        self.asked = 0

    def add(self, gateway: str, seen: Tally) -> Tally:
        self.asked += 1
        self.kept[gateway] = plus(self.kept.get(gateway, Tally()), seen)
        return self.kept[gateway]


@pytest.mark.parametrize(
    ("tally", "health"),
    [
        (Tally(), 1),
        (Tally(100, 0, 30), 1),
        (Tally(100, 100, 30), 0),
        (Tally(1, 1, 0), 0.444),  # one fault and nothing else known: doubt, no verdict
        (Tally(100, 50, 5), 0.26),
        (Tally(98, 0, 400), 0.25),  # four seconds each
        (Tally(98, 0, 90), 1),
    ],
)
def test_the_table(tally: Tally, health: float) -> None:
    assert health_of(tally) == pytest.approx(health, abs=0.01)


@pytest.mark.parametrize(
    ("outcome", "falls"),
    [(GOOD, False), (NO_SUCH, False), (STOPPED, False), (TOO_LATE, False), (LOST, True)],
)
def test_only_what_is_the_gateways_fault_counts(outcome: Outcome, falls: bool) -> None:
    standings = Standings(monotonic=lambda: 0.0)
    for _ in range(10):
        standings.hear("india", outcome, 0.05)
    assert (standings.health("india") < 0.1) is falls
    assert standings.health("kenya") == 1


def test_it_comes_back_by_itself_and_sooner_by_a_trickle() -> None:
    now = [0.0]
    alone, probed = (Standings(monotonic=lambda: now[0]) for _ in range(2))
    for standings in (alone, probed):
        for _ in range(50):
            standings.hear("india", LOST, 8)
        assert standings.health("india") < 0.01
    for _ in range(60):
        now[0] += 1
        for _ in range(3):
            probed.hear("india", GOOD, 0.05)
        alone.health("india")
        probed.health("india")
    assert alone.health("india") < 0.3 < 0.7 < probed.health("india")
    now[0] += 300
    assert alone.health("india") > 0.95


def test_processes_tell_each_other_once_a_second() -> None:
    now, shelf = [0.0], Shelf()
    one, other = (Standings(shelf, monotonic=lambda: now[0]) for _ in range(2))
    assert other.health("india") == 1
    for _ in range(20):
        one.hear("india", LOST, 1)
    assert one.health("india") < 0.1
    assert other.health("india") == 1
    for _ in range(10):
        other.health("india")
    assert shelf.asked == 2
    now[0] += SHARE_SECONDS
    assert other.health("india") < 0.1


def test_without_the_shared_ones_it_knows_its_own() -> None:
    class Away:
        def add(self, gateway: str, seen: Tally) -> None:
            return None

    standings = Standings(Away(), monotonic=lambda: 0.0)
    standings.hear("india", LOST, 1)
    assert standings.health("india") < 0.5
