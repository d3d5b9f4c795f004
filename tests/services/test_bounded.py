"""What may hang: in so many threads, for so long, and told apart from what never began."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from services.address_guard import Unresolved
from services.bounded import Bounded, Busy, Late


@pytest.fixture
def held() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def test_what_is_done_in_time_is_returned_and_leaves_its_place() -> None:
    bounded = Bounded(1, "test")
    done = [bounded.run(partial(abs, -each), 5.0, patience=5.0) for each in range(50)]
    assert done == list(range(50))


def test_what_it_raises_is_raised() -> None:
    """Its own TimeoutError, too, is no deadline of ours."""
    bounded = Bounded(1, "test")
    for fault in (ValueError("a"), TimeoutError("b"), OSError("c")):

        def work(fault: Exception = fault) -> None:
            raise fault

        with pytest.raises(type(fault), match=str(fault)):
            bounded.run(work, 5.0, patience=5.0)


def test_who_hangs_is_late_and_keeps_his_place_until_he_is_done(held: threading.Event) -> None:
    bounded = Bounded(2, "test")
    for _ in range(2):
        with pytest.raises(Late) as late:
            bounded.run(held.wait, 0.01)
        assert late.value.began
    with pytest.raises(Busy):
        bounded.run(lambda: 1, 5.0)
    with pytest.raises(Busy):
        bounded.run(lambda: 1, 5.0, patience=0.01)
    held.set()
    assert bounded.run(lambda: 1, 5.0, patience=5.0) == 1


def test_who_waits_in_line_never_began_and_gives_his_place_back(held: threading.Event) -> None:
    bounded, ran = Bounded(1, "test", waiting=1), []
    with pytest.raises(Late):
        bounded.run(held.wait, 0.01)
    for _ in range(3):
        with pytest.raises(Late) as late:
            bounded.run(lambda: ran.append(1), 0.01)
        assert not late.value.began
    held.set()
    assert bounded.run(lambda: 1, 5.0, patience=5.0) == 1
    assert ran == []


def test_after_the_end_nothing_begins(held: threading.Event) -> None:
    bounded = Bounded(1, "test")
    with pytest.raises(Late):
        bounded.run(held.wait, 0.01)
    bounded.close()
    held.set()
    with pytest.raises(Busy):
        bounded.run(lambda: 1, 1.0, patience=1.0)


def test_the_end_of_a_bridge_closes_what_its_services_opened(
    house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[str] = []
    caller = house.bridge.service_caller
    for name in ("_http", "_python", "_queries", "_tables"):
        monkeypatch.setattr(getattr(caller, name), "close", partial(closed.append, name))
    house.bridge.stop()
    assert closed == ["_http", "_python", "_queries", "_tables"]
    with pytest.raises(Unresolved):
        house.bridge.address_guard.addresses_of("localhost", 80, 1.0)
