"""Whose database it is: left once, kept, and told to whoever has another key."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, text

from models.database import Database, DatabaseDown
from models.key_mark import KeyMark, OtherKey, key_mark
from models.sealing import Sealer
from models.shared_clock import OneClock
from outbound.outbox import NewMt, Outbox
from telecom.keyed_hash import KeyedHash, derive_key
from telecom.msisdn import Msisdn
from telecom.statuses import MessageClass

OURS, THEIRS = b"our secret of enough bytes", b"their secret of enough bytes"


class Standing:
    def now(self) -> datetime:
        return datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def outbox_of(secret: bytes) -> Outbox:
    return Outbox(Sealer(derive_key(secret, "sealing")), KeyedHash(secret), OneClock(Standing()))


def mark_of(database: Database, secret: bytes) -> KeyMark:
    proof = KeyedHash(secret, "key mark").of("sanket")
    return KeyMark(database, proof, outbox_of(secret).recipient, Standing().now)


def test_the_first_key_is_that_of_the_database(database: Database) -> None:
    ours, theirs = mark_of(database, OURS), mark_of(database, THEIRS)
    assert not ours.is_of_another()
    assert not theirs.is_of_another()
    ours.check()
    ours.check()
    with pytest.raises(OtherKey):
        theirs.check()
    assert not ours.is_of_another()
    assert theirs.is_of_another()


def test_of_many_that_come_first_one_wins(database: Database) -> None:
    def outcome(number: int) -> bool:
        try:
            mark_of(database, OURS if number % 2 else THEIRS).check()
        except OtherKey:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        came = list(pool.map(outcome, range(8)))
    assert came.count(True) == 4
    assert len({number % 2 for number, is_ours in enumerate(came) if is_ours}) == 1
    with database.read() as conn:
        assert conn.execute(select(func.count()).select_from(key_mark)).scalar_one() == 1


def test_a_database_filled_by_another_is_not_ours_because_we_came_first(database: Database) -> None:
    with database.write() as conn:
        new = NewMt(
            gateway="india",
            to=Msisdn.parse("+919812345678", "IN"),
            text="x",
            message_class=MessageClass.LINK,
            dedupe_key="a",
        )
        assert outbox_of(THEIRS).enqueue(conn, new)
    with pytest.raises(OtherKey):
        mark_of(database, OURS).check()
    mark_of(database, THEIRS).check()


def test_it_waits_for_a_database_that_is_not_there_yet(database: Database) -> None:
    with database.write() as conn:
        conn.execute(text("ALTER TABLE key_mark RENAME TO away"))
    mark, stop, came = mark_of(database, OURS), threading.Event(), threading.Event()
    with pytest.raises(DatabaseDown):
        mark.check()

    def wait() -> None:
        if mark.wait(stop):
            came.set()

    waiting = threading.Thread(target=wait)
    waiting.start()
    assert not came.wait(0.1)
    with database.write() as conn:
        conn.execute(text("ALTER TABLE away RENAME TO key_mark"))
    assert came.wait(20)
    waiting.join()


def test_who_is_stopped_while_he_waits_has_not_got_it(database: Database) -> None:
    stop = threading.Event()
    stop.set()
    assert not mark_of(database, OURS).wait(stop)
