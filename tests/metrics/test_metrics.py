"""Counting: over real processes, through deaths and restarts, and never at the cost of the work."""

from __future__ import annotations

import fcntl
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from prometheus_client.parser import text_string_to_metric_families

from metrics import catalogue
from metrics.catalogue import ALL, EVENTS, SESSION_FAULTS, WEBHOOK_SECONDS, WEBHOOKS
from metrics.folder import PATIENCE_SECONDS, Folder
from metrics.kinds import Counter, Gauge, Histogram, Reading
from metrics.page import write_page
from metrics.prometheus import PrometheusMeter
from metrics.store import MAX_BYTES, STEP_BYTES

ROOT: Final = Path(__file__).resolve().parents[2]
# Counts so often, tells that it did, and lives until its input ends.
COUNTER: Final = """
import sys
from pathlib import Path
from metrics.catalogue import WEBHOOK_SECONDS, WEBHOOKS
from metrics.folder import Folder
from metrics.prometheus import PrometheusMeter
meter = PrometheusMeter(Folder(Path(sys.argv[1])))
for _ in range(int(sys.argv[2])):
    meter.count(WEBHOOKS, "sms", "india", "accepted")
    meter.time(WEBHOOK_SECONDS, 0.02, "sms")
print("counted", flush=True)
sys.stdin.read()
"""
ACCEPTED: Final = 'sanket_webhooks_total{door="sms",gateway="india",result="accepted"}'


def shown(folder: Path, *readings: Reading) -> dict[str, float]:
    """Every sample of the page by its name and labels; the page is one that Prometheus reads."""
    text = write_page(Folder(folder), lambda: readings)
    assert list(text_string_to_metric_families(text))
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


