"""The whole bridge in its real processes: the link arrives, and no kill -9 loses anything.

The ledgers of the caller and of the vendor are the judges, not our database.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

ROOT = Path(__file__).parent.parent.parent
SECRET = "a-secret-of-this-test-only"
GATEWAYS = """
gateways:
  india:
    vendor: africastalking
    country: IN
    username: sanket
    api_key: an-api-key-for-tests
    webhook_secret: {secret}
    sender_id: UMANG
    base_url: http://127.0.0.1:{port}
"""


@dataclass
class Town:
    """A bridge and a vendor, each in processes of its own, and everything that was acknowledged."""

    folder: Path
    port: int
    vendor_port: int
    running: subprocess.Popen[bytes] | None = None
    acknowledged: list[str] = field(default_factory=list)

    def start(self) -> None:
        self.running = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "app", "serve", "--patience", "20"],
            cwd=ROOT,
            env=os.environ
            | {
                "PORT": str(self.port),
                "BRIDGE_DEV": "1",
                "BRIDGE_VAR": str(self.folder / "var"),
                "BRIDGE_GATEWAYS": str(self.folder / "gateways.yaml"),
                "BRIDGE_LEASE_SECONDS": "3",
                "BRIDGE_SETTLE_SECONDS": "3",
            },
            stdout=(self.folder / "out.log").open("ab"),
            stderr=subprocess.STDOUT,
        )

    def post(self, path: str, **form: str) -> tuple[int, str]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            kind = {"Content-Type": "application/x-www-form-urlencoded"}
            connection.request("POST", path, urlencode(form), kind)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except OSError:
            return 0, ""
        finally:
            connection.close()

    def is_ready(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def ring(self, number: int) -> None:
        """One missed call; a gateway that hears nothing tries again, as gateways do."""
        caller = f"+9198{number:08d}"
        status, _ = self.post(
            f"/missed-call/india/{SECRET}",
            isActive="1",
            sessionId=f"ATVId_{number}",
            direction="Inbound",
            callerNumber=caller,
            destinationNumber="+919718397183",
        )
        if status == 200:
            self.acknowledged.append(caller)

    def text(self, number: int) -> None:
        caller = f"+9197{number:08d}"
        status, _ = self.post(
            f"/sms/india/{SECRET}",
            **{"from": caller, "to": "56161", "text": "UMANG", "id": f"ATXid_{number}"},
            date="2026-11-23 09:00:00",
        )
        if status == 200:
            self.acknowledged.append(caller)

    def dial(self, number: int) -> None:
        """*384*97183#, 1: acknowledged when the phone reads that an SMS will come."""
        caller = f"+9196{number:08d}"
        body = ""
        for text in ("", "1"):
            _, body = self.post(
                f"/ussd/india/{SECRET}",
                sessionId=f"ATUid_{number}",
                serviceCode="*384*97183#",
                phoneNumber=caller,
                networkCode="40445",
                text=text,
            )
        if body.startswith("END You will get an SMS"):
            self.acknowledged.append(caller)

    def ledger(self) -> list[dict[str, str]]:
        """What the vendor took."""
        file = self.folder / "ledger.jsonl"
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        return [json.loads(line) for line in lines]

    def texts_to(self, caller: str) -> list[str]:
        return [taken["text"] for taken in self.ledger() if taken["to"] == caller]

    def delivered(self) -> Counter[str]:
        return Counter(taken["to"] for taken in self.ledger())

    def child(self, command: str) -> int:
        """The pid of the child of `flask serve` whose command line holds this word."""
        assert self.running is not None
        for pid in children_of(self.running.pid):
            if command in Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8").split("\0"):
                return pid
        return 0


def children_of(pid: int) -> list[int]:
    try:
        return [
            int(child)
            for task in Path(f"/proc/{pid}/task").iterdir()
            for child in (task / "children").read_text(encoding="ascii").split()
        ]
    except FileNotFoundError:
        return []


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, eventually: Any) -> Iterator[Town]:
    tmp_path = tmp_path_factory.mktemp("town")
    port, vendor_port = free_port(), free_port()
    text = GATEWAYS.format(secret=SECRET, port=vendor_port)
    (tmp_path / "gateways.yaml").write_text(text, encoding="utf-8")
    fake = [sys.executable, str(ROOT / "tests" / "fakes" / "africastalking.py")]
    vendor = subprocess.Popen(
        [*fake, "--port", str(vendor_port), "--ledger", str(tmp_path / "ledger.jsonl")]
    )
    place = Town(tmp_path, port, vendor_port)
    place.start()
    eventually(place.is_ready, 30)
    yield place
    assert place.running is not None
    place.running.terminate()
    place.running.wait(20)
    vendor.kill()
    vendor.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


