"""Several `flask worker` processes on one PostgreSQL: the vendor's ledger is the judge."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from models.database import DatabaseDown
from models.mt_message import mt_message
from outbound.outbox import NewMt
from settings_reading import load_settings
from state.keys import BELL
from telecom.msisdn import Msisdn
from telecom.statuses import MessageClass, MtStatus
from wiring import Bridge, build

ROOT = Path(__file__).parent.parent.parent
GATEWAYS = """
gateways:
  india:
    vendor: africastalking
    tps: {tps}
    country: IN
    username: sanket
    api_key: an-api-key-for-tests
    webhook_secret: a-secret-of-this-test-only
    base_url: {base_url}
"""
# By itself it would look once an hour.
NEVER_LOOKS = """
import outbound.feeder, outbound.worker
outbound.worker.DEAF_SECONDS = outbound.worker.IDLE_SECONDS = 3600.0
outbound.feeder.LONGEST_WAIT_SECONDS = 3600.0
"""
ROWS = 500
WORKERS = 3
THREADS = 4

pytestmark = [
    pytest.mark.debian("postgres", repeats=True),
    pytest.mark.parametrize("storage", ["postgresql"], indirect=True),
]


@dataclass
class Fleet:
    """Workers with a host's environment each, and the outbox that they share."""

    bridge: Bridge
    vendor: Any
    folder: Path
    environ: dict[str, str]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def promise(self, count: int, begins: int = 0) -> set[str]:
        """Enqueues so many SMS, each to an MSISDN of its own."""
        people = [f"+9198{number:08d}" for number in range(begins, begins + count)]
        with self.bridge.database.write() as conn:
            for to in people:
                new = NewMt(
                    gateway="india",
                    to=Msisdn.parse(to, "IN"),
                    text="Your answer",
                    message_class=MessageClass.RESULT,
                    dedupe_key=f"test:{to}",
                )
                assert self.bridge.outbox.enqueue(conn, new)
        return set(people)

    def start_worker(self, first: str = "") -> None:
        """`first`: Python that the process runs before anything else."""
        log = (self.folder / f"worker-{len(self.workers)}.log").open("wb")
        command = [sys.executable, "-c", f"{first}\nimport flask.cli\nflask.cli.main()"]
        command += ["--app", "app", "worker"]
        self.workers.append(
            subprocess.Popen(command, cwd=ROOT, env=self.environ, stdout=log, stderr=log)
        )

    def copies(self) -> Counter[str]:
        return Counter(taken.to for taken in self.vendor.ledger)

    def are_sent(self) -> bool:
        try:
            return self.statuses() == {MtStatus.SENT: ROWS}
        except DatabaseDown:
            return False

    def statuses(self) -> dict[str, int]:
        with self.bridge.database.read() as conn:
            query = select(mt_message.c.status, func.count()).group_by(mt_message.c.status)
            return {status: count for status, count in conn.execute(query)}  # noqa: C416

    def stop(self) -> None:
        for worker in self.workers:
            worker.terminate()
        for worker in self.workers:
            worker.wait(20)
        self.bridge.stop()


@pytest.fixture
def lease() -> str:
    """Seconds: short, so that what a killed worker held is free soon."""
    return "3"


@pytest.fixture
def tps() -> int:
    return 1000


@pytest.fixture
def fleet(
    tmp_path: Path, database_url: str, redis_url: str, vendor: Any, lease: str, tps: int
) -> Iterator[Fleet]:
    gateways = tmp_path / "gateways.yaml"
    gateways.write_text(GATEWAYS.format(base_url=vendor.base_url, tps=tps), encoding="utf-8")
    settings = {
        "BRIDGE_DEV": "1",
        "BRIDGE_VAR": str(tmp_path / "var"),
        "BRIDGE_DATABASE_URL": database_url,
        "BRIDGE_REDIS_URL": redis_url,
        "BRIDGE_GATEWAYS": str(gateways),
        "BRIDGE_LEASE_SECONDS": lease,
        "BRIDGE_SETTLE_SECONDS": lease,
        "BRIDGE_WORKER_THREADS": str(THREADS),
        "BRIDGE_PREFIX_PER_HOUR": "1000000",  # their callers stand in a row
        "BRIDGE_NEW_NUMBERS_PER_DAY": "1000000",
        "BRIDGE_DAY_BUDGET": "1000000 INR",
    }
    bridge = build(load_settings(settings), {})
    made = Fleet(bridge, vendor, tmp_path, os.environ | settings)
    yield made
    made.stop()


