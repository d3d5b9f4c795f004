"""The bridge's processes, its vendor and its people, as one scenario needs them; and their ledgers.

Web servers and dispatchers are forked in no time and killed as one pleases. Sweeps and rests are
hurried, so that minutes become seconds; leases and settling are settings, and said as such.
"""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from importlib import import_module
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from sqlalchemy import select, text

from models import waiting_event
from models.database import DatabaseDown
from models.mt_message import mt_message
from outbound.outbox import NewMt
from settings_reading import load_settings
from telecom.keyed_hash import KeyedHash
from telecom.msisdn import Msisdn
from telecom.statuses import MessageClass
from tests.chaos.judge import Verdict, judge
from tests.servers.ports import free_port
from tests.servers.processes import children_of, is_running
from wiring import Bridge, build

ROOT: Final = Path(__file__).parents[2]
URL: Final = "https://sanket.example.in"
SECRET: Final = "a-secret-of-this-test-only"
ACCOUNT: Final = "AC00000000000000000000000000000001"
TOKEN: Final = "the-token"
GATEWAYS: Final = """
gateways:
  india:
    vendor: africastalking
    tps: {tps}
    country: IN
    username: sanket
    api_key: an-api-key-for-tests
    webhook_secret: {secret}
    sender_id: UMANG
    base_url: http://{home}:{port}
  us:
    vendor: twilio
    tps: {tps}
    country: IN
    account_sid: {account}
    auth_token: {token}
    sender_id: "+919718397183"
    base_url: http://{home}:{port}
"""
HURRY: Final = """
import outbound.retry, outbound.traffic, outbound.worker
outbound.worker.SWEEP_SECONDS = 0.5
outbound.worker.HEARTBEAT_SWEEPS = 1
outbound.retry.BACKOFF_SECONDS = (0.5, 1.0, 2.0, 3.0)
outbound.traffic.THROTTLED_SECONDS = 0.1
"""
# The people's numbers stand in a row, all of them are new, and who says STOP rings again at once.
UNLIMITED: Final = {
    "BRIDGE_CALL_COOLDOWN_SECONDS": "0",
    "BRIDGE_CALLS_PER_DAY": "1000000",
    "BRIDGE_CALLS_PER_WEEK": "1000000",
    "BRIDGE_PREFIX_PER_HOUR": "1000000",
    "BRIDGE_NEW_NUMBERS_PER_DAY": "1000000",
    "BRIDGE_DAY_BUDGET": "100000000 INR",
}
ENDS: Final = frozenset({"sent", "delivered", "failed", "expired", "suppressed", "unknown_final"})
# The shares of a vendor's faults, as in the measurements behind docs/delivery.md.
FAULTS: Final = {
    "throttle": 0.05,
    "refuse": 0.005,
    "lost_before": 0.01,
    "no_reply": 0.01,
    "hang_lost": 0.0025,
    "hang_taken": 0.0025,
    "fault": 0.005,
    "fault_taken": 0.005,
    "slow": 0.01,
}
REPORTS: Final = {"early": 0.2, "doubled": 0.1, "lost": 0.05}


@dataclass(kw_only=True)
class Wishes:
    """What a scenario asks for."""

    webs: int = 2
    dispatchers: int = 2
    threads: int = 4
    tps: float = 10_000  # of each gateway
    lease_seconds: int = 4
    settle_seconds: int = 6
    seed: int = 0
    faults: Mapping[str, float] = field(default_factory=lambda: FAULTS)
    reports: Mapping[str, float] | None = field(default_factory=lambda: REPORTS)  # None: never
    scripts: Mapping[str, Sequence[str]] = field(default_factory=dict)  # by recipient
    after_fork: str = ""  # Python that each process runs first
    keeps_connections: bool = False  # to the web servers, as deploy/nginx.conf does
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cradle:
    """A nursery whose children all find the settings of one field."""

    nursery: Any
    settings: Mapping[str, str]

    def fork(self, argv: list[str], log: Path, environ: Mapping[str, str]) -> int:
        return int(self.nursery.fork(argv, log, {**self.settings, **environ}))


