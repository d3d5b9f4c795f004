"""The bridge behind the shipped nginx: new web processes under load, and senders that stall."""

from __future__ import annotations

import json
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

pytestmark = pytest.mark.debian("nginx")

TESTS = Path(__file__).parents[1]
REJECT = '<?xml version="1.0" encoding="UTF-8"?><Response><Reject/></Response>'
PEOPLE = 6
PAUSE_SECONDS = 0.1  # of each: a load that leaves the machine time for the processes that start
RENEWALS = 3


class Load:
    """People who ring and dial all the while, each on a connection that stays, or on many."""

    def __init__(
        self, connect: Callable[[], HTTPConnection], secret: str, *, stays: bool = True
    ) -> None:
        self.connect = connect
        self.secret = secret
        self.stays = stays
        self.stop = threading.Event()
        self.got: Counter[str] = Counter()
        self.slowest = 0.0
        self.acknowledged: list[str] = []
        self.people = [threading.Thread(target=self._live, args=(who,)) for who in range(PEOPLE)]

    def __enter__(self) -> Load:
        for person in self.people:
            person.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        for person in self.people:
            person.join()

    def wait_for(self, more: int, eventually: Any) -> None:
        enough = self.got.total() + more
        eventually(lambda: self.got.total() >= enough, 60)

    def _live(self, who: int) -> None:
        line = self.connect()
        for number in range(who * 100_000, (who + 1) * 100_000):
            if self.stop.wait(PAUSE_SECONDS):
                break
            self._note(self._ring if who % 2 else self._dial, line, number)
            if not self.stays:
                line.close()
        line.close()

    def _note(
        self, act: Callable[[HTTPConnection, int], str], line: HTTPConnection, number: int
    ) -> None:
        began = time.monotonic()
        try:
            self.got[act(line, number)] += 1
        except (OSError, HTTPException) as fault:
            self.got[type(fault).__name__] += 1
            line.close()
        self.slowest = max(self.slowest, time.monotonic() - began)

    def _ring(self, line: HTTPConnection, number: int) -> str:
        caller = f"+9198{number:08d}"
        answer = self._post(
            line,
            f"/missed-call/india/{self.secret}",
            isActive="1",
            sessionId=f"ATVId_{number}",
            direction="Inbound",
            callerNumber=caller,
            destinationNumber="+919718397183",
        )
        if answer == f"200 {REJECT}":
            self.acknowledged.append(caller)
            return "200"
        return answer

    def _dial(self, line: HTTPConnection, number: int) -> str:
        answer = self._post(
            line,
            f"/ussd/india/{self.secret}",
            sessionId=f"ATUid_{number}",
            serviceCode="*384*97183#",
            phoneNumber=f"+9196{number:08d}",
            networkCode="40445",
            text="",
        )
        return "200" if answer.startswith("200 CON UMANG services") else answer

    def _post(self, line: HTTPConnection, path: str, **form: str) -> str:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        line.request("POST", path, urlencode(form), kind)
        answer = line.getresponse()
        return f"{answer.status} {answer.read().decode()}"