@pytest.mark.parametrize("lease", ["60"])  # on a busy machine a worker may stand still for 3 s
def test_many_workers_send_each_sms_once(fleet: Fleet, eventually: Any) -> None:
    people = fleet.promise(ROWS)
    for _ in range(WORKERS):
        fleet.start_worker()
    eventually(fleet.are_sent, 60)
    assert fleet.copies() == dict.fromkeys(people, 1)
    with fleet.bridge.database.read() as conn:
        assert conn.execute(select(func.max(mt_message.c.generation))).scalar_one() == 1


@pytest.mark.parametrize(("lease", "tps"), [("60", 25)])
def test_together_they_keep_to_the_messages_per_second(
    fleet: Fleet, eventually: Any, tps: int
) -> None:
    """By the vendor's clock. Requests that were late bunch up, so a second may have some more."""
    total = tps * 10
    for _ in range(WORKERS):
        fleet.start_worker()
    fleet.promise(total)
    eventually(lambda: len(fleet.vendor.ledger) == total, 90)
    came_at = sorted(heard.at for heard in fleet.vendor.heard)
    whole = came_at[-1] - came_at[0]
    print(f"{(total - 1) / whole:.2f} a second of {tps}")  # shown by pytest -s
    assert (total - 1) / whole <= tps * 1.05
    assert (total - 1) / whole >= tps * 0.6  # on a busy machine; a quiet one reaches 0.99
    for five in range(int(whole) - 4):
        begins = came_at[0] + five
        assert sum(begins <= at < begins + 5 for at in came_at) <= 5 * tps * 1.05 + tps
    attempts = select(func.sum(mt_message.c.attempts))
    with fleet.bridge.database.read() as conn:
        assert conn.execute(attempts).scalar_one() == total


def test_an_idle_worker_is_told_and_need_not_look(fleet: Fleet, eventually: Any) -> None:
    fleet.start_worker(NEVER_LOOKS)
    eventually(lambda: dict(fleet.bridge.redis.pubsub_numsub(BELL)).get(BELL.encode()), 30)
    for begins in range(5):  # it may look once more for the first, but not for all
        fleet.promise(1, begins)
        eventually(lambda so_many=begins + 1: len(fleet.vendor.ledger) == so_many, 30)


def test_a_worker_that_is_killed_loses_nothing(fleet: Fleet, eventually: Any) -> None:
    people = fleet.promise(ROWS)
    for _ in range(WORKERS):
        fleet.start_worker()
    for so_many, victim in ((50, 0), (200, 1)):
        eventually(lambda so_many=so_many: len(fleet.vendor.ledger) >= so_many, 30)
        fleet.workers[victim].kill()
        fleet.start_worker()
    eventually(fleet.are_sent, 60)
    copies = fleet.copies()
    assert set(copies) == people
    # Only what was in flight at a kill may go out again, and only once more.
    assert max(copies.values()) <= 2
    assert sum(copies.values()) - ROWS <= 2 * THREADS


def test_a_database_that_crashes_loses_nothing(
    fleet: Fleet, postgresql: Any, eventually: Any
) -> None:
    people = fleet.promise(ROWS)
    for _ in range(WORKERS):
        fleet.start_worker()
    eventually(lambda: len(fleet.vendor.ledger) >= 100, 30)
    postgresql.restart()
    eventually(fleet.are_sent, 60)
    copies = fleet.copies()
    assert set(copies) == people
    assert max(copies.values()) <= 2
    assert sum(copies.values()) - ROWS <= WORKERS * THREADS
    assert [worker.poll() for worker in fleet.workers] == [None] * WORKERS
