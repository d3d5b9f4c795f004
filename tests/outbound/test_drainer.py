"""From the stream of turns to the table, each turn once: on both databases, with a real Redis."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from redis import Redis
from sqlalchemy import func, select

from menu.session import Session
from menu.turn_record import TurnRecord
from models import turn
from models.database import DatabaseDown
from models.shared_clock import OneClock
from outbound.drainer import Drainer
from state import turns
from state.connection import connect
from state.sessions import RedisSessions
from state.turns import TurnStream

RECORD = TurnRecord(
    session="ussd:1", origin="", caller="c" * 32, masked="+91********78", channel="ussd",
    gateway="india", turn=1, at=1763888400.25, menu_version=3, language="hi", begins=True,
    entry="*384*7#", said="", sealed=b"\x00\xff\\N\t\n", is_withheld=False, screen="home",
    outcome="open", effects=("link umang", "sms"), septets=160, ucs2=70, is_latin=True,
    region="IN-WB",
)  # fmt: skip


def record(number: int, **changes: Any) -> TurnRecord:
    return msgspec.structs.replace(RECORD, turn=number, **changes)


@dataclass
class Drain:
    """A stream with turns in it, and those who drain it into `world`'s database."""

    redis: Redis
    world: Any
    written: list[TurnRecord] = field(default_factory=list)

    def write(self, *records: TurnRecord | bytes) -> None:
        sessions = RedisSessions(self.redis)
        for number, each in enumerate(records):
            if isinstance(each, TurnRecord):
                self.written.append(each)
            encoded = each if isinstance(each, bytes) else msgspec.msgpack.encode(each)
            session = Session(menu_version=1, turn=1, screen="home", language="en")
            key = f"ussd:{number}-{self.redis.xlen('turns')}"
            sessions.save(key, session, expected_turn=0, ttl_seconds=60, turn=encoded)

    def drainer(self, taker: str = "here:1", *, most: int = 1000, days: int = 30) -> Drainer:
        stream = TurnStream(self.redis, taker)
        clock = OneClock(self.world.clock)
        return Drainer(
            stream, self.world.database, clock, kept=timedelta(days=days), most_together=most
        )

    def kept(self) -> list[TurnRecord]:
        with self.world.database.read() as conn:
            return turn.last_dialogues(conn, 1_000_000)


@pytest.fixture
def drain(redis: Redis, world: Any) -> Drain:
    return Drain(redis, world)


def test_what_was_written_is_what_is_kept(drain: Drain, redis: Redis) -> None:
    odd = record(
        2, begins=False, said="1", sealed=b"", is_withheld=True, effects=(), is_latin=False,
        screen="उमंग\\\t\n", region="", entry="", origin="ussd:0",
    )  # fmt: skip
    drain.write(RECORD, odd)
    assert drain.drainer().drain_some() == 2
    assert drain.kept() == [RECORD, odd]
    assert redis.xlen("turns") == 0
    assert drain.drainer().drain_some() == 0


