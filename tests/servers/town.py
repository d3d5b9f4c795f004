"""A bridge and a vendor, each in real processes, and the people around them.

The vendor is Africa's Talking, as tests/fakes/africastalking.py plays it. What the bridge
acknowledged and what the vendor took are kept here, so that no database has to be believed.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlencode

from tests.servers.ports import free_port
from tests.servers.processes import children_of, words_of

ROOT = Path(__file__).parents[2]
SECRET = "a-secret-of-this-test-only"
GATEWAYS = """
gateways:
  india:
    vendor: africastalking
    tps: 1000
    country: IN
    username: sanket
    api_key: an-api-key-for-tests
    webhook_secret: {secret}
    sender_id: UMANG
    base_url: http://127.0.0.1:{port}
  patient:  # says everything again that was answered 5xx
    vendor: africastalking
    tps: 1000
    country: IN
    username: sanket
    api_key: an-api-key-for-tests
    webhook_secret: {secret}
    sender_id: UMANG
    retries: true
    base_url: http://127.0.0.1:{port}
"""

# As systemd does it: the socket is descriptor 3, and whose it is stands in the environment.
HAND_OVER = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.set_inheritable(3, True)
os.environ |= {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1"}
os.execv(sys.argv[2], sys.argv[2:])
"""


@dataclass
class Town:
    """`settings` and `arguments` are those of `flask serve` beside what every town has."""

    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    port: int = 0
    running: subprocess.Popen[bytes] | None = None
    vendor: subprocess.Popen[bytes] | None = None
    acknowledged: list[str] = field(default_factory=list)
    line: socket.socket | None = None  # handed to `flask serve` as systemd would do it

    secret = SECRET

    def open(self) -> None:
        """The vendor first, then the bridge, which is not ready yet."""
        self.port = self.line.getsockname()[1] if self.line else free_port()
        vendor_port = free_port()
        text = GATEWAYS.format(secret=SECRET, port=vendor_port)
        (self.folder / "gateways.yaml").write_text(text, encoding="utf-8")
        fake = [sys.executable, str(ROOT / "tests" / "fakes" / "africastalking.py")]
        self.vendor = subprocess.Popen(
            [*fake, "--port", str(vendor_port), "--ledger", str(self.folder / "ledger.jsonl")],
            stdout=subprocess.DEVNULL,
        )
        self.start()

    def close(self) -> None:
        if self.running is not None:
            self.running.terminate()
            self.running.wait(20)
        if self.vendor is not None:
            self.vendor.kill()
            self.vendor.wait()

    def start(self) -> None:
        command = [sys.executable, "-m", "flask", "--app", "app", "serve", "--patience", "20"]
        fds = [self.line.fileno()] if self.line else []
        if self.line is not None:
            command = [sys.executable, "-c", HAND_OVER, str(fds[0]), *command]
        self.running = subprocess.Popen(
            [*command, *self.arguments],
            pass_fds=fds,
            cwd=ROOT,
            env=os.environ
            | {
                "PORT": str(self.port),
                "BRIDGE_DEV": "1",
                "BRIDGE_VAR": str(self.folder / "var"),
                "BRIDGE_GATEWAYS": str(self.folder / "gateways.yaml"),
                "BRIDGE_LEASE_SECONDS": "3",
                "BRIDGE_SETTLE_SECONDS": "3",
                "BRIDGE_PREFIX_PER_HOUR": "1000000",  # their callers stand in a row
                "BRIDGE_NEW_NUMBERS_PER_DAY": "1000000",
                "BRIDGE_DAY_BUDGET": "1000000 INR",
                **self.settings,
            },
            stdout=(self.folder / "out.log").open("ab"),
            stderr=subprocess.STDOUT,
        )

    def post(self, path: str, **form: str) -> tuple[int, str]:
        """Status and body; 0 where no answer came."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            kind = {"Content-Type": "application/x-www-form-urlencoded"}
            connection.request("POST", path, urlencode(form), kind)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except (OSError, HTTPException):
            return 0, ""
        finally:
            connection.close()

    def is_ready(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def ring(self, number: int) -> tuple[int, str]:
        """One missed call."""
        caller = f"+9198{number:08d}"
        status, body = self.post(
            f"/missed-call/india/{SECRET}",
            isActive="1",
            sessionId=f"ATVId_{number}",
            direction="Inbound",
            callerNumber=caller,
            destinationNumber="+919718397183",
        )
        if status == 200:
            self.acknowledged.append(caller)
        return status, body

    def text(self, number: int, gateway: str = "india") -> tuple[int, str]:
        caller = f"+919{7 if gateway == 'india' else 5}{number:08d}"
        status, body = self.post(
            f"/sms/{gateway}/{SECRET}",
            **{"from": caller, "to": "56161", "text": "UMANG", "id": f"ATXid_{number}"},
            date="2026-11-23 09:00:00",
        )
        if status == 200:
            self.acknowledged.append(caller)
        return status, body

    def turn(self, session: str, caller: str, text: str) -> tuple[int, str]:
        """One USSD turn; `text` is cumulative."""
        return self.post(
            f"/ussd/india/{SECRET}",
            sessionId=session,
            serviceCode="*384*97183#",
            phoneNumber=caller,
            networkCode="40445",
            text=text,
        )

    def dial(self, number: int) -> list[tuple[int, str]]:
        """*384*97183#, 1: acknowledged when the phone reads that an SMS will come."""
        caller = f"+9196{number:08d}"
        seen = [self.turn(f"ATUid_{number}", caller, text) for text in ("", "1")]
        if seen[-1][1].startswith("END You will get an SMS"):
            self.acknowledged.append(caller)
        return seen

    def ledger(self) -> list[dict[str, str]]:
        """What the vendor took: every whole line, for it may be writing."""
        file = self.folder / "ledger.jsonl"
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        return [json.loads(line) for line in text.rpartition("\n")[0].splitlines()]

    def texts_to(self, caller: str) -> list[str]:
        return [taken["text"] for taken in self.ledger() if taken["to"] == caller]

    def delivered(self) -> Counter[str]:
        return Counter(taken["to"] for taken in self.ledger())

    def child(self, command: str) -> int:
        """The pid of the child of `flask serve` whose command line holds this word."""
        assert self.running is not None
        for pid in children_of(self.running.pid):
            if command in words_of(pid):
                return pid
        return 0
