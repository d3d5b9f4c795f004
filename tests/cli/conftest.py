"""Real `flask serve` trees around the stand-in app of stub_app/."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.request import urlopen

import pytest

from state.connection import connect
from state.embedded import EmbeddedRedis
from tests.servers.ports import free_port
from tests.servers.processes import is_running, parent_of

Served = Callable[..., "Tree"]

ROOT: Final = Path(__file__).resolve().parents[2]
STUB: Final = ROOT / "tests" / "cli" / "stub_app" / "stub_bridge.py"


class Tree:
    """One `flask serve` and what can be seen of it from outside."""

    def __init__(self, var: Path, port: int, *arguments: str, **environ: str) -> None:
        self.var = var
        self.port = port
        self.redis = EmbeddedRedis(var)
        mine = {name: text for name, text in os.environ.items() if not name.startswith("BRIDGE_")}
        self.parent = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", str(STUB), "serve", *arguments],
            env={
                **mine,
                "PYTHONPATH": str(ROOT),
                "PORT": str(port),
                "BRIDGE_DEV": "1",
                "BRIDGE_VAR": str(var),
                **environ,
            },
            cwd=var,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def wait_until_ready(self) -> Tree:
        assert self.parent.stdout is not None
        for line in self.parent.stdout:
            if line.startswith("Sanket serves on"):
                return self
        pytest.fail(f"ended before it served: {self.ended()}")

    def ended(self, seconds: float = 90) -> tuple[int, str]:
        """Its exit code and all that it had left to say."""
        out, err = self.parent.communicate(timeout=seconds)
        return self.parent.returncode, out + err

    def get(self, path: str) -> str:
        with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=60) as answer:
            return str(answer.read().decode())

    def web_worker(self) -> int:
        """The pid of the web worker, 0 while none answers."""
        try:
            return int(self.get("/pid"))
        except OSError:
            return 0

    def dispatcher(self) -> int:
        """The pid that the last dispatcher left in its file, 0 before the first."""
        file = self.var / "dispatcher"
        return int(file.read_text()) if file.exists() else 0

    def redis_pid(self) -> int:
        return int(connect(self.redis.url).info("server")["process_id"])

    def pids(self) -> list[int]:
        worker = self.web_worker()
        return [worker, parent_of(worker), self.dispatcher(), self.redis_pid()]

    def port_is_free(self) -> bool:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            return probe.connect_ex(("127.0.0.1", self.port)) != 0

    def end(self) -> None:
        if self.parent.poll() is None:
            self.parent.send_signal(signal.SIGTERM)
        try:
            self.parent.communicate(timeout=20)
        finally:
            self.parent.kill()


@pytest.fixture(scope="session")
def running() -> Callable[[int], bool]:
    return is_running


@pytest.fixture(scope="module")
def serve() -> Iterator[Served]:
    """`serve(*arguments, var=..., port=..., **environ)` starts a tree; all end with the module."""
    trees: list[Tree] = []
    with TemporaryDirectory(prefix="sanket-") as folder:

        def start(
            *arguments: str, var: Path | None = None, port: int | None = None, **environ: str
        ) -> Tree:
            own = var or Path(folder) / str(len(trees))
            own.mkdir(exist_ok=True)
            trees.append(Tree(own, port or free_port(), *arguments, **environ))
            return trees[-1]

        yield start
        for tree in trees:
            tree.end()
