"""Promises: made once, in the caller's transaction, unreadable at rest; and the inbox."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from models.mt_message import mt_message
from outbound.outbox import NewMt
from telecom.msisdn import Msisdn
from telecom.statuses import POLICIES, MessageClass, MtStatus

if TYPE_CHECKING:
    from tests.outbound.conftest import World

TEXT = "उमंग: your link is https://example.org/l/Ab3xY7"


@pytest.fixture
def new(world: World) -> NewMt:
    return NewMt(
        gateway="at-ke",
        to=world.msisdn,
        text=TEXT,
        message_class=MessageClass.LINK,
        dedupe_key="link:e1",
    )


def test_the_same_cause_promises_once(world: World, new: NewMt) -> None:
    with world.database.write() as conn:
        first = world.outbox.enqueue(conn, new)
        assert world.outbox.enqueue(conn, new) is None
    with world.database.write() as conn:
        assert world.outbox.enqueue(conn, replace(new, text="other", gateway="at-ug")) is None
    assert [(row.id, row.gateway) for row in world.rows()] == [(first, "at-ke")]


def test_parallel_copies_of_one_cause_promise_once(world: World, new: NewMt) -> None:
    """Each reads, decides and writes; none may be lost, none doubled."""
    promised: list[str | None] = []
    start = threading.Barrier(8)

    def promise() -> None:
        start.wait(10)
        for cause in range(10):
            with world.database.write() as conn:
                promised.append(
                    world.outbox.enqueue(conn, replace(new, dedupe_key=f"link:{cause}"))
                )

    threads = [threading.Thread(target=promise) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(promised) == 80
    ids = sorted(mt_id for mt_id in promised if mt_id)
    assert len(ids) == 10
    assert ids == [row.id for row in world.rows()]


def test_a_promise_dies_with_the_transaction_of_its_cause(world: World, new: NewMt) -> None:
    with pytest.raises(KeyError), world.database.write() as conn:
        assert world.outbox.enqueue(conn, new)
        raise KeyError("the handler broke")
    assert world.rows() == []


@pytest.mark.parametrize("message_class", list(MessageClass))
def test_the_class_says_how_long_it_lives(
    world: World, new: NewMt, message_class: MessageClass
) -> None:
    with world.database.write() as conn:
        world.outbox.enqueue(conn, replace(new, message_class=message_class))
    life = timedelta(seconds=POLICIES[message_class].life_seconds)
    assert [row.expires_at for row in world.rows()] == [world.clock.now() + life]


def test_a_caller_may_say_when_and_how_long(world: World, new: NewMt) -> None:
    later = world.clock.now() + timedelta(hours=1)
    with world.database.write() as conn:
        world.outbox.enqueue(conn, replace(new, not_before=later, life_seconds=90))
    assert world.send_due() == 0
    world.clock.pass_seconds(3600)
    assert world.send_due() == 1
    assert world.gateway.seen[0].expires_at == later + timedelta(seconds=90)


def test_what_goes_in_comes_out_at_the_gateway(world: World, new: NewMt) -> None:
    whole = replace(new, text="one\0two", sender_id="UMANG", link_id="L-1")
    with world.database.write() as conn:
        world.outbox.enqueue(conn, whole)
    world.send_due()
    (sent,) = world.gateway.seen
    assert (sent.to, sent.text, sent.sender_id, sent.link_id, sent.message_class) == (
        world.msisdn,
        "onetwo",
        "UMANG",
        "L-1",
        MessageClass.LINK,
    )
    assert len(sent.ref) == 32


def at_rest(world: World) -> bytes:
    """The files of SQLite; of PostgreSQL, whose files are compressed, every row as text."""
    scheme, _, file = world.url.partition(":///")
    if scheme == "sqlite":
        return b"".join(Path(file + suffix).read_bytes() for suffix in ("", "-wal"))
    with world.database.read() as conn:
        rows = conn.exec_driver_sql(
            "SELECT mt_message::text, to_sealed, body_sealed FROM mt_message"
        )
        return b"".join(row[0].encode() + bytes(row[1]) + bytes(row[2]) for row in rows)


def test_no_number_and_no_text_is_readable_at_rest(world: World) -> None:
    mt_id = world.enqueue(text=TEXT)
    world.send_due()
    on_disk = at_rest(world)
    assert mt_id.encode() in on_disk  # what is not personal is there, so the search works
    for secret in (world.msisdn.e164, world.msisdn.e164[1:], "711000111", TEXT, "Ab3xY7"):
        assert secret.encode() not in on_disk


def test_the_inbox_shows_what_was_sent_in_order_and_after_a_cursor(world: World) -> None:
    outbox, database = world.outbox, world.database

    def texts(after: str | None = None, gateway: str = "at-ke") -> list[str]:
        with database.read() as conn:
            shown = outbox.inbox(conn, gateway, world.msisdn, after)
        return [one.text for one in shown]

    slow = world.enqueue(text="first written, last sent")
    world.gateway.script.append("refuse")
    world.send_due()
    quick = world.enqueue(text="last written, first sent")
    world.send_due()
    assert texts() == ["last written, first sent"]
    world.clock.pass_seconds(60)
    world.send_due()
    assert texts() == ["last written, first sent", "first written, last sent"]
    assert texts(after=quick) == ["first written, last sent"]
    assert texts(after=slow) == []
    assert texts(after="rubbish") == texts()
    assert texts(gateway="at-ug") == []
    with database.read() as conn:
        (_, last) = outbox.inbox(conn, "at-ke", world.msisdn)
        assert (last.id, last.at, last.sender_id) == (slow, world.clock.now(), None)
        stranger = Msisdn.parse("+254711000222", "KE")
        assert outbox.inbox(conn, "at-ke", stranger) == []


def test_the_inbox_walks_page_by_page(world: World) -> None:
    for n in range(130):
        world.enqueue(text=f"sms {n}")
    while world.send_due():
        pass
    seen: list[str] = []
    with world.database.read() as conn:
        while page := world.outbox.inbox(conn, "at-ke", world.msisdn, seen[-1] if seen else None):
            seen += [one.id for one in page]
            assert len(page) <= 100
    assert len(seen) == len(set(seen)) == 130


def test_a_row_that_does_not_open_hides_no_other(world: World) -> None:
    broken, good = world.enqueue(text="broken"), world.enqueue(text="good")
    world.send_due()
    with world.database.write() as conn:
        table = mt_message.c
        swapped = update(mt_message).values(body_sealed=table.to_sealed)
        conn.execute(swapped.where(table.id == broken))
    with capture_logs() as logs, world.database.read() as conn:
        shown = world.outbox.inbox(conn, "at-ke", world.msisdn)
    assert [one.id for one in shown] == [good]
    assert [(line["mt_id"], line["log_level"]) for line in logs] == [(broken, "warning")]
    assert world.status(broken) is MtStatus.SENT
