"""What every test may lean on: a real Redis, the default menu, and a clock that stands still."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis import Redis

from menu.compiler import compile_menu
from menu.program import Program
from state.connection import connect
from state.embedded import EmbeddedRedis

ROOT = Path(__file__).parent.parent


class StandingClock:
    """Time passes only when a test says so."""

    def __init__(self) -> None:
        self._now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self._now

    def pass_seconds(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """One real server for the whole run of this process; pytest's own paths are long for a socket."""
    with tempfile.TemporaryDirectory(prefix="sanket-") as folder:
        server = EmbeddedRedis(Path(folder))
        server.start()
        yield server.url
        server.stop()


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    client = connect(redis_url)
    client.flushall()
    yield client
    client.close()


@pytest.fixture
def unused_socket(tmp_path: Path) -> str:
    return str(tmp_path / "nobody.sock")


@pytest.fixture(scope="session")
def default_program() -> Program:
    """The compiled menus.yaml of the checkout."""
    return compile_menu({"menus.yaml": (ROOT / "menus.yaml").read_text(encoding="utf-8")})
