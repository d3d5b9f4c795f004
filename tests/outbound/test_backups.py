"""Backups of a bridge that runs, and what is sent after one was restored: on both databases."""

from __future__ import annotations

import json
import os
import shutil
import tarfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text

from models import backup_postgresql, bulk, do_not_disturb, migrate, spend
from models.backup_file import BackupFault, read
from models.database import Database
from models.mt_message import mt_message
from models.outbox_act import outbox_act
from models.shared_clock import OneClock
from models.spend import Counter, Counts, Sum, Trip
from outbound.backups import Backups, Restored
from outbound.desk import Desk, Who
from outbound.receipts import Receipts
from telecom.events import DeliveryReport
from telecom.keyed_hash import KeyedHash
from telecom.statuses import DlrStatus, MessageClass, MtStatus

World = Any
ASHA = Who(by="asha", note="drill")
KEY = b"a test secret of enough bytes"

pytestmark = pytest.mark.usefixtures("storage")


@pytest.fixture
def new_backups() -> Callable[..., Backups]:
    """Each is a process of its own: those before it have ended."""
    opened: list[Database] = []

    def make(world: World, url: str | None = None, key: bytes = KEY) -> Backups:
        where = url or world.url
        for earlier in opened:
            earlier.dispose()
        database = Database(where)
        opened.append(database)
        proof = KeyedHash(key, "backup")
        return Backups(where, database, world.outbox, OneClock(world.clock), proof, lambda _: None)

    return make


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "drill.backup"


def restore(backups: Backups, file: Path, **how: bool) -> Restored:
    how = {"replaces": False, "nothing_sent_since": False} | how
    return backups.restore(file, ASHA, **how, progress=lambda _: None)


def move_to(world: World, url: str) -> Desk:
    """The world goes on with another database."""
    world.database.dispose()
    world.database = type(world.database)(url)
    world.reaper = type(world.reaper)(world.database, OneClock(world.clock))
    world.first = world.dispatcher("after")
    hasher, shared = KeyedHash(KEY), OneClock(world.clock)
    return Desk(
        world.database, world.outbox, hasher, shared, settle_seconds=60, gateways=lambda: None
    )


CLASSES = list(MessageClass)


def test_nothing_is_sent_twice_after_a_restore(
    world: World, empty_database_url: str, new_backups: Any, file: Path
) -> None:
    """A backup in the middle of sending; the rest is sent; restored; resumed by a human."""
    world.gateway.script.extend(["reply lost", "refuse", "lost on the way"])
    ids = [world.enqueue(CLASSES[n % 5], key=f"k{n}") for n in range(40)]
    worker = world.dispatcher("w")
    world.send_due(worker)
    claims = worker.claim()
    for claim in claims[:4]:
        worker.submit(claim)
    worker.call(worker.write_intent(claims[4]))  # submitted: killed before it is recorded
    made = new_backups(world).make(file, lambda _: None)
    assert made.counts["mt_message"] == 40
    for claim in claims[5:]:
        worker.submit(claim)
    world.clock.pass_seconds(61)
    while world.send_due():
        world.reaper.sweep()
    sent = dict(world.gateway.ledger)
    assert len(sent) >= 38
    restored = restore(new_backups(world, empty_database_url), file)
    assert restored.has_opened
    assert restored.doubted >= 40 - 14
    desk = move_to(world, empty_database_url)
    world.live_on()
    assert dict(world.gateway.ledger) == sent  # paused
    overview = desk.overview()
    assert [pause.gateway for pause in overview.pauses] == ["*"]
    assert overview.restored is not None
    assert f"{restored.doubted} SMS are in doubt. drill" in overview.restored.note
    desk.resume(None, ASHA)
    world.live_on(seconds=25 * 3600, step=611)
    assert dict(world.gateway.ledger) == sent
    ended = {world.status(mt_id) for mt_id in ids}
    assert ended == {MtStatus.SENT, MtStatus.UNKNOWN_FINAL}
    new = world.enqueue(key="after the restore")
    world.send_due()
    assert world.status(new) is MtStatus.SENT