def test_killed_between_commit_and_word_to_the_stream_nothing_is_doubled(
    drain: Drain, killed: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    drain.write(*map(record, range(5)))

    def die(*_: object) -> None:
        raise killed

    with monkeypatch.context() as patch:
        patch.setattr(TurnStream, "kept", die)
        with pytest.raises(killed):
            drain.drainer("dead:1", most=3).drain_some()
    assert len(drain.kept()) == 3
    drain.write(*map(record, range(5, 7)))
    monkeypatch.setattr(turns, "GONE_SECONDS", 0.0)
    heir = drain.drainer("heir:1")
    heir.drain_some()
    heir.tidy()
    assert drain.kept() == drain.written
    assert drain.redis.xlen("turns") == 0


def test_killed_before_the_commit_nothing_is_lost(
    drain: Drain, killed: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    drain.write(*map(record, range(3)))
    drain.world.database.failures, drain.world.database.failure = 1, killed
    with pytest.raises(killed):
        drain.drainer("dead:1").drain_some()
    assert drain.kept() == []
    monkeypatch.setattr(turns, "GONE_SECONDS", 0.0)
    drain.drainer("heir:1").tidy()
    assert drain.kept() == drain.written


def test_a_batch_of_which_half_is_there_adds_the_other_half(drain: Drain) -> None:
    with drain.world.database.write() as conn:
        turn.insert_new(conn, [((5, 0, "e"), record(1)), ((5, 1, "e"), record(2))])
    with drain.world.database.write() as conn:
        both = [((5, 1, "e"), record(9)), ((5, 1, "f"), record(3)), ((6, 0, "e"), record(4))]
        turn.insert_new(conn, both)
        turn.insert_new(conn, both)  # and what came before in this transaction stays
    assert drain.kept() == [record(1), record(2), record(3), record(4)]


def test_a_name_that_has_what_parts_columns_is_kept_as_it_is(drain: Drain) -> None:
    odd = [record(1, entry="a\x1fb"), record(2, screen="a\x1eb"), record(3, region="\r\n\\.")]
    drain.write(*odd)
    drain.drainer().drain_some()
    assert drain.kept() == odd


def test_an_emptied_redis_in_the_middle_doubles_and_stops_nothing(
    drain: Drain, redis: Redis
) -> None:
    drain.write(*map(record, range(3)))
    drainer = drain.drainer()
    drainer.drain_some()
    drain.write(record(99))
    redis.flushall()  # that one is lost: it may be
    drain.written.pop()
    drain.write(*map(record, range(3, 5)))
    assert drainer.drain_some() == 2
    assert drain.kept() == drain.written


def test_a_stream_that_was_trimmed_goes_on(
    drain: Drain, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    drain.write(*map(record, range(4)))
    drain.world.database.failures = 1
    with pytest.raises(DatabaseDown):
        drain.drainer("slow:1", most=2).drain_some()
    redis.xtrim("turns", maxlen=1, approximate=False)
    monkeypatch.setattr(turns, "GONE_SECONDS", 0.0)
    heir = drain.drainer("heir:1")
    assert heir.drain_some() == 1
    heir.tidy()
    assert drain.kept() == drain.written[3:]
    assert redis.xlen("turns") == 0


def test_what_cannot_be_read_holds_up_nothing(drain: Drain) -> None:
    drain.write(b"nonsense", record(1), msgspec.msgpack.encode([1, 2]), record(2))
    assert drain.drainer().drain_some() == 4
    assert drain.kept() == [record(1), record(2)]
    assert drain.redis.xlen("turns") == 0


def test_many_drain_together(drain: Drain) -> None:
    drain.write(*map(record, range(300)))

    def work(number: int) -> None:
        drainer = drain.drainer(f"host:{number}", most=7)
        while drainer.drain_some():
            pass

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert sorted(each.turn for each in drain.kept()) == list(range(300))


def test_old_turns_are_deleted(drain: Drain, monkeypatch: pytest.MonkeyPatch) -> None:
    now = int(drain.world.clock.now().timestamp() * 1000)
    day = 86_400_000
    monkeypatch.setattr("outbound.drainer.MOST_DELETED", 2)
    ages = [40 * day, 31 * day, 30 * day + 1, 30 * day, 29 * day, 0]
    with drain.world.database.write() as conn:
        turn.insert_new(
            conn, [((now - age, 0, "e"), record(place)) for place, age in enumerate(ages)]
        )
    drain.drainer().tidy()
    assert [each.turn for each in drain.kept()] == [3, 4, 5]
    drain.drainer(days=29).tidy()
    assert [each.turn for each in drain.kept()] == [4, 5]


def test_the_last_dialogues_are_read_in_their_order(
    drain: Drain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn, "_MOST_READ", 3)
    begins = [True, False, True, False, False, True, False, False]
    with drain.world.database.write() as conn:
        rows = [record(place, begins=begun) for place, begun in enumerate(begins)]
        ids = [(5 + place // 3, place % 3, "e") for place in range(len(rows))]
        turn.insert_new(conn, list(zip(ids, rows, strict=True)))
        for count, first in ((1, 5), (2, 2), (3, 0), (9, 0)):
            assert [each.turn for each in turn.last_dialogues(conn, count)] == list(range(first, 8))


def test_it_works_until_it_is_told_to_stop_whatever_is_gone(
    drain: Drain, unused_socket: str, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    """Its waits are cut short here; a stop that comes after the third of them ends it."""
    waits: list[float] = []

    class Stop(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            waits.append(timeout or 0.0)
            if len(waits) == 3:
                self.set()
            return self.is_set()

    drain.write(*map(record, range(3)))
    drain.world.database.failures = 1
    monkeypatch.setattr(turns, "GONE_SECONDS", 0.0)
    caplog.set_level(logging.INFO)
    drain.drainer().run(Stop())
    assert waits == [5.0, 1.0, 1.0]
    assert drain.kept() == drain.written
    waits.clear()
    gone = TurnStream(connect(f"unix://{unused_socket}"), "here:1")
    clock = OneClock(drain.world.clock)
    Drainer(gone, drain.world.database, clock, kept=timedelta(days=1)).run(Stop())
    assert waits == [5.0, 5.0, 5.0]


def test_a_database_that_is_gone_in_the_middle_of_a_copy_is_told(drain: Drain) -> None:
    drain.write(record(1))
    drain.world.database.failures = 1
    with pytest.raises(DatabaseDown):
        drain.drainer().drain_some()
    with drain.world.database.read() as conn:
        assert conn.execute(select(func.count()).select_from(turn.turn)).scalar_one() == 0
