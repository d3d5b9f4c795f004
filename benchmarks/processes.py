"""Other processes: started as our own, and their CPU time. Linux only."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from subprocess import TimeoutExpired
from typing import Final

from cli import port as ports
from state.owned import spawn_owned

CHECKOUT: Final = Path(__file__).resolve().parent.parent
LOOPBACK: Final = "127.0.0.1"
START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 20.0
CPUCLOCK_SCHED: Final = 2  # linux/posix-timers.h


def cpu_seconds(pids: Iterable[int]) -> float:
    """User and system time of whole processes, to the nanosecond (/proc counts in 10 ms)."""
    # The clock that clock_getcpuclockid(3) gives for a pid; Python has it for threads only.
    return sum(time.clock_gettime((~pid << 3) | CPUCLOCK_SCHED) for pid in pids)


def tree_of(pid: int) -> list[int]:
    """The process and all who descend from it."""
    return [pid, *(one for child in children_of(pid) for one in tree_of(child))]


def children_of(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


def command_of(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8").split("\0")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


@contextmanager
def python(*arguments: str, port: int, env: Mapping[str, str], log: Path) -> Iterator[int]:
    """`python -m ...` until the block ends: its pid, once it answers on the loopback port."""
    whole = {**without_bridge(os.environ), **env}
    with log.open("wb") as output:
        argv = [sys.executable, "-m", *arguments]
        running = spawn_owned(argv, env=whole, cwd=CHECKOUT, output=output)
    try:
        if not ports.wait_until_served(
            LOOPBACK,
            port,
            patience_seconds=START_SECONDS,
            hopeless=lambda: running.poll() is not None,
        ):
            raise RuntimeError(f"{arguments[0]} does not start: {log.read_text()[-2000:]}")
        yield running.pid
    finally:
        running.terminate()
        try:
            running.wait(STOP_SECONDS)
        except TimeoutExpired:
            running.kill()
            running.wait()


def without_bridge(environ: Mapping[str, str]) -> dict[str, str]:
    """Settings of whoever measures would change what is measured."""
    return {name: value for name, value in environ.items() if not name.startswith("BRIDGE_")}