def test_limits_and_lists_and_an_open_breaker_are_in_it(
    world: World, empty_database_url: str, new_backups: Any, file: Path
) -> None:
    """What was spent counts on, who is listed gets nothing, and nobody re-arms by restoring."""
    now = world.clock.now()
    counter = Counter(f"{now:%Y-%m-%d}", Counts.SPENT, "at-ke", "KE", "umang", "KES")
    with world.database.write() as conn:
        shard = spend.take_shard(conn)
        bulk.make_all(conn, [spend.raised({counter: Sum(3, 4_000_000)}, shard)])
        assert spend.trip(conn, Trip(scope="", generation=1, tripped_at=now, why="10 KES a day"))
        assert do_not_disturb.add(conn, ["somebody's hash"], now) == 1
    made = new_backups(world).make(file, lambda _: None)
    assert [made.counts[name] for name in ("spend_counter", "spend_trip", "do_not_disturb")] == [
        1
    ] * 3
    restore(new_backups(world, empty_database_url), file)
    with Database(empty_database_url).write() as conn:
        assert spend.spent(conn, counter.period) == [(counter, Sum(3, 4_000_000))]
        assert [trip.why for trip in spend.open_trips(conn)] == ["10 KES a day"]
        assert do_not_disturb.add(conn, ["somebody's hash"], now) == 0


def test_a_report_still_finds_what_was_sent_after_the_backup(
    world: World, empty_database_url: str, new_backups: Any, file: Path
) -> None:
    mt_id = world.enqueue()
    new_backups(world).make(file, lambda _: None)
    world.send_due()
    restore(new_backups(world, empty_database_url), file)
    move_to(world, empty_database_url)
    report = DeliveryReport(
        gateway="at-ke",
        gateway_message_id="g1",
        status=DlrStatus.DELIVERED,
        vendor_status="Success",
        reason=None,
    )
    Receipts(world.database, OneClock(world.clock)).take(report, world.row(mt_id).ref)
    assert world.status(mt_id) is MtStatus.DELIVERED


def test_a_bridge_that_was_stopped_before_goes_on_where_it_was(
    world: World, empty_database_url: str, new_backups: Any, file: Path
) -> None:
    ids = [world.enqueue(MessageClass.BULK, key=f"k{n}") for n in range(3)]
    new_backups(world).make(file, lambda _: None)
    restored = restore(new_backups(world, empty_database_url), file, nothing_sent_since=True)
    assert restored.doubted == 0
    desk = move_to(world, empty_database_url)
    assert world.send_due() == 0
    desk.resume(None, ASHA)
    assert world.send_due() == 3
    assert [world.copies(mt_id) for mt_id in ids] == [1, 1, 1]


def test_a_copy_is_of_one_moment_while_others_write(
    world: World, empty_database_url: str, new_backups: Any, file: Path
) -> None:
    stop = threading.Event()
    written: list[str] = []

    def write() -> None:
        while not stop.is_set():
            written.append(world.enqueue(key=f"k{len(written)}"))
            world.send_due(world.dispatcher("w", batch=1))

    writer = threading.Thread(target=write)
    writer.start()
    said: list[str] = []
    try:
        while len(written) < 20:
            stop.wait(0.01)
        before = len(written)
        made = new_backups(world).make(file, said.append)
    finally:
        stop.set()
        writer.join()
    assert before <= made.counts["mt_message"] <= len(written)
    assert len(written) > made.counts["mt_message"] or len(written) > before
    assert said[-1] == "writing"
    restore(new_backups(world, empty_database_url), file)
    move_to(world, empty_database_url)
    with world.database.read() as conn:
        count = conn.execute(select(func.count()).select_from(mt_message)).scalar_one()
    assert count == made.counts["mt_message"]


def test_the_file_says_what_is_in_it_and_is_its_owners(
    world: World, new_backups: Any, file: Path
) -> None:
    world.enqueue()
    made = new_backups(world).make(file, lambda _: None)
    assert file.stat().st_mode & 0o777 == 0o600
    with tarfile.open(file) as tar:
        assert tar.getnames() == ["manifest.json", "database"]
        manifest = json.loads(tar.extractfile("manifest.json").read())  # type: ignore[union-attr]
    assert manifest["schema"] == migrate.head()
    assert manifest["made_at"] == "2026-11-23T09:00:00+00:00"
    assert manifest["counts"]["inbound_event"] == 0
    assert read(file) == made
    assert world.msisdn.e164.encode() not in file.read_bytes()
    assert [path.name for path in file.parent.glob(".*")] == []
    with pytest.raises(BackupFault, match="is there already"):
        new_backups(world).make(file, lambda _: None)


def test_what_is_there_is_not_thrown_away_unless_told(
    world: World, new_backups: Any, file: Path
) -> None:
    world.enqueue(key="kept")
    new_backups(world).make(file, lambda _: None)
    world.enqueue(key="later")
    world.database.dispose()
    with pytest.raises(BackupFault, match="--replace throws away"):
        restore(new_backups(world), file)
    assert len(world.rows()) == 2
    world.database.dispose()
    restore(new_backups(world), file, replaces=True)
    restore(new_backups(world), file, replaces=True)
    assert [row.dedupe_key for row in world.rows()] == ["kept"]
    with world.database.read() as conn:
        columns = outbox_act.c
        acts = conn.execute(select(columns.by, columns.deed).order_by(columns.id))
        assert [tuple(row) for row in acts] == [("asha", "restored"), ("asha", "paused")]


