"""How gateways do: sums that fade and add up over processes, in a real Redis."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from menu.ports import SessionsDown
from state.connection import connect
from state.keys import tally_key
from state.tallies import FADING_SECONDS, RedisTallies, Tally

SCRIPT = (Path(__file__).parents[2] / "state" / "lua" / "tally.lua").read_text()


def test_what_was_seen_fades(redis: Any) -> None:
    script = redis.register_script(SCRIPT)
    key = [tally_key("india")]
    script(keys=key, args=[10, 4, 5, FADING_SECONDS, 1000])
    sums = [float(one) for one in script(keys=key, args=[1, 0, 2, FADING_SECONDS, 1030])]
    third = 0.36787944
    assert sums == pytest.approx([10 * third + 1, 4 * third, 5 * third + 2], abs=1e-3)
    # A clock that goes back makes nothing grow.
    again = [float(one) for one in script(keys=key, args=[0, 0, 0, FADING_SECONDS, 900])]
    assert again == pytest.approx(sums, abs=1e-3)


def test_processes_add_up(redis: Any) -> None:
    one, other = RedisTallies(redis), RedisTallies(redis)
    one.add("india", Tally(3, 1, 0.5))
    both = other.add("india", Tally(2, 2, 1.0))
    assert both is not None
    assert (both.sends, both.faults, both.seconds) == pytest.approx((5, 3, 1.5), abs=0.2)
    assert other.read(["india"])["india"].faults == pytest.approx(3, abs=0.2)


def test_without_redis_nothing_is_known(unused_socket: str) -> None:
    tallies = RedisTallies(connect(f"unix://{unused_socket}"))
    assert tallies.add("india", Tally(1, 0, 0)) is None
    with pytest.raises(SessionsDown):
        tallies.read(["india"])
