"""/healthz and /readyz: whatever is broken is named in words, and nothing makes them hang."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError
from sqlalchemy import text
from structlog.testing import capture_logs

from health import checks, probe, readiness
from health.probe import Probe, ask_all
from health.readiness import PATIENCE_SECONDS, Check, Found, Readiness
from models import migrate
from models.library import NothingPublished
from outbound.desk import Who
from services.surroundings import Lack

OLDER = migrate.known()[1]


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is found, and not how soon, on a machine that runs other tests beside this one."""
    monkeypatch.setattr(readiness, "PATIENCE_SECONDS", 30)


def told(house: Any, kind: str) -> dict[str, Any]:
    answer = house.client.get("/readyz").json
    assert set(answer) == {"ready", "faults", "warnings"}
    assert answer["ready"] is (not answer["faults"])
    return dict(answer[kind])


def test_a_whole_bridge_is_alive_and_ready(house: Any) -> None:
    assert house.client.get("/healthz").json == {"alive": True}
    answer = house.client.get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"ready": True, "faults": {}, "warnings": {}})


def test_healthz_needs_nothing(house: Any) -> None:
    house.lose_database()
    assert house.client.get("/healthz").json == {"alive": True}
    house.find_database()


def break_redis(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_: object) -> None:
        raise RedisConnectionError("no address of anybody in here")

    monkeypatch.setattr(house.bridge.heartbeat._redis, "pttl", down)


def break_schema(house: Any, _: object) -> None:
    migrate.downgrade(house.bridge.settings.database_url, OLDER)


def break_schema_ahead(house: Any, _: object) -> None:
    with house.bridge.database.write() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))


def break_key(house: Any, _: object) -> None:
    house.bridge.check_key()
    with house.bridge.database.write() as conn:
        conn.execute(text("UPDATE key_mark SET proof = 'of another'"))


def break_gateways(house: Any, _: object) -> None:
    house.bridge.settings.gateways.write_text("gateways:\n  x: {vendor: nobody}\n")


