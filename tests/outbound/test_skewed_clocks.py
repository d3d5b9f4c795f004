"""Hosts whose clocks are ten minutes apart share one PostgreSQL: its clock decides, not theirs."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import update

from models.database import Database
from models.mt_message import mt_message
from models.sealing import Sealer
from models.shared_clock import DatabaseClock
from outbound.dispatcher import Dispatcher
from outbound.outbox import NewMt, Outbox
from outbound.reaper import Reaper
from outbound.worker import Worker
from telecom.clock import SystemClock
from telecom.keyed_hash import KeyedHash
from telecom.msisdn import Msisdn
from telecom.replies import Accepted, MtSms
from telecom.statuses import POLICIES, MessageClass, MtStatus

if TYPE_CHECKING:
    from tests.outbound.conftest import World

pytestmark = [
    pytest.mark.debian("postgres"),
    pytest.mark.parametrize("storage", ["postgresql"], indirect=True),
]
SKEW = timedelta(minutes=10)
MANY = 200


class WrongClock:
    def __init__(self, is_ahead: timedelta) -> None:
        self._is_ahead = is_ahead

    def now(self) -> datetime:
        return SystemClock().now() + self._is_ahead


class Host:
    """One machine's outbox, dispatcher and reaper, under its own wrong clock."""

    def __init__(
        self, name: str, is_ahead: timedelta, database: Database, ledger: list[str]
    ) -> None:
        self.clock = WrongClock(is_ahead)
        self.ledger = ledger
        self.lives: list[float] = []
        self.shared = shared = DatabaseClock(self.clock)
        self.outbox = Outbox(Sealer(b"k" * 32), KeyedHash(b"a secret of enough bytes"), shared)
        self.reaper = Reaper(database, shared)
        self.dispatcher = Dispatcher(
            database,
            self.outbox,
            {"at-ke": self},
            clock=shared,
            host_clock=self.clock,
            monotonic=time.monotonic,
            owner=name,
        )

    def prepare(self) -> None: ...

    def send(self, mt: MtSms) -> Accepted:
        self.lives.append((mt.expires_at - self.clock.now()).total_seconds())
        self.ledger.append(mt.ref)
        return Accepted(gateway_message_id=mt.ref)


class Hosts:
    def __init__(self, world: World) -> None:
        self.world = world
        self.ledger: list[str] = []
        self.slow = Host("slow", -SKEW, world.database, self.ledger)
        self.fast = Host("fast", SKEW, world.database, self.ledger)

    @property
    def both(self) -> tuple[Host, Host]:
        return self.slow, self.fast

    def promise(self, host: Host, message_class: MessageClass = MessageClass.LINK) -> str:
        with self.world.database.write() as conn:
            new = NewMt(
                gateway="at-ke",
                to=Msisdn.parse("+254711000111", "KE"),
                text="Your link",
                message_class=message_class,
                dedupe_key=f"test:{len(self.world.rows())}",
            )
            mt_id = host.outbox.enqueue(conn, new)
        assert mt_id is not None
        return mt_id

    def end_leases(self) -> None:
        with self.world.database.write() as conn:
            # Each host's idea of the database's clock is some milliseconds off.
            over = self.slow.shared.now(conn) - timedelta(seconds=0.1)
            conn.execute(update(mt_message).values(lease_until=over))


@pytest.fixture
def hosts(world: World) -> Hosts:
    return Hosts(world)


@pytest.mark.parametrize("message_class", list(MessageClass))
@pytest.mark.parametrize(("promises", "sends"), [(0, 1), (1, 0), (0, 0), (1, 1)])
def test_what_one_promises_any_sends_at_once_and_as_long_as_it_lives(
    hosts: Hosts, message_class: MessageClass, promises: int, sends: int
) -> None:
    mt_id = hosts.promise(hosts.both[promises], message_class)
    for host in hosts.both:
        assert host.reaper.sweep() == 0
    sender = hosts.both[sends]
    (claim,) = sender.dispatcher.claim()
    sender.dispatcher.submit(claim)
    assert hosts.world.status(mt_id) is MtStatus.SENT
    # What the vendor is told of its life (Twilio's ValidityPeriod) is true, too.
    assert sender.lives == [pytest.approx(POLICIES[message_class].life_seconds, abs=5)]


@pytest.mark.parametrize("holder", [0, 1])
@pytest.mark.parametrize("has_called", [False, True])
def test_a_lease_holds_against_the_other_and_ends_for_both(
    hosts: Hosts, holder: int, has_called: bool
) -> None:
    mt_id = hosts.promise(hosts.slow)
    mine, other = hosts.both[holder].dispatcher, hosts.both[1 - holder]
    (claim,) = mine.claim()
    intent = mine.write_intent(claim) if has_called else None
    assert other.reaper.sweep() == 0
    assert other.dispatcher.claim() == []
    hosts.end_leases()
    assert other.reaper.sweep() == 1
    assert hosts.world.status(mt_id) is (MtStatus.UNKNOWN if has_called else MtStatus.QUEUED)
    assert hosts.both[holder].reaper.sweep() == 0  # nor is what is unknown settled early
    assert mine.write_intent(claim) is None
    assert (intent is not None) is has_called


def test_two_workers_at_once_send_each_once(hosts: Hosts, eventually: Any) -> None:
    for number in range(MANY):
        hosts.promise(hosts.both[number % 2], MessageClass.OTP)
    stop = threading.Event()
    workers = [
        Worker(host.dispatcher, host.reaper, hosts.world.traffic, threads=2) for host in hosts.both
    ]
    threads = [threading.Thread(target=worker.run, args=(stop,)) for worker in workers]
    threads += [threading.Thread(target=_sweep, args=(host, stop)) for host in hosts.both]
    for thread in threads:
        thread.start()
    try:
        eventually(lambda: len(hosts.ledger) >= MANY, 30)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    rows = hosts.world.rows()
    assert {row.status for row in rows} == {MtStatus.SENT}
    assert {row.generation for row in rows} == {1}  # no claim was ever taken over
    assert sorted(hosts.ledger) == sorted(str(row.ref) for row in rows)
    assert all(host.lives for host in hosts.both)


def _sweep(host: Host, stop: threading.Event) -> None:
    while not stop.wait(0.01):
        host.reaper.sweep()
