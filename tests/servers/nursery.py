"""Processes of the bridge that start in no time, so that a test may kill one each second.

A start of Python takes more than a second of a core. Here one process imports everything, opens
nothing, and forks the others: each a process group of its own, killed as such. SANKET_AFTER_FORK
in the environment of one is Python that it runs first: to hurry a sweep, or to freeze somewhere.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
NURSERY: Final = """
import json, os, signal, sys
import flask.cli, granian, granian.server.mp, twilio.rest
import app
from cli import web_server

app.create_app()
os.environ["SANKET_PARENT"] = str(os.getpid())  # none of them outlives this one
signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that are killed
print("ready", flush=True)
for line in sys.stdin:
    order = json.loads(line)
    if os.fork():
        continue
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    os.environ.update(order["environ"])
    print(os.getpid(), flush=True)  # from now on it can be killed as a group
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for descriptor, file in ((0, os.open(os.devnull, os.O_RDONLY)), (1, log), (2, log)):
        os.dup2(file, descriptor)
    exec(os.environ.get("SANKET_AFTER_FORK", ""))
    sys.argv = order["argv"]
    sys.exit(flask.cli.main() if sys.argv[0] == "flask" else web_server.main())
"""


class Nursery:
    def __init__(self, environ: Mapping[str, str]) -> None:
        self._running = subprocess.Popen(
            [sys.executable, "-c", NURSERY],
            cwd=ROOT,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._told() == "ready"

    def fork(self, argv: list[str], log: Path, environ: Mapping[str, str] | None = None) -> int:
        """`environ` is what this one process finds beside the rest."""
        assert self._running.stdin is not None
        order = {"argv": argv, "log": str(log), "environ": dict(environ or {})}
        print(json.dumps(order), file=self._running.stdin, flush=True)
        return int(self._told())

    def close(self) -> None:
        self._running.kill()
        self._running.wait()

    def _told(self) -> str:
        assert self._running.stdout is not None
        return self._running.stdout.readline().strip()


@dataclass
class Member:
    """`flask worker`, or a web server where it has a port; started again after each kill."""

    argv: list[str]
    nursery: Nursery
    log: Path
    says_it_is_up: Callable[[Member], bool]
    port: int = 0
    host: str = "127.0.0.1"
    pid: int = 0
    began_at: int = 0  # of this life, in the log
    environ: Mapping[str, str] = field(default_factory=dict)  # of the next life

    @property
    def kind(self) -> str:
        return "web" if self.port else "dispatcher"

    def start(self) -> None:
        self.log.touch()
        self.began_at = self.log.stat().st_size
        self.pid = self.nursery.fork(self.argv, self.log, self.environ)

    def is_alive(self) -> bool:
        """Whether anybody of its process group is."""
        try:
            os.killpg(self.pid, 0)
        except ProcessLookupError:
            return False
        return self.pid != 0

    def is_up(self) -> bool:
        return self.is_alive() and self.says_it_is_up(self)

    def kill(self) -> None:
        os.killpg(self.pid, signal.SIGKILL)
        pause = threading.Event()
        while self.is_alive():
            pause.wait(0.005)

    def words(self) -> bytes:
        with self.log.open("rb") as log:
            log.seek(self.began_at)
            return log.read()