class Field:
    home = "127.0.0.1"  # where the vendor is

    def __init__(
        self, folder: Path, kit: Any, nursery: Any, places: tuple[str, str], wishes: Wishes
    ) -> None:
        """`places` are the URLs of the database and of Redis."""
        database_url, redis_url = places
        self.folder = folder
        self.wishes = wishes
        self.vendor_port = free_port()
        self.kills: Counter[str] = Counter()
        self.chance = random.Random(wishes.seed)
        self._crowds: list[subprocess.Popen[bytes]] = []
        (folder / "gateways.yaml").write_text(
            GATEWAYS.format(
                secret=SECRET,
                account=ACCOUNT,
                token=TOKEN,
                home=self.home,
                port=self.vendor_port,
                tps=wishes.tps,
            )
        )
        self.settings = {
            "BRIDGE_DEV": "1",
            "BRIDGE_VAR": str(folder / "var"),
            "BRIDGE_DATABASE_URL": database_url,
            "BRIDGE_REDIS_URL": redis_url,
            "BRIDGE_GATEWAYS": str(folder / "gateways.yaml"),
            "BRIDGE_PUBLIC_URL": URL,
            "BRIDGE_MENUS_WATCH": "0",
            "BRIDGE_LEASE_SECONDS": str(wishes.lease_seconds),
            "BRIDGE_SETTLE_SECONDS": str(wishes.settle_seconds),
            "BRIDGE_WORKER_THREADS": str(wishes.threads),
            **UNLIMITED,
            **wishes.settings,
        }
        self.bridge: Bridge = build(load_settings(self.settings), {})
        self.bridge.publish_menu()
        hurried = {"SANKET_AFTER_FORK": HURRY + wishes.after_fork}
        self._cradle = Cradle(nursery, self.settings | hurried)
        self.dispatchers = [self._dispatcher(kit, n) for n in range(wishes.dispatchers)]
        self.webs = [self._web(kit, n) for n in range(wishes.webs)]
        self.vendor = self._start_vendor()

    @property
    def members(self) -> list[Any]:
        return [*self.dispatchers, *self.webs]

    @property
    def ports(self) -> list[int]:
        return [web.port for web in self.webs]

    def open(self) -> None:
        for member in self.members:
            member.start()
        self.wait_until(lambda: all(member.is_up() for member in self.members), 60)

    def close(self) -> None:
        for member in self.members:
            with suppress(ProcessLookupError):
                if member.is_alive():
                    member.kill()
        for running in [*self._crowds, self.vendor]:
            if running.poll() is None:
                running.kill()
            running.wait()
        self.bridge.stop()

    # The people

    def crowd(self, seconds: float, rate: float, **more: Any) -> subprocess.Popen[bytes]:
        """They live from now on; each crowd has numbers of its own."""
        plan = {
            "ledger": str(self.folder / f"people-{len(self._crowds)}.jsonl"),
            "web_ports": self.ports,
            "seconds": seconds,
            "rate": rate,
            "seed": self.wishes.seed,
            "first": len(self._crowds) * 10_000_000,
            "secret": SECRET,
            "token": TOKEN,
            "account": ACCOUNT,
            "public_url": URL,
            "addresses": {web.port: web.host for web in self.webs},
            "keeps": self.wishes.keeps_connections,
            **more,
        }
        crowd = self._run_fake("people", f"people-{len(self._crowds)}", plan)
        self._crowds.append(crowd)
        return crowd

    def wait_for_crowds(self, seconds: float = 120) -> None:
        for crowd in self._crowds:
            assert crowd.wait(seconds) == 0

    def promise(self, number: int, gateway: str, message_class: MessageClass) -> str:
        """What an earlier event has put into the outbox; for whom."""
        to = f"+91{8_000_000_000 + number}"
        new = NewMt(
            gateway=gateway,
            to=Msisdn.parse(to, "IN"),
            text=f"UMANG app: {URL}/l/Ab{number}",
            message_class=message_class,
            dedupe_key=f"chaos:{number}",
            sender_id="+919718397183" if gateway == "us" else "UMANG",
        )
        with self.bridge.database.write() as conn:
            assert self.bridge.outbox.enqueue(conn, new)
        return to

    def let_time_pass(self, seconds: float) -> None:
        """For every lease, that of a healthy send, too, and for what is unknown."""
        away = "make_interval(secs => :away)"
        older = (
            f"UPDATE mt_message SET lease_until = lease_until - {away},"
            f" unknown_since = unknown_since - {away}"
        )

        def is_past() -> bool:
            try:
                with self.bridge.database.write() as conn:
                    conn.execute(text(older), {"away": seconds})
            except DatabaseDown:  # a frozen process holds rows until PostgreSQL ends its idle wait
                return False
            return True

        self.wait_until(is_past, 30)

    def ring(self, number: int, web: int = 0) -> int:
        """One missed call by Africa's Talking; the status, 0 where no answer came."""
        caller = f"+91{7_000_000_000 + number}"
        form = {"isActive": "1", "sessionId": f"ATVId_c{number}", "direction": "Inbound"}
        form |= {"callerNumber": caller, "destinationNumber": "+919718397183"}
        return post(self.ports[web], f"/missed-call/india/{SECRET}", form)

    # Faults

    def kill_at_random(self) -> None:
        """kill -9 of any one of all processes of the bridge: dispatcher, granian, a web worker."""
        victims = [
            (member, pid)
            for member in self.members
            if member.is_alive()
            for pid in (member.pid, *children_of(member.pid))
        ]
        if not victims:
            return
        member, pid = self.chance.choice(victims)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            self.kills[member.kind] += 1

    def start_the_dead(self) -> None:
        """As a supervisor does. What is left of a process group goes with its first."""
        for member in self.members:
            if not is_running(member.pid):
                with suppress(ProcessLookupError):
                    os.killpg(member.pid, signal.SIGKILL)
                member.start()

    @contextmanager
    def supervised(
        self, act: Callable[[], None] | None = None, every: float = 2.0
    ) -> Iterator[None]:
        """In the meantime the dead are started again, and `act` comes every so many seconds."""
        stop = threading.Event()

        def watch() -> None:
            due = time.monotonic() + every
            while not stop.wait(0.1):
                self.start_the_dead()
                if act is not None and time.monotonic() >= due:
                    act()
                    due += every

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            yield
        finally:
            stop.set()
            watcher.join()
            self.start_the_dead()

    # What it came to

    def wait_until_settled(self, seconds: float = 90) -> None:
        """Until every call is answered, every row has come to its end, and the spool is empty."""

        def is_settled() -> bool:
            self.start_the_dead()
            return set(self.statuses()) <= ENDS and not (self.unanswered() or self.spooled())

        self.wait_until(is_settled, seconds, every=0.3)

    def statuses(self) -> dict[str, int]:
        return dict(Counter(status for _, status in self._rows()))

    def unanswered(self) -> bool:
        try:
            with self.bridge.database.read() as conn:
                return waiting_event.is_any(conn)
        except DatabaseDown:
            return True

    def spooled(self) -> int:
        return len([*(self.folder / "var" / "spool").glob("*.event")])

    def said(self) -> list[dict[str, Any]]:
        return [
            entry for file in sorted(self.folder.glob("people-*.jsonl")) for entry in read(file)
        ]

    def took(self) -> list[dict[str, Any]]:
        return read(self.folder / "vendor.jsonl")

    def verdict(self) -> Verdict:
        said, took = self.said(), self.took()
        callers = {str(entry.get("caller") or entry.get("to")) for entry in [*said, *took]}
        return judge(said, took, self.statuses_by_caller(callers))

    def statuses_by_caller(self, callers: Iterable[str]) -> dict[str, str]:
        """As an operator sees it."""
        hasher = KeyedHash(self.bridge.settings.secret_key.get_secret_value().encode())
        by_hash = {hasher.of(caller): caller for caller in callers}
        return {by_hash[to_hash]: status for to_hash, status in self._rows() if to_hash in by_hash}

    def log_lines(self, words: str) -> int:
        """How often the bridge's own log says it."""
        return sum(member.log.read_text(errors="replace").count(words) for member in self.members)

    def wait_until(self, holds: Callable[[], object], seconds: float, every: float = 0.05) -> None:
        never, give_up_at = threading.Event(), time.monotonic() + seconds
        while not holds():
            if time.monotonic() > give_up_at:
                raise AssertionError(f"not true within {seconds} s: {self.state()}")
            never.wait(every)

    def state(self) -> str:
        try:
            statuses: object = self.statuses()
        except DatabaseDown as fault:
            statuses = fault
        up = {member.log.stem: member.is_alive() for member in self.members}
        return f"{statuses}, spooled {self.spooled()}, alive {up}"

    def _rows(self) -> list[tuple[bytes | str, str]]:
        try:
            with self.bridge.database.read() as conn:
                rows = conn.execute(select(mt_message.c.to_hash, mt_message.c.status))
                return [(row.to_hash, str(row.status)) for row in rows]
        except DatabaseDown:
            return [("", "nobody knows")]

    # How it is set up

    def _dispatcher(self, kit: Any, number: int) -> Any:
        log = self.folder / f"dispatcher-{number}.log"
        return kit.Member(["flask", "--app", "app", "worker"], self._cradle, log, is_sending)

    def _web(self, kit: Any, number: int) -> Any:
        port = free_port()
        argv = ["web", "--app", "app", "--host", "127.0.0.1", "--port", str(port)]
        argv += ["--workers", "1", "--threads", "8"]
        return kit.Member(argv, self._cradle, self.folder / f"web-{number}.log", answers, port)

    def _start_vendor(self) -> subprocess.Popen[bytes]:
        plan = {
            "port": self.vendor_port,
            "ledger": str(self.folder / "vendor.jsonl"),
            "seed": self.wishes.seed,
            "faults": dict(self.wishes.faults),
            "scripts": {to: list(script) for to, script in self.wishes.scripts.items()},
            "reports": dict(self.wishes.reports or {}),
            "web_ports": self.ports if self.wishes.reports is not None else [],
            "public_url": URL,
            "account": ACCOUNT,
            "token": TOKEN,
            "africas_talking": f"/sms/india/{SECRET}/dlr",
            "host": self.home,
            "addresses": {web.port: web.host for web in self.webs},
            "keeps": self.wishes.keeps_connections,
        }
        vendor = self._run_fake("scripted_gateway", "vendor", plan)
        self.wait_until(lambda: is_open(self.vendor_port, self.home), 10)
        return vendor

    def _run_fake(
        self, program: str, name: str, plan: Mapping[str, Any]
    ) -> subprocess.Popen[bytes]:
        file = self.folder / f"{name}.plan.json"
        file.write_text(json.dumps(plan), encoding="utf-8")
        with (self.folder / f"{name}.out").open("ab") as out:
            return subprocess.Popen(
                [sys.executable, "-m", f"tests.fakes.{program}", str(file)],
                cwd=ROOT,
                stdout=out,
                stderr=out,
            )


