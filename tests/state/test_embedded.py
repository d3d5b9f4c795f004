"""The built-in Redis with a real server program: one owner, no port, no orphan, no data loss."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from state.connection import connect
from state.embedded import (
    MAX_SOCKET_PATH,
    EmbeddedRedis,
    FolderInUse,
    RedisNotStarted,
    find_binary,
    socket_path,
)

Eventually = Callable[[Callable[[], object], float], None]


@pytest.fixture
def var() -> Iterator[Path]:
    """A folder with a short path: pytest's own is too long for a socket."""
    with TemporaryDirectory(prefix="sanket-") as folder:
        yield Path(folder)


@pytest.fixture
def server(var: Path) -> Iterator[EmbeddedRedis]:
    server = EmbeddedRedis(var)
    server.start()
    yield server
    server.stop()


def kill(server: EmbeddedRedis) -> None:
    os.kill(int(connect(server.url).info("server")["process_id"]), signal.SIGKILL)


def test_it_answers_until_it_is_stopped(server: EmbeddedRedis) -> None:
    assert server.is_alive()
    assert not server.has_exited()
    server.stop()
    assert not server.is_alive()


def test_stopping_twice_or_before_the_start_is_no_fault(var: Path) -> None:
    server = EmbeddedRedis(var)
    server.stop()
    server.start()
    server.stop()
    server.stop()
    assert not server.is_alive()


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ("port", "0"),
        ("maxmemory-policy", "noeviction"),
        ("appendonly", "yes"),
        ("appendfsync", "everysec"),
    ],
)
def test_it_is_configured(server: EmbeddedRedis, option: str, expected: str) -> None:
    assert connect(server.url).config_get(option) == {option: expected}


def test_only_its_owner_gets_in(server: EmbeddedRedis, var: Path) -> None:
    assert stat.S_IMODE((var / "redis").stat().st_mode) == 0o700
    assert stat.S_IMODE((var / "redis" / "redis.sock").stat().st_mode) == 0o700


def test_sessions_survive_a_stop_and_a_kill(server: EmbeddedRedis, eventually: Eventually) -> None:
    connect(server.url).set("session", "first")
    server.stop()
    server.start()
    assert connect(server.url).get("session") == b"first"
    connect(server.url).set("session", "second")
    kill(server)
    eventually(server.has_exited, 5)
    server.start()
    assert connect(server.url).get("session") == b"second"


def test_a_second_owner_is_refused_and_the_first_goes_on(server: EmbeddedRedis, var: Path) -> None:
    second = EmbeddedRedis(var)
    with pytest.raises(FolderInUse, match=f"another flask serve uses this var/ folder: {var}"):
        second.claim(patience_seconds=0)
    assert server.is_alive()


def test_the_next_owner_may_start_when_the_first_has_stopped(
    server: EmbeddedRedis, var: Path
) -> None:
    server.stop()
    second = EmbeddedRedis(var)
    second.claim(patience_seconds=0)
    second.start()
    assert second.is_alive()
    second.stop()


def test_a_log_that_cannot_be_read_is_set_aside(server: EmbeddedRedis, var: Path) -> None:
    server.stop()
    manifest = var / "redis" / "appendonlydir" / "appendonly.aof.manifest"
    manifest.write_text("file of another world")
    server.start()
    assert connect(server.url).dbsize() == 0
    assert (var / "redis" / "unreadable" / manifest.name).read_text() == "file of another world"


def test_a_left_over_server_is_shut_down_first(var: Path, eventually: Eventually) -> None:
    folder = var / "redis"
    folder.mkdir(mode=0o700)
    orphan = subprocess.Popen(
        [find_binary(), "--port", "0", "--unixsocket", folder / "redis.sock", "--dir", folder],
        stdout=subprocess.DEVNULL,
    )
    server = EmbeddedRedis(var)
    eventually(server.is_alive, 5)
    server.start()
    assert orphan.wait(5) == 0
    assert server.is_alive()
    server.stop()


OWNER = """
import pathlib, sys
from state.embedded import EmbeddedRedis
EmbeddedRedis(pathlib.Path(sys.argv[1])).start()
print("up", flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_it_dies_with_an_owner_that_was_killed(var: Path, eventually: Eventually) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, var], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == b"up\n"
        server = EmbeddedRedis(var)
        assert server.is_alive()
        owner.kill()
        eventually(lambda: not server.is_alive(), 2)
    server.start()
    assert server.is_alive()
    server.stop()


def test_a_path_too_long_for_a_socket_is_replaced_by_a_short_private_one(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 120)
    server = EmbeddedRedis(deep)
    server.start()
    try:
        assert server.is_alive()
        short = socket_path(deep / "redis")
        assert len(os.fsencode(short)) <= MAX_SOCKET_PATH
        assert stat.S_IMODE(short.parent.stat().st_mode) == 0o700
        assert short != socket_path(tmp_path / ("e" * 120) / "redis")
    finally:
        server.stop()
        socket_path(deep / "redis").parent.rmdir()


def test_a_folder_that_points_elsewhere_is_refused(var: Path, tmp_path: Path) -> None:
    (var / "redis").symlink_to(tmp_path)
    with pytest.raises(RedisNotStarted, match="belongs to somebody else"):
        EmbeddedRedis(var).start()


def test_no_program_at_all_is_told_in_words(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(var))
    monkeypatch.setattr("platform.machine", lambda: "pdp11")
    with pytest.raises(RedisNotStarted, match="set BRIDGE_REDIS_URL"):
        EmbeddedRedis(var).start()


@pytest.mark.debian("redis-server")
def test_the_program_of_the_system_comes_first(var: Path) -> None:
    assert find_binary().name == "redis-server"
    server = EmbeddedRedis(var)
    server.start()
    assert server.is_alive()
    server.stop()
