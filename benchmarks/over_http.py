"""The same webhooks over HTTP, 16 keep-alive connections: a real `flask serve` beside the floor."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from itertools import count
from typing import Final

from benchmarks import floor, vendor
from benchmarks.house import Home, Redis, home
from benchmarks.measuring import Meter, Round, Sample, Scale
from benchmarks.processes import (
    CHECKOUT,
    children_of,
    command_of,
    cpu_seconds,
    free_port,
    python,
    tree_of,
)
from models import mt_claims
from models.database import Database

CONNECTIONS: Final = 16
WARM_UP_SECONDS: Final = 0.2
CALLERS_A_ROUND: Final = 1_000_000
SENT_SECONDS: Final = 120.0


@contextmanager
def rounds(scale: Scale) -> Iterator[Mapping[str, Round]]:
    with ExitStack() as opened:
        taker = opened.enter_context(vendor.running())
        place = opened.enter_context(home(taker.base_url))
        port, floors_port = free_port(), free_port()
        web, others = opened.enter_context(_serve(place, port))
        bare = opened.enter_context(_serve_floor(place, floors_port))
        first = count(0, CALLERS_A_ROUND)

        def at(port: int, channel: str, own: Meter, beside: Meter) -> Sample:
            sample = _call(channel, port, scale.seconds, next(first), own, beside)
            _wait_until_sent(place)  # by the dispatcher, whose work is nobody else's
            return sample

        redis = Redis(place).cpu
        for warmed, channel in ((floors_port, "floor"), (port, "ussd"), (port, "sms")):
            _call(channel, warmed, WARM_UP_SECONDS, next(first), bare, others)
        yield {
            "http-floor": partial(at, floors_port, "floor", bare, redis),
            "http-ussd": partial(at, port, "ussd", web, others),
            "http-sms": partial(at, port, "sms", web, others),
            "http-missed-call": partial(at, port, "missed-call", web, others),
        }


@contextmanager
def _serve(place: Home, port: int) -> Iterator[tuple[Meter, Meter]]:
    """The CPU of the web server's processes, and of all others: Redis, dispatcher, the parent."""
    command = ("flask", "--app", "app", "serve", "--workers", "1", "--port", str(port))
    with python(*command, port=port, env=place.environ(), log=place.folder / "log") as pid:
        (main,) = [child for child in children_of(pid) if "cli.web_server" in command_of(child)]
        web = tree_of(main)
        others = sorted(set(tree_of(pid)) - set(web))
        yield partial(cpu_seconds, web), partial(cpu_seconds, others)


@contextmanager
def _serve_floor(place: Home, port: int) -> Iterator[Meter]:
    """On the settings of `flask serve`, and on its Redis."""
    threads = ("--workers", "1", "--threads", "16")
    command = ("cli.web_server", "--app", "benchmarks.floor", "--host", "127.0.0.1", *threads)
    socket = Redis(place).url.removeprefix("unix://")
    env = {floor.REDIS_SOCKET: socket, "PYTHONPATH": str(CHECKOUT)}
    log = place.folder / "floor.log"
    with python(*command, "--port", str(port), port=port, env=env, log=log) as pid:
        yield partial(cpu_seconds, tree_of(pid))


def _call(channel: str, port: int, seconds: float, first: int, own: Meter, beside: Meter) -> Sample:
    words = [channel, str(port), str(CONNECTIONS), str(seconds), str(first)]
    cpu, others = own(), beside()
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "benchmarks.generator", *words],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        check=True,
    )
    told = json.loads(done.stdout)
    if told["wrong"]:
        raise RuntimeError(f"{told['wrong']} wrong answers of {len(told['waits'])}: {channel}")
    return Sample(
        count=len(told["waits"]),
        wall_seconds=told["seconds"],
        cpu_seconds=own() - cpu,
        beside_seconds=beside() - others,
        asking_seconds=told["own_seconds"],
        waits=told["waits"],
    )


def _wait_until_sent(place: Home) -> None:
    database = Database(place.sqlite_url)
    give_up_at = time.monotonic() + SENT_SECONDS
    while time.monotonic() < give_up_at:
        with database.read() as conn:
            if not mt_claims.lanes_due(conn, datetime.now(UTC)):
                break
        time.sleep(0.1)
    database.dispose()