def load_proxy() -> Any:
    """The class in tests/servers/fault_proxy.py."""
    return import_module("tests.servers.fault_proxy").FaultProxy


def read(file: Path) -> list[dict[str, Any]]:
    """Every whole line of a ledger, for somebody may be writing it."""
    if not file.exists():
        return []
    whole = file.read_text(encoding="utf-8").rpartition("\n")[0]
    return [json.loads(line) for line in whole.splitlines()]


def get(port: int, path: str, seconds: float = 5.0, host: str = "127.0.0.1") -> tuple[int, bytes]:
    """0 where no answer comes."""
    connection = HTTPConnection(host, port, timeout=seconds)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, HTTPException):
        return 0, b""
    finally:
        connection.close()


def post(
    port: int,
    path: str,
    form: Mapping[str, str],
    seconds: float = 10.0,
    headers: Mapping[str, str] | None = None,
) -> int:
    """0 where no answer comes."""
    connection = HTTPConnection("127.0.0.1", port, timeout=seconds)
    try:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", path, urlencode(form), kind | dict(headers or {}))
        answer = connection.getresponse()
        answer.read()
    except (OSError, HTTPException):
        return 0
    else:
        return answer.status
    finally:
        connection.close()


def answers(member: Any) -> bool:
    return get(member.port, "/healthz", host=member.host)[0] == 200


def is_sending(member: Any) -> bool:
    return b"worker alive" in member.words()


def is_open(port: int, host: str = "127.0.0.1") -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) == 0
