"""kill -9 at every point of a send: what is left behind, and what the handset gets in the end."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from sqlalchemy import update

from models.mt_message import mt_message
from telecom.statuses import MessageClass, MtStatus

if TYPE_CHECKING:
    from tests.outbound.conftest import World

S = MtStatus
LINK, OTP = MessageClass.LINK, MessageClass.OTP


def after_claim(world: World, _killed: type[BaseException]) -> None:
    world.first.claim()


def after_intent(world: World, killed: type[BaseException]) -> None:
    world.gateway.script.append("killed before")
    with pytest.raises(killed):
        world.send_due()


def after_send(world: World, killed: type[BaseException]) -> None:
    world.gateway.script.append("killed after")
    with pytest.raises(killed):
        world.send_due()


def before_record(world: World, killed: type[BaseException]) -> None:
    (claim,) = world.first.claim()
    intent = world.first.write_intent(claim)
    assert intent is not None
    outcome = world.first.call(intent)
    world.database.failures, world.database.failure = 1, killed
    with pytest.raises(killed):
        world.first.record(intent, outcome)


def after_record(world: World, _killed: type[BaseException]) -> None:
    world.send_due()


@pytest.mark.parametrize(
    ("crash", "message_class", "left", "ended", "copies"),
    [
        (after_claim, LINK, S.CLAIMED, S.SENT, 1),
        (after_claim, OTP, S.CLAIMED, S.SENT, 1),
        (after_intent, LINK, S.SUBMITTED, S.SENT, 1),
        (after_intent, OTP, S.SUBMITTED, S.UNKNOWN_FINAL, 0),
        (after_send, LINK, S.SUBMITTED, S.SENT, 2),
        (after_send, OTP, S.SUBMITTED, S.UNKNOWN_FINAL, 1),
        (before_record, LINK, S.SUBMITTED, S.SENT, 2),
        (before_record, OTP, S.SUBMITTED, S.UNKNOWN_FINAL, 1),
        (after_record, LINK, S.SENT, S.SENT, 1),
        (after_record, OTP, S.SENT, S.SENT, 1),
    ],
)
def test_the_crash_points(
    world: World,
    killed: type[BaseException],
    crash: Callable[[World, type[BaseException]], None],
    message_class: MessageClass,
    left: MtStatus,
    ended: MtStatus,
    copies: int,
) -> None:
    mt_id = world.enqueue(message_class)
    crash(world, killed)
    assert world.status(mt_id) is left
    world.first = world.dispatcher("w2")
    world.live_on(200)
    assert (world.status(mt_id), world.copies(mt_id)) == (ended, copies)


# A real process with the real clock; it dies by its own hand at the named point.
DOOMED: Final = """
import os, signal, sys, time
from pathlib import Path
from models.database import Database
from models.sealing import Sealer
from models.shared_clock import DatabaseClock
from outbound.dispatcher import Dispatcher
from outbound.outbox import Outbox
from telecom.clock import SystemClock
from telecom.keyed_hash import KeyedHash
from telecom.replies import Accepted

url, point, ledger = sys.argv[1:]

def die(here):
    if here == point:
        os.kill(os.getpid(), signal.SIGKILL)

class Gateway:
    def send(self, mt):
        die("after intent")
        with Path(ledger).open("a") as file:
            file.write(mt.ref + "\\n")
        die("after send")
        return Accepted(gateway_message_id="g1")

host_clock = SystemClock()
clock = DatabaseClock(host_clock)
dispatcher = Dispatcher(
    Database(url),
    Outbox(Sealer(b"k" * 32), KeyedHash(b"a test secret of enough bytes"), clock),
    {"at-ke": Gateway()},
    clock=clock, host_clock=host_clock, monotonic=time.monotonic, owner="doomed",
)
(claim,) = dispatcher.claim()
die("after claim")
dispatcher.submit(claim)
"""


@pytest.mark.parametrize(
    ("point", "left", "ended", "copies"),
    [
        ("after claim", S.CLAIMED, S.SENT, 1),
        ("after intent", S.SUBMITTED, S.SENT, 1),
        ("after send", S.SUBMITTED, S.SENT, 2),
    ],
)
def test_a_real_kill(
    world: World, tmp_path: Path, point: str, left: MtStatus, ended: MtStatus, copies: int
) -> None:
    mt_id = world.enqueue(MessageClass.RESULT)
    with world.database.write() as conn:  # due, whatever the real clock says
        always = {"not_before": datetime(2020, 1, 1, tzinfo=UTC)}
        always["expires_at"] = datetime(2120, 1, 1, tzinfo=UTC)
        conn.execute(update(mt_message).values(**always))
    ledger = tmp_path / "ledger"
    ledger.touch()
    doomed = subprocess.run(
        [sys.executable, "-c", DOOMED, world.url, point, str(ledger)],
        cwd=Path(__file__).parents[2],
        timeout=60,
        check=False,
    )
    assert doomed.returncode == -signal.SIGKILL
    row = world.row(mt_id)
    assert row.status is left
    if row.lease_until is not None:
        world.clock.pass_seconds((row.lease_until - world.clock.now()).total_seconds())
    world.live_on(200)
    assert world.status(mt_id) is ended
    assert len(ledger.read_text().splitlines()) + world.copies(mt_id) == copies
