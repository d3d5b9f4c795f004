"""A turn of many messages: ends and intents in one statement, each as if it were alone."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import Connection, insert, select, text

from models import mt_turns
from models.database import Database
from models.mt_message import mt_message
from models.mt_moves import Claim, Way
from models.send_attempt import send_attempt
from telecom.statuses import MtStatus
from tests.models.held import FUTURE, HELD, NOW, PAST, put

S = MtStatus
WAY = Way(gateway="at-in", sender_id="SANKET")


def held(name: str, generation: int = 1) -> Claim:
    return replace(HELD, id=name, generation=generation)


def begin(conn: Connection, name: str, generation: int = 1) -> None:
    """The attempt of this generation."""
    begun = {"mt_id": name, "generation": generation, "started_at": PAST, "late": False}
    conn.execute(insert(send_attempt).values(gateway="at-ke", **begun))


def test_each_fares_as_if_it_were_alone(database: Database) -> None:
    with database.write() as conn:
        put(conn, S.SUBMITTED, "ended")
        put(conn, S.SUBMITTED, "moved on", generation=2)
        put(conn, S.CLAIMED, "wanted")
        put(conn, S.CLAIMED, "lost", generation=2)
        begin(conn, "ended")
        begin(conn, "moved on")
        turned = mt_turns.turn(
            conn,
            {held("ended"): "at-1", held("moved on"): "at-2"},
            {held("wanted"): WAY, held("lost"): WAY},
            now=NOW,
            lease_until=FUTURE,
        )
        message, attempt = mt_message.c, send_attempt.c
        messages = conn.execute(
            select(message.id, message.status, message.evidence, message.gateway_message_id)
        ).all()
        attempts = conn.execute(
            select(attempt.mt_id, attempt.outcome, attempt.late, attempt.gateway_message_id)
        ).all()
    assert (turned.settled, turned.early) == (frozenset({"ended"}), frozenset())
    assert set(turned.written) == {"wanted"}
    assert sorted(messages) == [
        ("ended", S.SENT, "reply", "at-1"),
        ("lost", S.CLAIMED, None, None),
        ("moved on", S.SENT, "late_reply", "at-2"),
        ("wanted", S.SUBMITTED, None, None),
    ]
    assert sorted(map(tuple, attempts)) == [
        ("ended", "accepted", False, "at-1"),
        ("moved on", "accepted", True, "at-2"),
        ("wanted", None, False, None),
    ]


@pytest.mark.parametrize("late_first", [True, False])
def test_two_calls_of_one_message_may_end_in_one_turn(database: Database, late_first: bool) -> None:
    both = {held("m1"): "at-1", held("m1", 2): "at-2"}
    if not late_first:
        both = dict(reversed(both.items()))
    with database.write() as conn:
        put(conn, S.SUBMITTED, "m1", generation=2)
        begin(conn, "m1", 1)
        begin(conn, "m1", 2)
        turned = mt_turns.turn(conn, both, {}, now=NOW, lease_until=FUTURE)
        row = conn.execute(select(mt_message.c.status, mt_message.c.sent_at)).one()
        attempts = conn.execute(
            select(send_attempt.c.outcome, send_attempt.c.gateway_message_id).order_by("id")
        ).all()
    assert row == (S.SENT, NOW)
    assert turned.settled == frozenset({"m1"})
    assert [tuple(one) for one in attempts] == [("accepted", "at-1"), ("accepted", "at-2")]


def test_one_message_may_end_and_be_wanted_in_one_turn(database: Database) -> None:
    """The late reply of its first worker cancels what the second one wants."""
    with database.write() as conn:
        put(conn, S.CLAIMED, "m1", generation=2)
        begin(conn, "m1")
        turned = mt_turns.turn(
            conn, {held("m1"): "at-1"}, {held("m1", 2): WAY}, now=NOW, lease_until=FUTURE
        )
        row = conn.execute(select(mt_message.c.status, mt_message.c.submissions)).one()
    assert not turned.written
    assert row == (S.SENT, 0)


@pytest.mark.debian("postgres", repeats=True)
@pytest.mark.parametrize("storage", ["postgresql"], indirect=True)
@pytest.mark.parametrize("what", ["ends", "intents"])
def test_turns_hold_no_row_while_they_wait_for_an_earlier_one(
    database: Database, eventually: Callable[[Callable[[], object], float], None], what: str
) -> None:
    """Or two of them, that name the same rows in another order, would wait for each other."""
    claims = [held("m2"), held("m1")]
    ends = dict.fromkeys(claims, None) if what == "ends" else {}
    wanted = dict.fromkeys(claims, WAY) if what == "intents" else {}
    with database.write() as conn:
        for claim in claims:
            put(conn, S.SUBMITTED if ends else S.CLAIMED, claim.id)

    def waits() -> bool:
        with database.read() as conn:
            return bool(conn.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))

    def turn() -> mt_turns.Turned:
        with database.put() as conn:
            return mt_turns.turn(conn, ends, wanted, now=NOW, lease_until=FUTURE)

    with ThreadPoolExecutor(1) as pool:
        with database.write() as conn:
            lock = text("SELECT id FROM mt_message WHERE id = :id FOR UPDATE SKIP LOCKED")
            assert conn.scalar(lock, {"id": "m1"})
            turning = pool.submit(turn)
            eventually(waits, 10)
            assert conn.scalar(lock, {"id": "m2"}) == "m2"
        turned = turning.result(30)
    assert set(turned.settled or turned.written) == {"m1", "m2"}
