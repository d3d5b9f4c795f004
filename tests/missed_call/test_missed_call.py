"""Missed calls as a gateway and its caller see them."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from models.database import DatabaseDown
from models.inbound_event import inbound_event
from outbound.causes import Cause
from telecom.encoding import Encoding, encoding_of, segments_of
from telecom.msisdn import parse_service

REJECT = '<?xml version="1.0" encoding="UTF-8"?><Response><Reject/></Response>'


def test_a_call_is_rejected_and_brings_the_link(house: Any) -> None:
    answer = house.ring()
    assert (answer.status_code, answer.text) == (200, REJECT)
    (text,) = house.send()
    assert text.startswith("UMANG app: https://sanket.example.in/l/")
    assert "No smartphone? SMS MENU" in text
    assert (encoding_of(text), segments_of(text)) == (Encoding.GSM7, 1)


def test_three_copies_in_parallel_are_one_call(house: Any) -> None:
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda _: house.ring(event="ATVId_1"), range(3)))
    assert [(answer.status_code, answer.text) for answer in answers] == [(200, REJECT)] * 3
    assert house.count(inbound_event) == 1
    assert len(house.send()) == 1


@pytest.mark.parametrize("order", [("1", "0"), ("0", "1"), ("0", "0"), ("true", "false")])
def test_the_ringing_and_the_final_webhook_are_one_call(house: Any, order: tuple[str, str]) -> None:
    for is_active in order:
        assert house.ring(event="ATVId_1", is_active=is_active).status_code == 200
    assert len(house.send()) == 1


def test_two_calls_are_two(house: Any) -> None:
    for caller in ("+919812345678", "+919812345679"):
        house.ring(caller=caller)
    assert len(house.send()) == 2


def test_of_a_call_only_the_service_is_remembered_in_memory(house: Any) -> None:
    parse_service.cache_clear()
    for caller in ("+919812345678", "+919812345679", "+919812345680"):
        house.ring(caller=caller)
    remembered = parse_service.cache_info()
    assert (remembered.currsize, remembered.hits) == (1, 2)
    assert house.count(inbound_event) == 3


@pytest.mark.parametrize(
    ("caller", "called", "decision"),
    [
        ("anonymous", "+919718397183", "hidden_caller"),
        ("+911122901406", "+919718397183", "landline_caller"),
        ("+919812345678", "+919718397184", "no_entry_point"),
        ("+919718397183", "+919718397183", "own_number"),
    ],
)
def test_a_call_that_cannot_be_answered_is_rejected_recorded_and_brings_nothing(
    house: Any, caller: str, called: str, decision: str
) -> None:
    assert house.ring(caller=caller, called=called).text == REJECT
    assert house.decisions() == [decision]
    assert house.send() == []


def test_a_caller_from_abroad_gets_the_international_version(house: Any) -> None:
    house.ring(caller="+12025550123")
    (text,) = house.send()
    assert text.startswith("UMANG International: ")
    assert segments_of(text) == 1


def test_a_call_of_our_own_is_none(house: Any) -> None:
    answer = house.post(
        f"/missed-call/india/{house.secret}", isActive="1", sessionId="ATVId_9",
        direction="Outbound", callerNumber="+919718397183", destinationNumber="+919812345678",
    )  # fmt: skip
    assert answer.status_code == 200
    assert house.count(inbound_event) == 0


# What a webhook says of itself, the answer that it gets, and how many events are kept of it.
CROWD = [
    ({"sessionId": "a1"}, 200, 1),
    ({"sessionId": "a1"}, 200, 0),
    ({"sessionId": "a2", "direction": "Outbound"}, 200, 0),
    ({"sessionId": "a3", "direction": "sideways"}, 400, 0),
    ({"sessionId": "a4", "callerNumber": "anonymous"}, 200, 1),
    ({"sessionId": "a5", "callerNumber": "12"}, 400, 0),
    ({"sessionId": "a6"}, 200, 1),
]
CALL = {
    "isActive": "1", "direction": "Inbound", "callerNumber": "+919812345678",
    "destinationNumber": "+919718397183",
}  # fmt: skip


def call(house: Any, said: dict[str, str]) -> int:
    return int(house.post(f"/missed-call/india/{house.secret}", **{**CALL, **said}).status_code)


@pytest.mark.parametrize("is_down", [False, True], ids=["database up", "database down"])
def test_in_a_crowd_each_webhook_gets_the_answer_that_it_would_get_alone(
    house: Any, monkeypatch: pytest.MonkeyPatch, eventually: Any, is_down: bool
) -> None:
    """One is held up while it writes; the others stand in line, and are read and written by one.

    With the database down the calls among them are spooled, a repeat of one as well.
    """
    handler, sizes = house.bridge.missed_call, []
    may_end, began = threading.Event(), threading.Event()
    write = handler._commitments.record_all

    def held_up(causes: Sequence[Cause]) -> Sequence[bool]:
        sizes.append(len(causes))
        began.set()
        assert may_end.wait(20)
        if is_down and len(sizes) > 1:
            raise DatabaseDown("gone")
        return list(write(causes))

    monkeypatch.setattr(handler._commitments, "record_all", held_up)
    with ThreadPoolExecutor(1 + len(CROWD)) as pool:
        first = pool.submit(call, house, {"sessionId": "a0"})
        assert began.wait(20)
        answers = []
        for place, (said, _, _) in enumerate(CROWD):
            answers.append(pool.submit(call, house, said))
            eventually(lambda place=place: len(handler._crowd._line) > place, 20)
        may_end.set()
        assert first.result() == 200
        assert [answer.result() for answer in answers] == [status for _, status, _ in CROWD]
    assert sizes == [1, 4]
    kept = sum(kept for _, _, kept in CROWD)
    assert house.count(inbound_event) == 1 + (0 if is_down else kept)
    assert house.bridge.spool.waiting() == (kept + 1 if is_down else 0)