class Process:
    def __init__(self, folder: Path, times: int) -> None:
        self._running = subprocess.Popen(
            [sys.executable, "-c", COUNTER, str(folder), str(times)],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._running.stdout is not None
        assert self._running.stdout.readline() == b"counted\n"

    def kill(self) -> None:
        self._running.send_signal(signal.SIGKILL)
        self._running.communicate()


def test_the_page_adds_up_all_processes_and_forgets_none_that_died(tmp_path: Path) -> None:
    first, second = Process(tmp_path, 3), Process(tmp_path, 4)
    assert shown(tmp_path)[ACCEPTED] == 7
    first.kill()
    assert shown(tmp_path)[ACCEPTED] == 7
    third = Process(tmp_path, 5)  # adds up what the dead one left
    page = shown(tmp_path)
    assert page[ACCEPTED] == 12
    assert page['sanket_webhook_seconds_count{door="sms"}'] == 12
    assert page['sanket_webhook_seconds_bucket{door="sms",le="0.01"}'] == 0
    assert page['sanket_webhook_seconds_bucket{door="sms",le="0.025"}'] == 12
    assert page['sanket_webhook_seconds_sum{door="sms"}'] == pytest.approx(0.24)
    second.kill()
    third.kill()


def test_restarts_do_not_make_the_folder_grow(tmp_path: Path) -> None:
    sizes = []
    for _ in range(6):
        Process(tmp_path, 1).kill()
        sizes.append(len(list(tmp_path.iterdir())))
    assert shown(tmp_path)[ACCEPTED] == 6
    assert sizes[1:] == [sizes[1]] * 5


def test_a_new_beginning_forgets_the_dead_and_spares_who_lives(tmp_path: Path) -> None:
    Process(tmp_path, 10).kill()
    living = Process(tmp_path, 1)  # a `flask worker` beside the `flask serve` that starts
    Folder(tmp_path).forget()
    assert shown(tmp_path)[ACCEPTED] == 1
    living.kill()
    Folder(tmp_path).forget()
    assert shown(tmp_path, Reading(catalogue.REDIS_UP, 1)) == {"sanket_redis_up": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["lock"]


@pytest.mark.parametrize("spoilt", [b"", b"\xff" * 100, b"\x40\x00\x00\x00" + bytes(60)])
def test_a_spoilt_file_costs_its_own_counts_only(tmp_path: Path, spoilt: bytes) -> None:
    (tmp_path / "counter_77-dead.db").write_bytes(spoilt)
    meter = PrometheusMeter(Folder(tmp_path))
    if spoilt:
        meter.count(SESSION_FAULTS)
    (tmp_path / "counter_78-dead.db").write_bytes(spoilt)
    page = shown(tmp_path, Reading(catalogue.DATABASE_UP, 1))
    assert page["sanket_database_up"] == 1
    assert page.get("sanket_session_store_faults_total") == (1 if spoilt else None)


@pytest.mark.parametrize("fault", ["a file in its place", "no place on the disk"])
def test_a_meter_that_cannot_write_keeps_nobody_from_work(
    tmp_path: Path, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "metrics"
    if fault == "a file in its place":
        folder.write_text("")
    else:
        monkeypatch.setattr("metrics.store.MAX_BYTES", 0)
    meter = PrometheusMeter(Folder(folder))
    for _ in range(3):
        meter.count(SESSION_FAULTS)
        meter.time(WEBHOOK_SECONDS, 1, "ussd")
    page = shown(folder, Reading(catalogue.DATABASE_UP, 0))
    assert page == {"sanket_database_up": 0}


def test_who_is_frozen_with_the_folder_in_his_hand_keeps_nobody_from_work(tmp_path: Path) -> None:
    Process(tmp_path, 2).kill()
    waits: list[float] = []
    folder = Folder(tmp_path, monotonic=lambda: sum(waits), pause=waits.append)
    with (tmp_path / "lock").open("ab") as frozen:
        fcntl.flock(frozen, fcntl.LOCK_EX)
        PrometheusMeter(folder).count(SESSION_FAULTS)
        assert 0 < sum(waits) < 2 * PATIENCE_SECONDS
        page = write_page(folder, lambda: [Reading(catalogue.DATABASE_UP, 1)])
        assert "sanket_database_up 1" in page
        assert "sanket_session_store_faults_total" not in page
    page_later = shown(tmp_path)
    assert page_later["sanket_session_store_faults_total"] == 1
    assert page_later[ACCEPTED] == 2
    assert not list(tmp_path.glob("*.coming"))


def test_a_file_grows_to_its_limit_and_not_further(tmp_path: Path) -> None:
    meter = PrometheusMeter(Folder(tmp_path))
    for number in range(8000):
        meter.count(WEBHOOKS, "sms", f"gateway-{number}", "accepted")
    (file,) = tmp_path.glob("counter_*.db")
    assert STEP_BYTES < file.stat().st_size <= MAX_BYTES
    assert 1000 < len(shown(tmp_path)) < 8000


def test_a_word_from_outside_makes_no_series(tmp_path: Path) -> None:
    meter = PrometheusMeter(Folder(tmp_path))
    for number in range(100):
        meter.count(EVENTS, "india", "sms", f"+9198123456{number:02}")
    assert shown(tmp_path) == {
        'sanket_events_total{channel="sms",decision="unknown",gateway="india"}': 100
    }


def test_a_wrong_count_of_words_is_a_bug(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="zip"):
        PrometheusMeter(Folder(tmp_path)).count(WEBHOOKS, "sms")


def test_names_are_as_prometheus_wants_them() -> None:
    assert len({metric.name for metric in ALL}) == len(ALL)
    for metric in ALL:
        assert re.fullmatch(r"sanket_[a-z_]+", metric.name)
        assert metric.meaning.endswith(".")
        assert isinstance(metric, Counter) == metric.name.endswith("_total")
        assert not isinstance(metric, Histogram) or metric.name.endswith("_seconds")
        assert isinstance(metric, Gauge) or metric in catalogue.COUNTED
        for words in metric.labels.values():
            assert words is None or all(re.fullmatch(r"[a-z_]+", word) for word in words)


def test_every_metric_is_in_the_list() -> None:
    named = [
        one for one in vars(catalogue).values() if isinstance(one, Counter | Histogram | Gauge)
    ]
    assert set(named) == set(ALL)
