"""A turn of many messages: ends and intents in one statement, each as if it were alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Connection, insert, select, update

from models import mt_turns
from models.database import Database
from models.mt_message import NewRow, mt_message
from models.mt_message import insert as insert_mt
from models.mt_moves import Claim, Way
from models.send_attempt import send_attempt
from telecom.statuses import MessageClass, MtStatus
from tests.models.held import FUTURE, HELD, NOW, PAST

S = MtStatus
WAY = Way(gateway="at-in", sender_id="SANKET")


def held(name: str, generation: int = 1) -> Claim:
    return replace(HELD, id=name, generation=generation)


def put(conn: Connection, name: str, status: MtStatus, generation: int = 1) -> None:
    """A row in this status; if it is submitted, with the attempt of generation 1."""
    new = NewRow(
        id=name,
        ref=f"ref-{name}",
        dedupe_key=f"link:{name}",
        message_class=MessageClass.LINK,
        to_hash="h1",
        to_sealed=b"to",
        body_sealed=b"body",
        sender_id=None,
        gateway="at-ke",
        not_before=PAST,
        expires_at=FUTURE,
        link_id=None,
        inbound_event_id=None,
        resend_of=None,
        created_at=PAST,
    )
    assert insert_mt(conn, new)
    conn.execute(
        update(mt_message)
        .where(mt_message.c.id == name)
        .values(status=status, generation=generation, owner="w1", lease_until=FUTURE)
    )
    if status is S.SUBMITTED:
        begun = {"mt_id": name, "generation": 1, "started_at": PAST, "late": False}
        conn.execute(insert(send_attempt).values(gateway="at-ke", **begun))


def test_each_fares_as_if_it_were_alone(database: Database) -> None:
    with database.write() as conn:
        put(conn, "ended", S.SUBMITTED)
        put(conn, "moved on", S.SUBMITTED, generation=2)
        put(conn, "wanted", S.CLAIMED)
        put(conn, "lost", S.CLAIMED, generation=2)
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
        put(conn, "m1", S.SUBMITTED)
        begun = {"mt_id": "m1", "generation": 2, "started_at": PAST, "late": False}
        conn.execute(insert(send_attempt).values(gateway="at-ke", **begun))
        conn.execute(update(mt_message).values(generation=2))
        turned = mt_turns.turn(conn, both, {}, now=NOW, lease_until=FUTURE)
        row = conn.execute(select(mt_message.c.status, mt_message.c.sent_at)).one()
        attempts = conn.execute(
            select(send_attempt.c.outcome, send_attempt.c.gateway_message_id).order_by("id")
        ).all()
    assert row == (S.SENT, NOW)
    assert turned.settled == frozenset({"m1"})
    assert [tuple(one) for one in attempts] == [("accepted", "at-1"), ("accepted", "at-2")]


@pytest.mark.parametrize("before", [S.SUBMITTED, S.CLAIMED])
def test_one_message_may_end_and_be_wanted_in_one_turn(
    database: Database, before: MtStatus
) -> None:
    """The late reply of its first worker cancels what the second one wants."""
    with database.write() as conn:
        put(conn, "m1", S.SUBMITTED)
        conn.execute(update(mt_message).values(status=before, generation=2))
        turned = mt_turns.turn(
            conn, {held("m1"): "at-1"}, {held("m1", 2): WAY}, now=NOW, lease_until=FUTURE
        )
        row = conn.execute(select(mt_message.c.status, mt_message.c.submissions)).one()
    assert not turned.written
    assert row == (S.SENT, 0)