REJECT = '<?xml version="1.0" encoding="UTF-8"?><Response><Reject/></Response>'
JOURNEYS = [
    # how, the caller, what the SMS begins with
    ("dial", "+919811111111", "UMANG app: http://127.0.0.1:"),
    ("text", "+919811111112", "UMANG app: http://127.0.0.1:"),
    ("ring", "+919811111113", "UMANG app: http://127.0.0.1:"),
]


@pytest.mark.parametrize(("how", "caller", "begins"), JOURNEYS)
def test_the_link_arrives_once_and_works(
    town: Town, eventually: Any, how: str, caller: str, begins: str
) -> None:
    """Every webhook comes three times in parallel, as gateways do when in doubt."""
    with ThreadPoolExecutor(3) as pool:
        for path, form, expected in webhooks_of(how, caller):
            copies = [pool.submit(town.post, path, **form) for _ in range(3)]
            assert {copy.result()[0] for copy in copies} == {200}
            (body,) = {copy.result()[1] for copy in copies}
            assert body.startswith(expected)
    eventually(lambda: town.texts_to(caller), 20)
    # The dispatcher has looked again before another caller's SMS goes out after this one.
    town.ring(int(caller[-8:]) + 50)
    eventually(lambda: town.texts_to(f"+9198{int(caller[-8:]) + 50:08d}"), 20)
    (text,) = town.texts_to(caller)
    assert text.startswith(begins)
    found = re.search(r"http://127\.0\.0\.1:\d+(/l/\w+)", text)
    assert found
    connection = HTTPConnection("127.0.0.1", town.port, timeout=5)
    connection.request("GET", found[1], headers={"User-Agent": "Mozilla/5.0 (Linux; Android 14)"})
    answer = connection.getresponse()
    connection.close()
    assert (answer.status, answer.headers["Location"][:24]) == (302, "https://play.google.com/")


def webhooks_of(how: str, caller: str) -> list[tuple[str, dict[str, str], str]]:
    """The webhooks of one journey in order: path, form, what the answer begins with."""
    if how == "text":
        form = {"from": caller, "to": "56161", "text": "UMANG", "id": f"ATXid_{caller}"}
        return [(f"/sms/india/{SECRET}", form | {"date": "2026-11-23 09:00:00"}, "")]
    if how == "ring":
        form = {
            "isActive": "1",
            "sessionId": f"ATVId_{caller}",
            "direction": "Inbound",
            "callerNumber": caller,
            "destinationNumber": "+919718397183",
        }
        return [(f"/missed-call/india/{SECRET}", form, REJECT)]
    form = {
        "sessionId": f"ATUid_{caller}",
        "serviceCode": "*384*97183#",
        "phoneNumber": caller,
        "networkCode": "40445",
    }
    path = f"/ussd/india/{SECRET}"
    return [
        (path, form | {"text": ""}, "CON UMANG services\n1 Get the app\n"),
        (path, form | {"text": "1"}, "END You will get an SMS"),
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_kill_the_parent_then_the_worker(town: Town, eventually: Any) -> None:
    chance = random.Random(97183)
    stop = threading.Event()

    def crowd(first: int) -> None:
        """People ring, text and dial all the while; the bridge may be gone at any moment."""
        number = first
        while not stop.is_set():
            for act in (town.ring, town.text, town.dial):
                act(number)
            number += 1
            stop.wait(0.05)

    people = [threading.Thread(target=crowd, args=(first * 1_000_000,)) for first in (11, 12)]
    for person in people:
        person.start()
    try:
        for victim in ("parent", "worker", "parent", "worker"):
            before = len(town.acknowledged)
            eventually(lambda before=before: len(town.acknowledged) > before + 12, 30)
            stop.wait(chance.random() / 3)
            kill(town, victim, eventually)
    finally:
        stop.set()
        for person in people:
            person.join()
    acknowledged = set(town.acknowledged)
    assert len(acknowledged) > 48
    eventually(lambda: acknowledged <= set(town.delivered()), 40)
    # A message that was in flight at a kill may go out twice, never three times.
    copies = town.delivered()
    assert max(copies.values()) <= 2
    doubled = sum(count - 1 for count in copies.values())
    assert doubled <= 4 * 4  # four kills, four sender threads


def kill(town: Town, victim: str, eventually: Any) -> None:
    assert town.running is not None
    if victim == "worker":
        eventually(lambda: town.child("worker"), 10)
        os.kill(town.child("worker"), signal.SIGKILL)
        return
    town.running.kill()
    town.running.wait()
    town.start()
    eventually(town.is_ready, 30)
