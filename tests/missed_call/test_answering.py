"""Calls that were kept: answered by whoever comes first, each once, none held up by another."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select, update

from models.inbound_event import inbound_event
from models.mt_message import mt_message
from models.short_link import short_link
from outbound.wake import Wake

CALLERS = [f"+9198{middle}45678" for middle in range(101, 141)]  # no neighbours


def waiting(house: Any) -> int:
    with house.bridge.database.read() as conn:
        rows = conn.execute(select(inbound_event.c.decision)).scalars().all()
    return list(rows).count("waiting")


def test_nothing_follows_before_a_worker_comes(house: Any) -> None:
    house.ring()
    assert (waiting(house), house.count(mt_message)) == (1, 0)
    assert house.answer_calls() == 1
    assert (waiting(house), house.count(mt_message), house.count(short_link)) == (0, 1, 1)
    assert house.answer_calls() == 0


def test_workers_side_by_side_answer_each_call_once(house: Any) -> None:
    for caller in CALLERS:
        house.ring(caller=caller)
    with ThreadPoolExecutor(4) as pool:
        answered = list(pool.map(lambda _: house.answer_calls(), range(4)))
    assert sum(answered) == len(CALLERS)
    assert house.count(mt_message) == len(CALLERS)


@pytest.mark.parametrize(
    "spoil",
    [{"content_sealed": b"\x01 no sealed value"}, {"gateway": "gone"}],
    ids=["what cannot be opened", "a gateway that was removed"],
)
def test_a_call_that_cannot_be_answered_holds_up_no_other(
    house: Any, spoil: dict[str, object]
) -> None:
    for event, caller in zip(("first", "bad", "last"), CALLERS, strict=False):
        house.ring(event=event, caller=caller)
    table = inbound_event
    with house.bridge.database.write() as conn:
        conn.execute(update(table).where(table.c.gateway_event_id == "bad").values(**spoil))
    assert house.answer_calls() == 3
    assert sorted(house.decisions()) == ["answered", "answered", "failed"]
    assert len(house.send()) == 2


def test_a_stop_that_comes_before_the_answer_counts(house: Any) -> None:
    house.ring()
    house.clock.pass_seconds(1)
    house.text("STOP")
    assert house.decisions() == ["opted_out", "stopped"]


def test_an_answer_that_comes_too_late_is_not_sent(house: Any) -> None:
    """Nobody expects a link half an hour after he rang."""
    house.ring()
    house.clock.pass_seconds(31 * 60)
    assert house.send() == []
    assert house.decisions() == ["answered"]
    house.bridge.reaper().sweep()
    with house.bridge.database.read() as conn:
        assert conn.execute(select(mt_message.c.status)).scalars().all() == ["expired"]


def test_the_language_that_was_chosen_is_the_language_of_the_answer(house: Any) -> None:
    house.text("LANG HIN")
    house.send()
    house.clock.pass_seconds(90)
    house.ring()
    (text,) = house.send()
    assert "उमंग" in text


def test_it_goes_on_after_the_database_was_away(house: Any) -> None:
    calls = house.bridge.call_answers
    house.ring()
    house.lose_database()
    waits: list[float] = []

    class Stop(threading.Event):
        """It rests once; by then the database is back."""

        def wait(self, timeout: float | None = None) -> bool:
            waits.append(timeout or 0.0)
            house.find_database()
            return False

    def idle() -> float:
        ended.set()
        return 0.0

    ended = Stop()
    calls.answer_until(ended, Wake(), idle)
    assert waits == [1.0]
    assert waiting(house) == 0
