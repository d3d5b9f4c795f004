"""Redis in every kind of trouble: calls and texts are taken, phones read a valid end, in time.

A real server behind a door that can become a black hole. Nothing here is about SQL, so one
database is enough.
"""

from __future__ import annotations

import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from redis import Redis

from models.inbound_event import inbound_event
from state.connection import connect
from state.embedded import EmbeddedRedis
from tests.servers.fault_proxy import FaultProxy

Eventually = Callable[[Callable[[], object], float], None]
ANSWER_SECONDS = 2.0
RECOVERY_SECONDS = 2.0
CALLERS = 15  # more than the breaker lets fail
TURNS = ("CON ", "END ")


@dataclass
class Trouble:
    """One Redis: what can happen to it, and how that ends."""

    server: EmbeddedRedis
    client: Redis
    door: FaultProxy

    def pid(self) -> int:
        return int(self.client.info("server")["process_id"])

    def black_hole(self) -> Callable[[], object]:
        self.door.mode = "black hole"
        return lambda: setattr(self.door, "mode", "pass")

    def killed(self) -> Callable[[], object]:
        os.kill(self.pid(), signal.SIGKILL)
        return self.server.start

    def frozen(self) -> Callable[[], object]:
        pid = self.pid()
        os.kill(pid, signal.SIGSTOP)
        return lambda: os.kill(pid, signal.SIGCONT)

    def out_of_memory(self) -> Callable[[], object]:
        self.client.config_set("maxmemory-policy", "noeviction")
        self.client.config_set("maxmemory", "1")
        return lambda: self.client.config_set("maxmemory", "0")

    def emptied(self) -> Callable[[], object]:
        self.client.flushall()
        return lambda: None


@pytest.fixture
def storage() -> str:
    return "sqlite"


@pytest.fixture
def database_url(migrated_file: Path, tmp_path: Path) -> str:
    file = tmp_path / "bridge.db"
    file.write_bytes(migrated_file.read_bytes())
    return f"sqlite:///{file}"


@pytest.fixture
def trouble() -> Iterator[Trouble]:
    with tempfile.TemporaryDirectory(prefix="sanket-") as folder:
        server = EmbeddedRedis(Path(folder))
        server.start()
        client = connect(server.url)
        socket = client.connection_pool.connection_kwargs["path"]
        with FaultProxy(Path(socket)) as door:
            yield Trouble(server, client, door)
        client.close()
        server.stop()


@pytest.fixture
def redis_url(trouble: Trouble) -> str:
    return f"redis://127.0.0.1:{trouble.door.port}/0"


@pytest.fixture
def redis(trouble: Trouble) -> Redis:
    return trouble.client


def in_time(ask: Callable[[], Any]) -> Any:
    began_at = time.monotonic()
    answer = ask()
    assert time.monotonic() - began_at < ANSWER_SECONDS
    return answer


def wait_until_served(house: Any, eventually: Eventually) -> str:
    """The session of a dialogue that has begun: a busy machine's Redis may be late at first."""
    sessions: list[str] = []

    def is_served() -> bool:
        sessions.append(f"served-{uuid4()}")
        return bool(house.dial(session=sessions[-1]).startswith("CON "))

    eventually(is_served, RECOVERY_SECONDS)
    return sessions[-1]


@pytest.mark.parametrize(
    "fault", [Trouble.black_hole, Trouble.killed, Trouble.frozen, Trouble.out_of_memory]
)
def test_redis_does_not_answer(
    house: Any, trouble: Trouble, fault: Any, eventually: Eventually
) -> None:
    wait_until_served(house, eventually)
    heal = fault(trouble)
    try:
        for caller in range(CALLERS):
            answer = in_time(partial(house.dial, session=f"during-{caller}"))
            assert answer.startswith("END "), answer
            whose = f"+9198{caller:02}345678"
            assert in_time(partial(house.ring, caller=whose)).status_code == 200
            assert in_time(partial(house.text, "MENU", msisdn=whose)).status_code == 200
    finally:
        heal()
    assert house.count(inbound_event) == 2 * CALLERS
    assert house.decisions() == ["answered"] * 2 * CALLERS
    wait_until_served(house, eventually)


def test_after_the_first_failures_nobody_waits_any_more(house: Any, trouble: Trouble) -> None:
    heal = trouble.black_hole()
    for caller in range(5):
        house.dial(session=f"slow-{caller}")
    began_at = time.monotonic()
    for caller in range(20):
        house.dial(session=f"quick-{caller}")
    # At 0.25 s each it would be five seconds; one of them a second may try.
    assert time.monotonic() - began_at < 2.5
    heal()


def test_redis_is_emptied_in_the_middle_of_dialogues(
    house: Any, trouble: Trouble, eventually: Eventually
) -> None:
    session = wait_until_served(house, eventually)
    trouble.emptied()
    assert in_time(lambda: house.dial("1", session=session)).startswith(TURNS)
    assert house.ring().status_code == 200
    assert house.text("LINK").status_code == 200
    assert house.count(inbound_event) == 2
