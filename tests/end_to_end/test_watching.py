"""What is watched, in real processes: their sums, through kills and restarts, and their logs."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from cli.log_keys import KEYS
from tests.servers.ports import free_port
from tests.servers.processes import descendants_of, words_of

ROOT: Final = Path(__file__).resolve().parents[2]
CALLS: Final = 12
MISSED_CALLS: Final = 'sanket_webhooks_total{door="missed_call"'
SENDS: Final = "sanket_sends_total{"
DEATHS: Final = "sanket_member_deaths_total{"


class Watched:
    """`flask serve` with two web workers, seen from outside."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.calls = 0
        self.port = free_port()
        self.start()

    def start(self) -> None:
        clean = {name: text for name, text in os.environ.items() if not name.startswith("BRIDGE_")}
        self.running = subprocess.Popen(
            [*(sys.executable, "-m", "flask", "--app", "app", "serve"), "--workers", "2"],
            cwd=ROOT,
            env=clean
            | {"PORT": str(self.port), "BRIDGE_DEV": "1", "BRIDGE_VAR": str(self.folder / "var")},
            stdout=subprocess.DEVNULL,
            stderr=(self.folder / "log").open("ab"),
        )

    def get(self, path: str) -> str:
        try:
            with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return str(answer.read().decode())
        except OSError:  # refused, or nobody answers while a web server starts
            return ""

    def ring(self) -> None:
        self.calls += 1
        form = {
            "isActive": "1",
            "sessionId": f"call-{self.calls}",
            "direction": "Inbound",
            "callerNumber": f"+9198123{self.calls:05}",
            "destinationNumber": "+919718397183",
        }
        assert "Reject" in self.get(f"/missed-call/simulator?{urlencode(form)}")

    def count(self, begins: str) -> float:
        """The sum of all samples that begin so."""
        lines = [line for line in self.get("/metrics").splitlines() if line.startswith(begins)]
        return sum(float(line.rpartition(" ")[2]) for line in lines)

    def shows(self, begins: str, value: float) -> bool:
        return self.count(begins) == value

    def pids(self, word: str) -> list[int]:
        """Of the descendants whose command line has this word."""
        return [pid for pid in descendants_of(self.running.pid) if word in words_of(pid)]

    def files(self) -> int:
        return len(list((self.folder / "var" / "metrics").iterdir()))

    def stop(self) -> None:
        self.running.terminate()
        self.running.wait(20)


@pytest.fixture(scope="module")
def watched(eventually: Any) -> Iterator[Watched]:
    with TemporaryDirectory(prefix="sanket-") as folder:
        bridge = Watched(Path(folder))
        eventually(lambda: '"ready":true' in bridge.get("/readyz"), 90)
        yield bridge
        bridge.stop()


def test_one_page_tells_of_all_processes(
    watched: Watched, eventually: Callable[[Callable[[], object], float], None]
) -> None:
    for _ in range(CALLS):
        watched.ring()
    assert watched.count(MISSED_CALLS) == CALLS  # two web workers took them
    eventually(lambda: watched.count(SENDS) == CALLS, 60)  # and the dispatcher sent the answers
    assert 0 <= watched.count("sanket_dispatcher_heartbeat_age_seconds") < 30
    assert watched.count("sanket_mt_oldest_due_seconds") == 0


def test_a_kill_forgets_nothing_and_restarts_do_not_pile_up(
    watched: Watched, eventually: Callable[[Callable[[], object], float], None]
) -> None:
    before = watched.count(MISSED_CALLS), watched.count(SENDS)
    for death in range(1, 4):
        (dispatcher,) = watched.pids("worker")
        os.kill(dispatcher, signal.SIGKILL)
        eventually(partial(watched.shows, DEATHS, death), 60)
        watched.ring()
        eventually(partial(watched.shows, MISSED_CALLS, before[0] + death), 60)
        eventually(partial(watched.shows, SENDS, before[1] + death), 60)
    main, *workers = watched.pids("cli.web_server")
    assert len(workers) == 2
    os.kill(workers[0], signal.SIGKILL)  # granian starts another one
    eventually(lambda: len(set(watched.pids("cli.web_server")) - {workers[0]}) == 3, 60)
    former = set(watched.pids("cli.web_server"))
    os.kill(main, signal.SIGKILL)
    eventually(lambda: len(set(watched.pids("cli.web_server")) - former) == 3, 60)
    eventually(partial(watched.shows, MISSED_CALLS, before[0] + 3), 60)
    assert watched.count(DEATHS) == 4
    # Of each of four processes at most three, of all the dead together two, and a lock.
    assert watched.files() <= 4 * 3 + 2 + 1


def test_a_new_start_counts_anew(
    watched: Watched, eventually: Callable[[Callable[[], object], float], None]
) -> None:
    watched.stop()
    watched.start()
    eventually(lambda: '"ready":true' in watched.get("/readyz"), 90)
    assert watched.count(MISSED_CALLS) == 0
    watched.ring()
    assert watched.count(MISSED_CALLS) == 1


def test_every_line_of_every_process_is_of_one_kind(watched: Watched) -> None:
    lines = (watched.folder / "log").read_text(encoding="utf-8").splitlines()
    told = [json.loads(line) for line in lines]
    assert {"died, starting it again", "mt sent", "worker alive"} <= {one["event"] for one in told}
    assert {"_granian"} <= {one.get("logger") for one in told}
    for one in told:
        assert {"event", "level", "timestamp"} <= set(one) <= set(KEYS)
    assert not re.search(r"98123\d{5}", "\n".join(lines))
