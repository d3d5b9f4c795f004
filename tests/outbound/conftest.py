"""A small world to send in: a real database, its own clock, a gateway that keeps a ledger."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, Row, select

from models.database import Database, DatabaseDown
from models.mt_message import mt_message
from models.sealing import Sealer
from models.send_attempt import send_attempt
from models.shared_clock import OneClock
from outbound.dispatcher import Dispatcher
from outbound.outbox import NewMt, Outbox
from outbound.reaper import Reaper
from outbound.traffic import Traffic
from telecom.errors import Reason, SendError, Verdict
from telecom.keyed_hash import KeyedHash
from telecom.msisdn import Msisdn
from telecom.replies import Accepted, MtSms
from telecom.statuses import MessageClass, MtStatus


class Killed(BaseException):
    """kill -9: no `except Exception` sees it, and nothing is recorded after it."""


class WorldClock:
    """The time of day and the monotonic clock, moved together by hand."""

    def __init__(self) -> None:
        self._now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
        self._seconds = 1000.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._seconds

    def pass_seconds(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
        self._seconds += seconds


class ScriptedGateway:
    """Answers by its script, then accepts all. `ledger` counts by ref what reached a handset."""

    def __init__(self) -> None:
        self.script: deque[str | Callable[[], str | None]] = deque()
        self.ledger: Counter[str] = Counter()
        self.seen: list[MtSms] = []
        self._lock = threading.Lock()

    def prepare(self) -> None: ...

    def send(self, mt: MtSms) -> Accepted:
        with self._lock:
            self.seen.append(mt)
            act = self.script.popleft() if self.script else "accept"
        if callable(act):  # the world turns while the request is on its way
            act = act() or "accept"
        return self._answer(act, mt)

    def _answer(self, act: str, mt: MtSms) -> Accepted:
        match act:
            case "refuse":
                raise SendError(Reason.THROTTLED, Verdict.RETRY, http_code=429)
            case "refuse for 100 s":
                raise SendError(Reason.THROTTLED, Verdict.RETRY, retry_after_seconds=100)
            case "give up":
                raise SendError(Reason.BAD_MSISDN, Verdict.GIVE_UP, http_code=400)
            case "lost on the way":
                raise SendError(Reason.NO_ANSWER, Verdict.AMBIGUOUS)
            case "bug":
                raise RuntimeError(f"{mt.text} to {mt.to.e164}")
            case "killed before":
                raise Killed
        with self._lock:
            self.ledger[mt.ref] += 1
        match act:
            case "reply lost":
                raise SendError(Reason.NO_ANSWER, Verdict.AMBIGUOUS)
            case "killed after":
                raise Killed
            case "accept":
                return Accepted(gateway_message_id=f"g{len(self.seen)}")
        raise AssertionError(f"no such act: {act}")


class FailingDatabase(Database):
    """Fails write transactions at their commit, as often as it is told: the next, or those after
    so many that it `spares`.
    """

    failures: int = 0
    spares: int = 0
    failure: Callable[[], BaseException] = DatabaseDown

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with super().write() as conn:
            yield conn
            self._fail()

    @contextmanager
    def put(self) -> Iterator[Connection]:
        if not self.has_one_writer:
            self._fail()  # before a statement that commits itself, for it must have written nothing
        with super().put() as conn:
            yield conn

    def _fail(self) -> None:
        if self.failures and not self.spares:
            self.failures -= 1
            raise self.failure()
        self.spares = max(0, self.spares - 1)


class World:
    def __init__(self, url: str) -> None:
        self.url = url
        self.clock = WorldClock()
        shared = OneClock(self.clock)
        self.database = FailingDatabase(url)
        self.sealer = Sealer(b"k" * 32)
        self.outbox = Outbox(self.sealer, KeyedHash(b"a test secret of enough bytes"), shared)
        self.gateway = ScriptedGateway()
        self.reaper = Reaper(self.database, shared)
        self.msisdn = Msisdn.parse("+254711000111", "KE")
        self.first = self.dispatcher("w1")
        self.traffic = Traffic(
            {}, self.outbox, host_clock=self.clock, monotonic=self.clock.monotonic
        )

    def dispatcher(self, owner: str, *, batch: int = 10) -> Dispatcher:
        return Dispatcher(
            self.database,
            self.outbox,
            {"at-ke": self.gateway},
            clock=OneClock(self.clock),
            host_clock=self.clock,
            monotonic=self.clock.monotonic,
            owner=owner,
            batch=batch,
            jitter=lambda: 0.5,
        )

    def enqueue(
        self,
        message_class: MessageClass = MessageClass.LINK,
        *,
        key: str | None = None,
        gateway: str = "at-ke",
        text: str = "Your link: https://example.org/l/Ab3xY7",
    ) -> str:
        with self.database.write() as conn:
            mt_id = self.outbox.enqueue(
                conn,
                NewMt(
                    gateway=gateway,
                    to=self.msisdn,
                    text=text,
                    message_class=message_class,
                    dedupe_key=key or f"{message_class}:{len(self.rows())}",
                ),
            )
        assert mt_id is not None
        return mt_id

    def rows(self) -> list[Row[tuple[object, ...]]]:
        with self.database.read() as conn:
            return list(conn.execute(select(mt_message).order_by(mt_message.c.id)))

    def row(self, mt_id: str) -> Row[tuple[object, ...]]:
        return next(row for row in self.rows() if row.id == mt_id)

    def status(self, mt_id: str) -> MtStatus:
        return MtStatus(self.row(mt_id).status)

    def attempts(self, mt_id: str) -> list[tuple[str | None, bool]]:
        """Outcome and lateness of each, oldest first."""
        with self.database.read() as conn:
            query = select(send_attempt).where(send_attempt.c.mt_id == mt_id)
            return [(row.outcome, row.late) for row in conn.execute(query.order_by("id"))]

    def copies(self, mt_id: str) -> int:
        return self.gateway.ledger[str(self.row(mt_id).ref)]

    def send_due(self, dispatcher: Dispatcher | None = None) -> int:
        """One claim and all its sends; how many rows it held."""
        sender = dispatcher or self.first
        claims = sender.claim()
        for claim in claims:
            sender.submit(claim)
        return len(claims)

    def live_on(self, seconds: float = 40 * 60, step: float = 61) -> None:
        """Time passes, with a reaper and a healthy worker in it."""
        for _ in range(int(seconds / step)):
            self.clock.pass_seconds(step)
            self.reaper.sweep()
            self.send_due()


@pytest.fixture(scope="session")
def new_world(new_database_url: Callable[[], str]) -> Callable[[], World]:
    """For tests that need one world for every example."""
    return lambda: World(new_database_url())


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    made = World(database_url)
    yield made
    made.database.dispose()


@pytest.fixture
def killed() -> type[BaseException]:
    return Killed
