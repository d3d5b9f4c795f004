"""Many rows with one statement: the same values as one by one, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import insert, select

from models import bulk
from models.database import Database
from models.delivery_report import delivery_report
from models.inbound_event import inbound_event
from models.mt_message import mt_message
from telecom.statuses import MessageClass, MtStatus

AT = datetime(2026, 11, 23, 9, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.dispose()


def event(number: int, **changed: Any) -> dict[str, object]:
    row: dict[str, object] = {
        "id": f"e{number}",
        "gateway": "india",
        "kind": "sms",
        "gateway_event_id": f"ATX'id\\\"_{number}é",
        "msisdn_hash": None,
        "content_sealed": bytes(range(256)),
        "received_at": AT,
        "decision": "answered",
    }
    return row | changed


def message(number: int, **changed: Any) -> dict[str, object]:
    row: dict[str, object] = {
        "id": f"m{number}",
        "ref": f"r{number}",
        "dedupe_key": f"k{number}",
        "message_class": MessageClass.LINK,
        "to_hash": "a" * 32,
        "to_sealed": b"\0\xff",
        "body_sealed": b"",
        "sender_id": "UMANG",
        "gateway": "india",
        "status": MtStatus.QUEUED,
        "generation": 0,
        "attempts": 0,
        "submissions": 0,
        "ambiguous_before": True,
        "not_before": AT,
        "expires_at": AT,
        "link_id": None,
        "inbound_event_id": None,
        "resend_of": None,
        "created_at": AT,
        "updated_at": AT,
    }
    return row | changed


@pytest.mark.parametrize(
    ("table", "rows", "unique"),
    [
        (inbound_event, [event(1), event(2)], ("gateway", "kind", "gateway_event_id")),
        (mt_message, [message(1), message(2)], ("dedupe_key",)),
    ],
)
def test_every_value_comes_back_as_sqlalchemy_would_have_stored_it(
    database: Database, table: Any, rows: list[dict[str, object]], unique: tuple[str, ...]
) -> None:
    with database.write() as conn:
        assert bulk.insert_new(conn, table, rows, unique=unique) == {row["id"] for row in rows}
        ours = [dict(row) for row in conn.execute(select(table).order_by("id")).mappings()]
        conn.execute(table.delete())
        conn.execute(insert(table), rows)
        theirs = [dict(row) for row in conn.execute(select(table).order_by("id")).mappings()]
    assert ours == theirs
    assert len(ours) == len(rows)


def test_what_is_there_is_left_alone_also_within_the_rows(database: Database) -> None:
    unique = ("gateway", "kind", "gateway_event_id")
    with database.write() as conn:
        assert bulk.insert_new(conn, inbound_event, [event(1)], unique=unique) == {"e1"}
        again = event(2, gateway_event_id=event(1)["gateway_event_id"], decision="other")
        twice = [event(3), event(4, gateway_event_id=event(3)["gateway_event_id"])]
        assert bulk.insert_new(conn, inbound_event, [again, *twice], unique=unique) == {"e3"}
        found = conn.execute(select(inbound_event.c.id, inbound_event.c.decision)).all()
    assert sorted((one.id, one.decision) for one in found) == [
        ("e1", "answered"),
        ("e3", "answered"),
    ]


def test_more_rows_than_one_statement_takes(database: Database) -> None:
    rows = [event(number) for number in range(5000)]
    unique = ("gateway", "kind", "gateway_event_id")
    with database.write() as conn:
        assert len(bulk.insert_new(conn, inbound_event, rows, unique=unique)) == 5000
        assert bulk.insert_new(conn, inbound_event, rows, unique=unique) == set()


def test_no_rows_are_no_statement(database: Database) -> None:
    with database.write() as conn:
        assert bulk.insert_new(conn, delivery_report, [], unique=("id",)) == set()


def test_a_naive_time_is_refused(database: Database) -> None:
    naive = event(1, received_at=AT.replace(tzinfo=None))
    with pytest.raises(ValueError, match="naive"), database.write() as conn:
        bulk.insert_new(conn, inbound_event, [naive], unique=("id",))


def test_a_value_that_does_not_fit_is_refused_and_never_cut(
    database: Database, storage: str
) -> None:
    """SQLite has no lengths: there it is kept whole."""
    refusal = nullcontext() if storage == "sqlite" else pytest.raises(Exception, match="too long")
    with refusal, database.write() as conn:
        bulk.insert_new(conn, inbound_event, [event(1, gateway="g" * 33)], unique=("id",))
        assert conn.execute(select(inbound_event.c.gateway)).scalar_one() == "g" * 33