def start_with_broken_gateways(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    break_gateways(house, monkeypatch)
    vars(house.bridge).pop("shelf", None)  # this process has not read them yet


def break_menus(house: Any, _: object) -> None:
    with house.bridge.database.write() as conn:
        conn.execute(text("DELETE FROM menu_publication"))


@pytest.mark.parametrize(
    ("breaks", "name", "words"),
    [
        (break_redis, "redis", ["Redis does not answer (ConnectionError)", "BRIDGE_REDIS_URL"]),
        (break_schema, "schema", [f"has schema {OLDER}", "needs", "flask --app app db upgrade"]),
        (break_schema_ahead, "schema", ["has schema 9999", "older than the database"]),
        (break_key, "key", ["another BRIDGE_SECRET_KEY", "nobody's STOP is found"]),
        (start_with_broken_gateways, "gateways", ["gateways.yaml:2", "gateways check"]),
        (break_menus, "menus", ["No menu was ever published", "menus publish"]),
    ],
)
def test_a_fault_is_told_with_its_reason_and_its_cure(
    house: Any,
    monkeypatch: pytest.MonkeyPatch,
    breaks: Callable[[Any, pytest.MonkeyPatch], None],
    name: str,
    words: list[str],
) -> None:
    breaks(house, monkeypatch)
    answer = house.client.get("/readyz")
    assert answer.status_code == 503
    faults = answer.json["faults"]
    assert [word for word in words if word not in faults[name]] == []
    assert set(faults) == {name}


def test_a_database_that_is_gone_is_told_once(house: Any) -> None:
    house.lose_database()
    faults = told(house, "faults")
    assert set(faults) == {"database"}
    assert faults["database"].startswith("The database does not answer (")
    house.find_database()
    assert told(house, "faults") == {}


def test_an_edited_gateways_file_is_a_warning_while_the_old_one_serves(house: Any) -> None:
    assert house.bridge.gateways
    break_gateways(house, None)
    assert told(house, "faults") == {}
    assert "The next start will be refused." in told(house, "warnings")["gateways"][0]


def test_a_menu_file_that_is_refused_is_a_warning(house: Any) -> None:
    house.bridge.settings.menus.write_text("version: 1\n")
    assert "menus.yaml:1" in told(house, "warnings")["menus"][0]
    assert told(house, "faults") == {}


def test_what_lies_in_the_spool_is_told(house: Any) -> None:
    house.lose_database()
    house.ring()
    house.find_database()
    (waits,) = told(house, "warnings")["spool"]
    assert waits.startswith("1 webhooks wait in ")
    folder = house.bridge.settings.var / "spool"
    (file,) = folder.glob("*.event")
    file.rename(file.with_suffix(".unreadable"))
    (unreadable,) = told(house, "warnings")["spool"]
    assert "secret key" in unreadable


def test_a_spool_that_cannot_be_written_is_told(house: Any) -> None:
    (house.bridge.settings.var / "spool").write_text("a file in its place")
    (closed,) = told(house, "warnings")["spool"]
    assert "cannot be written" in closed
    assert "would be lost" in closed


def test_a_pause_is_told_until_it_ends(house: Any) -> None:
    assert "outbox" not in told(house, "warnings")
    house.bridge.desk.pause("india", Who(by="asha", note="x"))
    (warning,) = told(house, "warnings")["outbox"]
    assert warning.startswith("Gateway india is paused since 2026-11-23 09:00:00 UTC by asha")
    assert warning.endswith("flask --app app outbox resume --gateway india ends it.")
    house.bridge.desk.resume("india", Who(by="asha"))
    assert "outbox" not in told(house, "warnings")


def test_sms_that_wait_for_no_dispatcher_are_told(house: Any) -> None:
    house.ring()
    (warning,) = told(house, "warnings")["dispatcher"]
    assert warning.startswith("SMS wait, and no dispatcher did its round for days, or ever.")
    house.bridge.worker()._sweep()
    assert told(house, "warnings") == {}


def test_a_silent_dispatcher_is_told_after_90_seconds(
    house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for age, is_told in ((89.0, False), (91.0, True)):
        left = (7 * 24 * 3600 - age) * 1000
        monkeypatch.setattr(house.bridge.heartbeat._redis, "pttl", lambda _, left=left: left)
        assert told(house, "warnings") == {}  # nothing waits
        house.ring(caller=f"+9198123456{age:.0f}")
        assert ("dispatcher" in told(house, "warnings")) is is_told
        house.send()


def test_whoever_hangs_is_told_and_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "PATIENCE_SECONDS", 0.2)
    woken = threading.Event()
    asked = []

    def hang() -> Found:
        asked.append(1)
        woken.wait(10)
        return Found()

    looks = Readiness(
        {
            "dead": Check(hang, "It does not answer."),
            "leans on it": Check(hang),
            "well": Check(lambda: Found(warnings=["but look at this"])),
        }
    )
    began_at = time.monotonic()
    for _ in range(3):
        report = looks.report()
        assert report.faults == {"dead": "It does not answer."}
        assert report.warnings == {"well": ["but look at this"]}
    assert time.monotonic() - began_at < 2
    assert len(asked) == 2  # one thread for each that hangs, however often somebody asks
    woken.set()


def test_a_menu_that_is_gone_is_told_while_the_check_of_the_file_hangs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(readiness, "PATIENCE_SECONDS", 0.2)
    woken = threading.Event()

    def gone() -> None:
        raise NothingPublished

    def hang() -> list[str]:
        woken.wait(10)
        return []

    report = Readiness({"menus": checks.menus(gone, hang)}).report()
    woken.set()
    assert "No menu was ever published" in report.faults["menus"]


def test_a_check_that_breaks_is_a_fault_of_ours() -> None:
    def breaks() -> Found:
        raise KeyError("+919812345678")

    report = Readiness({"x": Check(breaks)}).report()
    assert report.faults["x"].startswith("It cannot be checked (KeyError)")
    assert "98123" not in report.faults["x"]


def test_the_patience_for_all_is_under_two_seconds() -> None:
    assert PATIENCE_SECONDS < 2
    answers = ask_all({"a": Probe(lambda: 1), "b": Probe(lambda: 2)}, 1)
    assert answers == {"a": 1, "b": 2}
    assert probe.ask_all is ask_all


def test_a_service_that_cannot_be_asked_from_here_is_a_warning_and_is_logged(
    house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    lack = Lack(service="prices", path=("url",), rule="M840", reason="URL is not set.", hint="Set.")
    service = next(iter(house.bridge.library.live()[1].services.values()))
    monkeypatch.setattr(house.bridge, "_live_services", lambda: [service])
    monkeypatch.setattr(
        house.bridge.surroundings, "lacks_of", lambda its: [lack] if its is service else []
    )
    words = 'The service "prices" cannot be asked: URL is not set. Set.'
    assert told(house, "warnings") == {"services": [words]}
    with capture_logs() as logs:
        house.bridge.tell_lacks()
    assert logs == [
        {
            "event": "service not set up",
            "log_level": "warning",
            "service": "prices",
            "why": "URL is not set. Set.",
        }
    ]
