"""/metrics: who may read it, and what its gauges show."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest
from flask import Request
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text
from werkzeug.test import EnvironBuilder

from metrics.catalogue import ALL
from models import mt_queue
from web.clients import Clients

LOOPBACK = [ip_network("127.0.0.0/8"), ip_network("::1/128")]

HEALTHS = [f"sanket_gateway_health {name}" for name in ("india", "kenya", "simulator")]


def gauges(house: Any) -> dict[str, float]:
    answer = house.client.get("/metrics")
    assert answer.status_code == 200
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    families = list(text_string_to_metric_families(answer.text))
    known = {metric.name.removesuffix("_total") for metric in ALL}
    assert {family.name for family in families} <= known
    return {
        sample.name + "".join(f" {word}" for word in sample.labels.values()): sample.value
        for family in families
        if family.type == "gauge"
        for sample in family.samples
    }


def test_what_the_gauges_show(house: Any) -> None:
    house.ring()
    house.answer_calls()
    house.bridge.worker()._sweep()
    house.clock.pass_seconds(42)
    shown = gauges(house)
    assert 0 <= shown.pop("sanket_dispatcher_heartbeat_age_seconds") < 10
    assert shown == {
        "sanket_database_up": 1,
        "sanket_redis_up": 1,
        **dict.fromkeys(HEALTHS, 1),
        "sanket_mt_messages queued": 1,
        "sanket_mt_messages claimed": 0,
        "sanket_mt_messages submitted": 0,
        "sanket_mt_messages unknown": 0,
        "sanket_mt_oldest_due_seconds": 42,
        "sanket_spool_files waiting": 0,
        "sanket_spool_files unreadable": 0,
        "sanket_menu_version": 1,
        "sanket_menu_refused": 0,
        "sanket_spending_stopped": 0,
    }


def test_without_a_database_the_rest_is_shown(house: Any) -> None:
    assert gauges(house)["sanket_database_up"] == 1
    house.lose_database()
    house.ring()
    house.bridge.settings.menus.write_text("broken")
    shown = gauges(house)
    house.find_database()
    assert shown == {
        "sanket_database_up": 0,
        "sanket_redis_up": 1,
        **dict.fromkeys(HEALTHS, 1),
        "sanket_spool_files waiting": 1,
        "sanket_spool_files unreadable": 0,
        "sanket_menu_refused": 1,
    }


@pytest.mark.parametrize(
    "storage", ["sqlite"], scope="session"
)  # an empty table of PostgreSQL is read whole
def test_counting_what_waits_reads_small_indexes_only(house: Any) -> None:
    with house.bridge.database.read() as conn:
        for query in (*mt_queue._COUNTS.values(), mt_queue._OLDEST_DUE):
            sql = str(query.compile(conn, compile_kwargs={"render_postcompile": True}))
            given = {"at": "2026-11-23T09:00:00.000000+00:00", "param_1": 1, "param_2": 1}
            plan = conn.execute(text(f"EXPLAIN QUERY PLAN {_named(sql)}"), given).all()
            assert any("USING" in str(row) and "ix_mt_message_" in str(row) for row in plan), plan


def _named(sql: str) -> str:
    """SQLite's positional parameters as named ones."""
    for name in ("at", "param_1"):
        sql = sql.replace("?", f":{name}", 1) if "not_before <=" in sql or name != "at" else sql
    return sql.replace("?", ":param_2")


@pytest.mark.parametrize(
    ("address", "headers", "trusted", "is_allowed"),
    [
        ("127.0.0.1", {}, "", True),
        ("::1", {}, "", True),
        ("::ffff:127.0.0.1", {}, "", True),
        ("10.0.0.9", {}, "", False),
        ("", {}, "", False),
        # Through our proxy, which names the sender: the sender counts.
        ("127.0.0.1", {"X-Forwarded-For": "6.6.6.6"}, "127.0.0.1/32", False),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1, 6.6.6.6"}, "127.0.0.1/32", False),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, "127.0.0.1/32", True),
        # Through somebody whom nobody told us to trust: everybody looks like this host.
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, "", False),
        ("127.0.0.1", {"X-Real-IP": "127.0.0.1"}, "127.0.0.1/32", False),
        ("127.0.0.1", {"Via": "1.1 proxy"}, "", False),
        ("127.0.0.1", {"Forwarded": "for=127.0.0.1"}, "127.0.0.1/32", False),
    ],
)
def test_who_may_read_it(
    address: str, headers: dict[str, str], trusted: str, is_allowed: bool
) -> None:
    request = Request(
        EnvironBuilder(headers=[*headers.items()]).get_environ() | {"REMOTE_ADDR": address}
    )
    clients = Clients([ip_network(network) for network in trusted.split()])
    assert clients.come_from(LOOPBACK, request) is is_allowed


@pytest.mark.parametrize(("address", "code"), [("127.0.0.1", 200), ("192.0.2.7", 403)])
def test_a_stranger_is_turned_away_in_words(house: Any, address: str, code: int) -> None:
    answer = house.client.get("/metrics", environ_base={"REMOTE_ADDR": address})
    assert answer.status_code == code
    assert ("BRIDGE_METRICS_ALLOW" in answer.text) is (code == 403)
