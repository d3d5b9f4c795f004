"""How many rows a worker holds: those of a moment, so that what waits can be passed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pytest

from models.mt_moves import Claim, Way
from outbound.feeder import STOCK_SECONDS, Feeder

if TYPE_CHECKING:
    from tests.outbound.conftest import World

FREE, ROUNDS = 2, 8


@pytest.mark.parametrize(
    ("seconds", "most_held"),
    [
        pytest.param(STOCK_SECONDS * 2, 0, id="a slow vendor: no row is held that no thread wants"),
        pytest.param(STOCK_SECONDS / 4, 6, id="a fast one: a claim brings those of a moment"),
    ],
)
def test_a_claim_brings_what_goes_in_a_moment(world: World, seconds: float, most_held: int) -> None:
    enqueued = {world.enqueue() for _ in range(FREE * ROUNDS)}
    given: list[str] = []
    held: list[int] = []

    def give(ready: Sequence[tuple[Claim, Way]]) -> None:
        given.extend(claim.id for claim, _ in ready)

    now = 0.0
    feeder = Feeder(world.dispatcher("w", batch=1), world.traffic, give, lambda: now)
    for _ in range(ROUNDS):
        feeder.feed(FREE)
        held.append(len(feeder.held))
        now += seconds
    assert max(held) == most_held
    assert set(given) == enqueued
    assert len(given) == len(enqueued)
