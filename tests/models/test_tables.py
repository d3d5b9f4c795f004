"""What each table's queries promise: repeats change nothing, the last choice or menu wins."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import exc, select
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from models import inbound_event, menu_publication, menu_version, short_link, subscriber
from models.database import Database
from models.inbound_event import NewEvent
from models.metadata import UtcDateTime
from models.short_link import ShortLink
from models.subscriber import Choice

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
NAIVE = datetime(2026, 1, 1)  # noqa: DTZ001
TIMES = st.datetimes(timezones=st.just(UTC)).filter(lambda at: 1 < at.year < 9999)
SQLITE = SQLiteDialect_pysqlite()


@given(TIMES, TIMES, st.integers(-12, 14))
def test_stored_times_sort_as_text_and_come_back(one: datetime, two: datetime, hours: int) -> None:
    elsewhere = one.astimezone(timezone(timedelta(hours=hours)))
    stored_one, stored_two = (
        UtcDateTime().process_bind_param(at, SQLITE) for at in (elsewhere, two)
    )
    assert isinstance(stored_one, str)
    assert isinstance(stored_two, str)
    assert (stored_one < stored_two) == (one < two)
    assert UtcDateTime().process_result_value(stored_one, SQLITE) == one


def test_a_naive_time_is_refused(database: Database) -> None:
    with pytest.raises(exc.StatementError, match="naive"), database.write() as conn:
        conn.execute(
            select(subscriber.subscriber).where(subscriber.subscriber.c.created_at > NAIVE)
        )


def remember(database: Database, language: str, now: datetime) -> None:
    with database.write() as conn:
        choices = [
            Choice(msisdn_hash=whose, msisdn_sealed=b"sealed", language=each, country=country)
            for whose, each, country in [
                ("h1", "en", "IN"),
                ("h2", "ta", None),
                ("h1", language, "IN"),
            ]
        ]
        subscriber.remember_languages(conn, choices, now)


def test_the_last_language_is_remembered(database: Database) -> None:
    later = NOW + timedelta(days=1)
    remember(database, "hi", NOW)
    remember(database, "bn", later)
    with database.read() as conn:
        assert subscriber.find_language(conn, "h1") == "bn"
        assert subscriber.find_language(conn, "stranger") is None
        rows = conn.execute(select(subscriber.subscriber)).all()
    assert {(row.created_at, row.updated_at, row.msisdn_sealed) for row in rows} == {
        (NOW, later, b"sealed")
    }
    assert {row.country for row in rows} == {"IN", None}


EVENT = NewEvent(
    id="e1",
    gateway="at-ke",
    kind="mo_sms",
    gateway_event_id="m-1",
    msisdn_hash="h1",
    content_sealed=b"sealed",
    received_at=NOW,
)


@pytest.mark.parametrize(
    ("second", "is_new"),
    [
        (EVENT, False),
        (replace(EVENT, msisdn_hash="h2", content_sealed=b"other"), False),
        (replace(EVENT, gateway="at-ug"), True),
        (replace(EVENT, kind="missed_call"), True),
        (replace(EVENT, gateway_event_id="m-2"), True),
    ],
)
def test_an_event_is_recorded_once(database: Database, second: NewEvent, is_new: bool) -> None:
    with database.write() as conn:
        assert inbound_event.record(conn, EVENT)
        inbound_event.set_decisions(conn, {"e1": "link_sent"})
    with database.write() as conn:
        assert inbound_event.record(conn, replace(second, id="e2")) is is_new
        stored = inbound_event.find(conn, "at-ke", "mo_sms", "m-1")
    assert stored is not None
    assert (stored.id, stored.decision, stored.received_at) == ("e1", "link_sent", NOW)


def test_an_endless_event_id_is_kept_short_and_still_unique(database: Database) -> None:
    endless = "x" * 60_000
    with database.write() as conn:
        assert inbound_event.record(conn, replace(EVENT, gateway_event_id=endless))
        assert not inbound_event.record(conn, replace(EVENT, id="e2", gateway_event_id=endless))
        assert inbound_event.record(conn, replace(EVENT, id="e3", gateway_event_id=endless + "y"))
        assert inbound_event.find(conn, "at-ke", "mo_sms", endless) is not None
        stored = conn.execute(select(inbound_event.inbound_event.c.gateway_event_id)).scalars()
        assert max(len(event_id) for event_id in stored) <= 128


def publish(database: Database, fingerprint: str, source: str = "{}") -> int:
    with database.write() as conn:
        return menu_publication.publish(
            conn, fingerprint=fingerprint, source=source, published_by="watcher", now=NOW
        )


def live(database: Database) -> str | None:
    with database.read() as conn:
        found = menu_publication.find_live(conn)
        return found.fingerprint if found else None


def test_the_last_publication_is_live_and_a_rollback_keeps_its_version(database: Database) -> None:
    assert live(database) is None
    first, second = publish(database, "aaa", "one"), publish(database, "bbb", "two")
    assert first < second
    assert live(database) == "bbb"
    assert publish(database, "aaa", "something else") == first
    assert live(database) == "aaa"
    with database.read() as conn:
        rolled_back = menu_version.get(conn, first)
        assert rolled_back is not None
        assert rolled_back.source == "one"
        assert menu_version.find_id(conn, "aaa") == first
        assert menu_version.get(conn, 99) is None
        assert menu_version.find_id(conn, "zzz") is None


def test_a_version_is_never_given_twice(database: Database) -> None:
    publish(database, "aaa")
    second = publish(database, "bbb")
    with database.write() as conn:
        log, table = menu_publication.menu_publication, menu_version.menu_version
        conn.execute(log.delete().where(log.c.menu_version == second))
        conn.execute(table.delete().where(table.c.id == second))
    assert publish(database, "ccc") == second + 1


def test_a_code_names_one_short_link(database: Database) -> None:
    link = ShortLink(
        code="Ab3xY7",
        link_name="umang",
        menu_version=publish(database, "aaa"),
        country=None,
        mt_id=None,
        created_at=NOW,
        expires_at=NOW + timedelta(days=90),
    )
    with database.write() as conn:
        assert short_link.insert(conn, link)
        assert not short_link.insert(conn, dataclasses.replace(link, link_name="other"))
        assert short_link.find(conn, "Ab3xY7") == link
        assert short_link.find(conn, "nobody") is None


def test_a_short_link_needs_a_menu_that_exists(database: Database) -> None:
    link = ShortLink(
        code="Ab3xY7",
        link_name="umang",
        menu_version=99,
        country=None,
        mt_id=None,
        created_at=NOW,
        expires_at=NOW,
    )
    with pytest.raises(exc.IntegrityError), database.write() as conn:
        short_link.insert(conn, link)