@pytest.fixture(scope="module")
def kit() -> Any:
    """tests/servers/front_door.py: the tests are no package."""
    from importlib.util import module_from_spec, spec_from_file_location

    name = "by_path_front_door"
    spec = spec_from_file_location(name, TESTS / "servers" / "front_door.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def line() -> Iterator[socket.socket]:
    """What systemd holds for the bridge, whether it runs or not."""
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as held:
        yield held


@pytest.fixture(scope="module")
def town(new_town: Any, line: socket.socket) -> Any:
    return new_town(None, "--workers", "2", line=line)


@pytest.fixture(scope="module")
def door(kit: Any, town: Any) -> Iterator[Any]:
    with kit.FrontDoor(town.port) as opened:
        yield opened


def is_ready(town: Any) -> bool:
    assert town.running.poll() is None, (town.folder / "out.log").read_text(encoding="utf-8")
    return bool(town.is_ready())


def said(town: Any, words: str) -> int:
    return str((town.folder / "out.log").read_text(encoding="utf-8")).count(words)


def test_new_web_processes_take_over_without_a_lost_webhook(
    town: Any, door: Any, eventually: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """`systemctl reload sanket`, again and again: the goal is 0 answers that are no 2xx."""
    eventually(lambda: is_ready(town), 120)
    with Load(door.connect, town.secret) as load:
        for renewals in range(1, RENEWALS + 1):
            load.wait_for(100, eventually)
            town.running.send_signal(signal.SIGUSR2)
            eventually(lambda renewals=renewals: said(town, "renewed") >= renewals, 60)
            eventually(lambda: len(web_servers(town)) == 1, 30)
        load.wait_for(100, eventually)
    report(capsys, "renewals", RENEWALS, load)
    assert set(load.got) == {"200"}, load.got
    acknowledged = set(load.acknowledged)
    assert acknowledged
    eventually(lambda: acknowledged <= set(town.delivered()), 60)
    assert max(town.delivered().values()) == 1
    assert said(town, "ended by force") == 0
    assert said(town, "died, starting it again") == 0


def test_a_whole_restart_refuses_nobody_where_systemd_holds_the_port(
    town: Any, eventually: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """`systemctl restart sanket`: who calls meanwhile waits, and is answered.

    Not through nginx, which waits 15 s for an answer: on a busy machine a start takes longer.
    """
    eventually(lambda: is_ready(town), 120)
    connect = partial(HTTPConnection, "127.0.0.1", town.port, timeout=120)
    with Load(connect, town.secret, stays=False) as load:
        for _ in range(2):
            load.wait_for(50, eventually)
            town.running.send_signal(signal.SIGTERM)
            assert town.running.wait(20) == 0
            town.start()
            eventually(lambda: is_ready(town), 120)
        load.wait_for(50, eventually)
    report(capsys, "restarts", 2, load)
    assert set(load.got) == {"200"}, load.got
    acknowledged = set(load.acknowledged)
    assert acknowledged
    eventually(lambda: acknowledged <= set(town.delivered()), 60)
    assert max(town.delivered().values()) == 1


@pytest.mark.parametrize(
    "half",
    [
        b"POST /sms/india/x HTTP/1.1\r\nHost: x\r\nContent-Le",
        b"POST /sms/india/x HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\nfrom=%2B91",
    ],
    ids=["headers", "bodies"],
)
def test_sixty_who_stop_in_the_middle_stop_nobody_else(
    half: bytes,
    town: Any,
    door: Any,
    kit: Any,
    eventually: Any,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Two workers with 16 threads each: straight, 32 half bodies would hold them all."""
    eventually(lambda: is_ready(town), 120)
    with ExitStack() as stalled:
        for _ in range(60):
            plain = stalled.enter_context(socket.create_connection(("127.0.0.1", door.port)))
            secured: ssl.SSLSocket = stalled.enter_context(kit.trusting().wrap_socket(plain))
            secured.sendall(half)
        with Load(door.connect, town.secret) as load:
            load.wait_for(300, eventually)
        report(capsys, "stalled", 60, load)
        assert set(load.got) == {"200"}, load.got
        assert load.slowest < 4.0


def web_servers(town: Any) -> list[str]:
    """The command lines of the web servers' main processes."""
    found = subprocess.run(
        ["ps", "-o", "args=", "--ppid", str(town.running.pid)], capture_output=True, text=True
    ).stdout.splitlines()
    return [args for args in found if "cli.web_server" in args]


def report(capsys: pytest.CaptureFixture[str], what: str, count: int, load: Load) -> None:
    figures = {what: count, "answers": dict(load.got), "slowest": round(load.slowest, 2)}
    with capsys.disabled():
        print(f"\nfront door: {json.dumps(figures)}", file=sys.__stderr__, flush=True)
