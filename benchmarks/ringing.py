"""Missed calls through the edge: rung by threads of this process, or of several that share a
database, as `flask serve --workers 2` has them. `python -m benchmarks.ringing` is one of those.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, count
from pathlib import Path
from typing import IO, Final

import click

from benchmarks.house import Home, bridge_in
from benchmarks.measuring import Meter, Sample
from benchmarks.processes import CHECKOUT, cpu_seconds, without_bridge
from benchmarks.webhooks import DIALOGUES, FORM_TYPE, GATEWAY, SECRET
from gateways.webhook import Result, WebhookRequest
from web.edge import Edge
from wiring import Bridge

CALLERS_A_PROCESS: Final = 10_000_000  # of the hundred million that eight digits make
STOP_SECONDS: Final = 20.0
DONE: Final = "done"

Do = Callable[[int], None]


def ring_at(bridge: Bridge, first: int = 0) -> Do:
    """One call, each of a new caller, with all but a web server: proof, form, menu, language, link.

    `first` is the eight digits of the first caller.
    """
    edge = Edge(lambda: bridge.gateways, bridge.meter)
    (webhook,) = DIALOGUES["missed-call"]
    callers = count(first)

    def ring(_: int) -> None:
        request = WebhookRequest(
            method="POST",
            path=webhook.path,
            query="",
            headers={"content-type": FORM_TYPE},
            body=webhook.body(next(callers)),
            client="127.0.0.1",
        )
        answer = edge.answer("missed_call", GATEWAY, SECRET, request, bridge.missed_call.ring)
        if answer.result is not Result.ACCEPTED:
            raise RuntimeError(f"a call is {answer.result}")

    return ring


def side_by_side(pool: ThreadPoolExecutor, threads: int, do: Do, total: int) -> None:
    """One task a thread: to hand out each call by itself would cost a tenth of what is measured."""
    shares = [range(first, total, threads) for first in range(threads)]
    list(pool.map(partial(_all_of, do), shares))


def _all_of(do: Do, calls: range) -> None:
    deque(map(do, calls), maxlen=0)


@dataclass(frozen=True, slots=True)
class Processes:
    """`count` of them with `threads` each, that start with the first round.

    `are_pinned`: each runs on a core of its own, so that no thread is woken on one that sleeps.
    """

    place: Home
    database_url: str
    count: int
    threads: int
    are_pinned: bool
    opened: ExitStack
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def ring(self, total: int, beside: Meter) -> Sample:
        """All of them begin at once; it is over when the last of them has its last answer."""
        if not self.started:
            self.started.extend(map(self._start, range(self.count)))
        share = total // self.count
        pids = [process.pid for process in self.started]
        others, cpu, begun = beside(), cpu_seconds(pids), time.perf_counter()
        for process in self.started:
            _pipe(process.stdin).write(f"{share}\n")
            _pipe(process.stdin).flush()
        for process in self.started:
            _wait_until_done(process)
        return Sample(
            count=share * self.count,
            wall_seconds=time.perf_counter() - begun,
            cpu_seconds=cpu_seconds(pids) - cpu,
            beside_seconds=beside() - others,
        )

    def _start(self, number: int) -> subprocess.Popen[str]:
        first, folder = str(self._first_caller(number)), str(self.place.folder)
        words = [folder, self.database_url, first, str(self.threads)]
        process = self.opened.enter_context(_child(words))
        if self.are_pinned:  # before it has threads, which run where their process may
            cores = sorted(os.sched_getaffinity(0))
            os.sched_setaffinity(process.pid, {cores[number % len(cores)]})
        _wait_until_done(process)
        return process

    def _first_caller(self, number: int) -> int:
        """No two processes of a database have a caller in common."""
        return (number + 1 + self.count * self.are_pinned) * CALLERS_A_PROCESS


@contextmanager
def processes(
    place: Home, url: str, count: int, threads: int, *, are_pinned: bool = False
) -> Iterator[Processes]:
    with ExitStack() as opened:
        yield Processes(place, url, count, threads, are_pinned, opened)


@contextmanager
def _child(words: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    """It ends at the end of what it is told: when the block does, or whoever started it dies."""
    pipe = subprocess.PIPE
    argv = [sys.executable, "-m", "benchmarks.ringing", *words]
    env = without_bridge(os.environ)
    with subprocess.Popen(  # noqa: S603 - our own words
        argv, cwd=CHECKOUT, env=env, stdin=pipe, stdout=pipe, text=True
    ) as process:
        try:
            yield process
        finally:
            _pipe(process.stdin).close()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait_until_done(process: subprocess.Popen[str]) -> None:
    if _pipe(process.stdout).readline().strip() != DONE:
        raise RuntimeError("a process that rings has ended; its words are above")


def _pipe(one: IO[str] | None) -> IO[str]:
    assert one is not None  # noqa: S101 - opened above
    return one


def main(folder: str, database_url: str, first: str, threads: str) -> None:
    """Rings once with each thread, to open its connection; then as often as each line of the
    standard input says. Tells each time when it is done.
    """
    many = int(threads)
    with (
        bridge_in(Home(Path(folder)), database_url) as bridge,
        ThreadPoolExecutor(many) as pool,
    ):
        ring = ring_at(bridge, int(first))
        for total in chain([many], map(int, sys.stdin)):
            side_by_side(pool, many, ring, total)
            click.echo(DONE)


if __name__ == "__main__":
    main(*sys.argv[1:])
