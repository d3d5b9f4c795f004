"""Three dispatchers and two web processes on one PostgreSQL and one Redis, killed again and again.

The vendor's ledger is the judge. Texts come in by one web process or the other, reports come back
as Twilio sends them: signed, to the address that the SMS carried, once more only where nobody
answered the connection. Nothing here is told to us that a real Twilio would not tell.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import count
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select
from twilio.request_validator import RequestValidator

from models.mt_message import mt_message
from models.send_attempt import send_attempt
from outbound.outbox import NewMt
from settings_reading import load_settings
from telecom.msisdn import Msisdn
from telecom.statuses import MessageClass, MtStatus
from tests.servers.ports import free_port
from wiring import Bridge, build

ROOT: Final = Path(__file__).parents[2]
URL: Final = "https://sanket.example.in"
ACCOUNT: Final = "AC00000000000000000000000000000001"
TOKEN: Final = "the-token"
GATEWAYS: Final = f"""
gateways:
  us:
    vendor: twilio
    tps: 1000
    country: IN
    account_sid: {ACCOUNT}
    auth_token: {TOKEN}
    sender_id: "+919718397183"
    base_url: %s
"""
PROMISED, TEXTED = 4_000, 1_000
DISPATCHERS, WEBS, THREADS = 3, 2, 4
REPORTERS: Final = 16
LEASE_SECONDS, SETTLE_SECONDS = 6, 20
LAST_KILL_SECONDS: Final = 45.0
COPIES: Final = 2  # of a link, at the most: the second after the first one was in doubt

pytestmark = [
    pytest.mark.debian("postgres", repeats=True),
    pytest.mark.parametrize("storage", ["postgresql"], indirect=True),
]


@dataclass
class Field:
    """The bridge as its operator and its vendor see it."""

    bridge: Bridge
    members: list[Any]  # three dispatchers and two web processes, of tests/servers/nursery.py
    ledger_file: Path
    stop: threading.Event = field(default_factory=threading.Event)
    acknowledged: list[str] = field(default_factory=list)
    reports: Counter[str] = field(default_factory=Counter)
    known: dict[str, int] = field(default_factory=dict)  # reported, when so many were taken
    slowest_report: float = 0.0  # seconds
    _reading: threading.Lock = field(default_factory=threading.Lock)
    _ledger: list[dict[str, str]] = field(default_factory=list)
    _read_to: int = 0

    @property
    def ports(self) -> list[int]:
        return [member.port for member in self.members if member.port]

    def ledger(self) -> list[dict[str, str]]:
        """What the vendor took: every whole line, for it may be writing. Reads what is new."""
        with self._reading:
            if self.ledger_file.exists():
                with self.ledger_file.open("rb") as file:
                    file.seek(self._read_to)
                    whole = file.read().rpartition(b"\n")[0]
                self._read_to += len(whole) + (1 if whole else 0)
                self._ledger += [json.loads(line) for line in whole.splitlines()]
            return self._ledger

    def promise(self, how_many: int) -> set[str]:
        """What earlier events, or an admin, have put into the outbox."""
        people = [f"+9198{number:08d}" for number in range(how_many)]
        with self.bridge.database.write() as conn:
            for to in people:
                new = NewMt(
                    gateway="us",
                    to=Msisdn.parse(to, "IN"),
                    text="UMANG app: https://sanket.example.in/l/Ab3xY7",
                    message_class=MessageClass.LINK,
                    dedupe_key=f"test:{to}",
                    sender_id="+919718397183",
                )
                assert self.bridge.outbox.enqueue(conn, new)
        return set(people)

    def text(self, numbers: Iterator[int]) -> None:
        """People send UMANG; the vendor tries again until somebody takes it."""
        for number in numbers:
            sender = f"+9197{number:08d}"
            form = {
                "AccountSid": ACCOUNT,
                "MessageSid": f"SM{number:032x}",
                "SmsStatus": "received",
                "From": sender,
                "To": "+919718397183",
                "Body": "UMANG",
            }
            for turn in count():
                if post(self.ports[(number + turn) % WEBS], "/sms/us", form) == 200:
                    self.acknowledged.append(sender)
                    break
                if self.stop.wait(0.2):
                    return

    def report(self) -> None:
        """`delivered` for each SMS, as it is taken."""
        seen = 0
        with ThreadPoolExecutor(REPORTERS) as reporters:
            while not self.stop.wait(0.1):
                new = self.ledger()[seen:]
                seen += len(new)
                for taken in new:
                    reporters.submit(self._report_one, taken, time.monotonic())
            reporters.shutdown(cancel_futures=True)

    def _report_one(self, taken: Mapping[str, str], seen_at: float) -> None:
        form = {
            "AccountSid": ACCOUNT,
            "MessageSid": taken["id"],
            "MessageStatus": "delivered",
            "To": taken["to"],
        }
        path = taken["callback"].removeprefix(URL)
        first = random.randrange(WEBS)
        for turn in range(2):
            status = post(self.ports[(first + turn) % WEBS], path, form)
            if status != REFUSED:
                break
        self.reports["taken" if status == 200 else "lost"] += 1
        self.slowest_report = max(self.slowest_report, time.monotonic() - seen_at)
        if status == 200:
            self.known[taken["id"]] = len(self.ledger())

    def given_up(self) -> list[str]:
        """The SMS of which two copies are in doubt: nobody sends a third."""
        query = select(mt_message.c.id).where(mt_message.c.status == MtStatus.UNKNOWN_FINAL)
        with self.bridge.database.read() as conn:
            return [str(mt_id) for mt_id in conn.execute(query).scalars()]

    def statuses(self) -> dict[str, int]:
        query = select(mt_message.c.status, func.count()).group_by(mt_message.c.status)
        with self.bridge.database.read() as conn:
            return {str(status): int(found) for status, found in conn.execute(query)}


REFUSED: Final = -1


def post(port: int, path: str, form: Mapping[str, str]) -> int:
    """The status; REFUSED where nobody took the connection, 0 where the answer was lost."""
    proof = RequestValidator(TOKEN).compute_signature(URL + path, form)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Twilio-Signature": proof,
    }
    connection = HTTPConnection("127.0.0.1", port, timeout=15)
    try:
        connection.connect()
    except OSError:
        return REFUSED
    try:
        connection.request("POST", path, urlencode(form), headers)
        return int(connection.getresponse().status)
    except (OSError, HTTPException):
        return 0
    finally:
        connection.close()


def answers(member: Any) -> bool:
    connection = HTTPConnection("127.0.0.1", member.port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return bool(connection.getresponse().status == 200)
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def is_sending(member: Any) -> bool:
    return b"worker alive" in member.words()


@pytest.fixture
def the_field(
    tmp_path: Path, database_url: str, redis_url: str, nursery_kit: Any
) -> Iterator[Field]:
    vendor_port, ledger = free_port(), tmp_path / "ledger.jsonl"
    gateways = tmp_path / "gateways.yaml"
    gateways.write_text(GATEWAYS % f"http://127.0.0.1:{vendor_port}", encoding="utf-8")
    settings = {
        "BRIDGE_DEV": "1",
        "BRIDGE_VAR": str(tmp_path / "var"),
        "BRIDGE_DATABASE_URL": database_url,
        "BRIDGE_REDIS_URL": redis_url,
        "BRIDGE_GATEWAYS": str(gateways),
        "BRIDGE_PUBLIC_URL": URL,
        "BRIDGE_MENUS_WATCH": "0",
        "BRIDGE_LEASE_SECONDS": str(LEASE_SECONDS),
        "BRIDGE_SETTLE_SECONDS": str(SETTLE_SECONDS),
        "BRIDGE_WORKER_THREADS": str(THREADS),
        "BRIDGE_PREFIX_PER_HOUR": "1000000",  # their callers stand in a row
        "BRIDGE_NEW_NUMBERS_PER_DAY": "1000000",
        "BRIDGE_DAY_BUDGET": "1000000 INR",
    }
    bridge = build(load_settings(settings), {})
    bridge.publish_menu()
    nursery = nursery_kit.Nursery(os.environ | settings)
    members = [
        nursery_kit.Member(
            ["flask", "--app", "app", "worker"],
            nursery,
            tmp_path / f"dispatcher-{number}.log",
            is_sending,
        )
        for number in range(DISPATCHERS)
    ]
    for number in range(WEBS):
        port = free_port()
        argv = ["web", "--app", "app", "--host", "127.0.0.1", "--port", str(port)]
        argv += ["--workers", "1", "--threads", "8"]
        members.append(
            nursery_kit.Member(argv, nursery, tmp_path / f"web-{number}.log", answers, port)
        )
    fake = [sys.executable, str(ROOT / "tests" / "fakes" / "twilio.py")]
    vendor = subprocess.Popen(
        [*fake, "--port", str(vendor_port), "--ledger", str(ledger)], stdout=subprocess.DEVNULL
    )
    place = Field(bridge, members, ledger)
    try:
        yield place
    finally:
        place.stop.set()
        for member in members:
            if member.is_alive():
                member.kill()
        nursery.close()
        vendor.kill()
        vendor.wait()
        bridge.stop()


def test_no_kill_loses_or_doubles_an_sms(
    the_field: Field, eventually: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    people = the_field.promise(PROMISED)
    people |= {f"+9197{number:08d}" for number in range(TEXTED)}
    for member in the_field.members:
        member.start()
    eventually(lambda: all(member.is_up() for member in the_field.members), 60)
    numbers = iter(range(TEXTED))
    lock = threading.Lock()

    def shared() -> Iterator[int]:
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            yield number

    crowd = [threading.Thread(target=the_field.text, args=(shared(),)) for _ in range(4)]
    crowd.append(threading.Thread(target=the_field.report))
    for one in crowd:
        one.start()
    began = time.monotonic()

    def is_over() -> bool:
        missing = people - {taken["to"] for taken in the_field.ledger()}
        return len(missing) <= len(the_field.given_up())

    kills = kill_until(the_field, is_over, eventually)
    eventually(lambda: set(the_field.statuses()) <= ENDS, 4 * (LEASE_SECONDS + SETTLE_SECONDS))
    seconds = time.monotonic() - began
    the_field.stop.set()
    for one in crowd:
        one.join()
    copies = Counter(taken["to"] for taken in the_field.ledger())
    in_doubt, given_up = calls_without_an_end(the_field), the_field.given_up()
    doubled = sum(copies.values()) - len(copies)
    told = second_copies(the_field)
    figures = {
        "messages": len(people),
        "kills": dict(kills),
        "ambiguous": len(in_doubt),
        "doubled": doubled,
        "of these": dict(told),
        "given up": len(given_up),
        "missing": len(people - set(copies)),
        "reports": dict(the_field.reports),
        "slowest report": round(the_field.slowest_report, 1),
        "statuses": the_field.statuses(),
        "seconds": round(seconds, 1),
    }
    with capsys.disabled():
        print(f"\nfive processes: {json.dumps(figures)}", file=sys.__stderr__, flush=True)
    assert set(copies) <= people
    # Whoever had none was in the hands of two that were killed, and the operator sees him.
    assert len(people - set(copies)) <= len(given_up)
    assert all(in_doubt.count(mt_id) == COPIES for mt_id in given_up)
    assert set(the_field.acknowledged) <= people
    assert len(the_field.acknowledged) == TEXTED
    assert kills["dispatcher"] > 0
    assert kills["web"] > 0
    # Only what was in a killed dispatcher's hands may be doubled: one call a thread.
    assert len(in_doubt) <= kills["dispatcher"] * THREADS
    assert doubled <= len(in_doubt)
    assert max(copies.values()) <= COPIES
    assert told["reported"] <= 1  # a call that was on its way when the report came in


ENDS: Final = {MtStatus.SENT.value, MtStatus.DELIVERED.value, MtStatus.UNKNOWN_FINAL.value}


def kill_until(the_field: Field, done: Callable[[], bool], eventually: Any) -> Counter[str]:
    """One of the five each second: any that is up, as long as one of its kind is left.

    Else nothing would be sent, and nothing proven, where a machine is so busy that a start takes
    longer than that.
    """
    chance, kills, pause = random.Random(112), Counter[str](), threading.Event()
    last = time.monotonic() + LAST_KILL_SECONDS
    due = time.monotonic()
    while not done():
        due = max(due + 1.0, time.monotonic())
        pause.wait(due - time.monotonic())
        if time.monotonic() > last:
            eventually(done, 90)
            break
        up = [member for member in the_field.members if member.is_up()]
        kinds = Counter(member.kind for member in up)
        victims = [member for member in up if kinds[member.kind] > 1]
        if victims:
            victim = chance.choice(victims)
            victim.kill()
            victim.start()
            kills[victim.kind] += 1
        for member in the_field.members:
            if not member.is_alive():  # its port was not free yet
                member.start()
    return kills


def second_copies(the_field: Field) -> Counter[str]:
    """Of each: what the bridge had been told of the first copy by then."""
    first: dict[str, str] = {}
    found = Counter[str]()
    for place, taken in enumerate(the_field.ledger()):
        if taken["to"] not in first:
            first[taken["to"]] = taken["id"]
            continue
        known_at = the_field.known.get(first[taken["to"]])
        if known_at is None:
            found["its report was lost"] += 1
        else:
            found["reported" if known_at <= place else "reported later"] += 1
    return found


def calls_without_an_end(the_field: Field) -> list[str]:
    """The SMS whose call was begun by a dispatcher that did not live to write down its end."""
    query = select(send_attempt.c.mt_id).where(send_attempt.c.finished_at.is_(None))
    with the_field.bridge.database.read() as conn:
        return [str(mt_id) for mt_id in conn.execute(query).scalars()]