def test_an_older_schema_is_brought_up_to_date(
    world: World, empty_database_url: str, new_backups: Any, file: Path
) -> None:
    mt_id = world.enqueue()
    world.database.dispose()
    migrate.downgrade(world.url, "0003")
    assert new_backups(world).make(file, lambda _: None).schema == "0003"
    restore(new_backups(world, empty_database_url), file)
    assert migrate.current(empty_database_url) == migrate.head()
    desk = move_to(world, empty_database_url)
    assert desk.pauses()
    assert world.status(mt_id) is MtStatus.UNKNOWN


def test_what_is_refused_changes_nothing(
    world: World, empty_database_url: str, new_backups: Any, file: Path, tmp_path: Path
) -> None:
    backups = new_backups(world, empty_database_url)
    with pytest.raises(BackupFault, match="the database is empty"):
        backups.make(file, lambda _: None)
    world.enqueue()
    new_backups(world).make(file, lambda _: None)
    with pytest.raises(BackupFault, match="another BRIDGE_SECRET_KEY"):
        restore(new_backups(world, empty_database_url, b"another secret of enough bytes"), file)
    whole = file.read_bytes()
    for name, damaged, why in (
        ("cut", whole[: len(whole) // 2], "damaged"),
        ("flipped", whole[:9000] + bytes([whole[9000] ^ 1]) + whole[9001:], "SHA-256"),
        ("other", b"not a tar at all" * 99, "no backup of ours"),
        ("newer", whole.replace(f'"{migrate.head()}"'.encode(), b'"9999"'), "9999, which this"),
        ("format", whole.replace(b'"format": 1', b'"format": 2'), "made by a newer program"),
    ):
        path = tmp_path / name
        path.write_bytes(damaged)
        with pytest.raises(BackupFault, match=why):
            restore(backups, path)
    with pytest.raises(BackupFault, match="No such file"):
        restore(backups, tmp_path / "missing")
    assert migrate.current(empty_database_url) is None


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
def test_a_backup_is_of_its_kind_of_database(world: World, new_backups: Any, file: Path) -> None:
    new_backups(world).make(file, lambda _: None)
    other = new_backups(world, "postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(BackupFault, match="is of sqlite, and BRIDGE_DATABASE_URL of postgresql"):
        restore(other, file)


@pytest.mark.debian("postgres", repeats=True)
@pytest.mark.parametrize("storage", ["postgresql"], indirect=True)
def test_a_bridge_that_still_runs_is_noticed(world: World, new_backups: Any, file: Path) -> None:
    new_backups(world).make(file, lambda _: None)
    world.rows()
    with pytest.raises(BackupFault, match="still running, with 1 connection"):
        restore(new_backups(world), file, replaces=True)


@pytest.mark.debian("postgres", repeats=True)
@pytest.mark.parametrize("storage", ["postgresql"], indirect=True)
def test_a_restore_that_fails_leaves_what_was_there(
    world: World, new_backups: Any, file: Path
) -> None:
    world.enqueue(key="kept")
    with world.database.write() as conn:  # what refers to a table of ours stands in the way
        conn.execute(text("CREATE SCHEMA elsewhere"))
        conn.execute(text("CREATE TABLE elsewhere.inbound_event (id int)"))
    new_backups(world).make(file, lambda _: None)  # holds the other schema as well
    world.database.dispose()
    with pytest.raises(BackupFault, match=r'psql says: .*"elsewhere" already exists'):
        restore(new_backups(world), file, replaces=True)
    assert [row.dedupe_key for row in world.rows()] == ["kept"]


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
def test_a_missing_client_is_named_with_its_package(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setattr(Path, "glob", lambda *_: iter(()))
    with pytest.raises(BackupFault, match=r"pg_dump is not installed.*postgresql-client"):
        backup_postgresql.check_programs(["pg_dump"])


def test_a_password_stands_on_no_command_line() -> None:
    url = "postgresql+psycopg://sanket:p%40ss@db.example:5433/sanket?sslmode=require"
    plain = backup_postgresql.plain(url)
    assert plain == "postgresql://sanket@db.example:5433/sanket?sslmode=require"
    assert backup_postgresql.environ_of(url)["PGPASSWORD"] == "p@ss"
    assert "PGPASSWORD" not in os.environ
