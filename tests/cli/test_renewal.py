"""SIGUSR2: new web processes and a new dispatcher take over; one that is broken does not."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from cli.listening import Duty

if TYPE_CHECKING:
    from tests.cli.conftest import Served, Tree

Eventually = Callable[[Callable[[], object], float], None]

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="reads /proc to see which processes are left"
)


@pytest.fixture(scope="module")
def tree(serve: Served) -> Tree:
    return serve("--workers", "2").wait_until_ready()


def test_everything_but_redis_and_the_parent_is_new(
    tree: Tree, running: Callable[[int], bool], eventually: Eventually
) -> None:
    eventually(tree.dispatcher, 30)
    worker, main, dispatcher, redis = tree.pids()
    tree.parent.send_signal(signal.SIGUSR2)
    eventually(lambda: not running(main) and not running(worker), 60)
    eventually(lambda: tree.dispatcher() not in (0, dispatcher), 30)
    assert not running(dispatcher)
    assert tree.redis_pid() == redis
    assert tree.web_worker() not in (0, worker)
    assert tree.parent.poll() is None


def test_a_worker_whose_duty_is_over_accepts_nothing_more() -> None:
    """The listening socket stays open elsewhere: what the old one let go, others take."""
    line = socket.create_server(("127.0.0.1", 0))
    address, duplicate = line.getsockname(), line.dup()
    elsewhere, sent = socket.socketpair()
    socket.send_fds(sent, [b"x"], [line.fileno()])  # not a descriptor of this process, as yet
    until, end = os.pipe()
    duty = Duty(line.fileno(), until)
    said: list[tuple[str, list[tuple[str, str]]]] = []

    def app(environ: object, start_response: Callable[..., object]) -> list[bytes]:
        start_response("200 OK", [("X", "y")])
        return [b""]

    def start_response(
        status: str, headers: list[tuple[str, str]], exc_info: object = None
    ) -> None:
        said.append((status, headers))

    wrapped = duty.wrap(app)
    wrapped({}, start_response)  # type: ignore[arg-type]
    duty.begin()
    os.close(end)
    for thread in threading.enumerate():
        if thread.name == "duty":
            thread.join(5)
    wrapped({}, start_response)  # type: ignore[arg-type]
    assert said == [("200 OK", [("X", "y")]), ("200 OK", [("X", "y"), ("Connection", "close")])]
    with socket.create_connection(address, timeout=5):
        for let_go in (line, duplicate):
            with pytest.raises(BlockingIOError):
                let_go.accept()
        _, (held,), *_ = socket.recv_fds(elsewhere, 1, 1)
        others = socket.socket(fileno=held)
        others.settimeout(5)
        others.accept()[0].close()
    for one in (line, duplicate, others, elsewhere, sent):
        one.close()
