"""`flask serve` with real processes: what signals, kills and deaths of its children lead to."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from cli.web_server import WORKER_PATIENCE_SECONDS

if TYPE_CHECKING:
    from tests.cli.conftest import Served, Tree

Eventually = Callable[[Callable[[], object], float], None]

A_HEAP = 50_000  # objects, at least, of an app and its libraries

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="reads /proc to see which processes are left"
)


@pytest.fixture(scope="module")
def tree(serve: Served) -> Tree:
    return serve().wait_until_ready()


def test_it_prepares_before_it_serves(tree: Tree) -> None:
    assert (tree.var / "migrated").exists()
    assert (tree.var / "published").exists()
    assert tree.redis.is_alive()


def test_children_are_told_where_the_built_in_redis_is(tree: Tree) -> None:
    assert tree.get("/redis") == f"True {tree.redis.url}"


def test_no_collection_walks_through_what_they_loaded(tree: Tree, eventually: Eventually) -> None:
    """Who answers phones stops for no 120 ms."""
    eventually(tree.dispatcher, 10)
    assert int(tree.get("/frozen")) > A_HEAP
    assert int((tree.var / "frozen").read_text()) > A_HEAP


@pytest.mark.parametrize("member", ["web_worker", "dispatcher"])
def test_a_killed_child_is_started_again(tree: Tree, member: str, eventually: Eventually) -> None:
    find = getattr(tree, member)
    eventually(find, 10)
    before = find()
    os.kill(before, signal.SIGKILL)
    eventually(lambda: find() not in (0, before), 10)


def test_the_main_process_of_the_web_server_is_replaced_with_its_workers(
    tree: Tree, running: Callable[[int], bool], eventually: Eventually
) -> None:
    worker, main, *_ = tree.pids()
    os.kill(main, signal.SIGKILL)
    eventually(lambda: not running(worker), 3)
    eventually(tree.web_worker, 10)


def test_a_worker_killed_again_and_again_comes_back(tree: Tree, eventually: Eventually) -> None:
    """Granian ends itself at the second death within 5.5 s."""
    for _ in range(3):
        eventually(tree.web_worker, 15)
        os.kill(tree.web_worker(), signal.SIGKILL)
    eventually(tree.web_worker, 15)


def test_a_killed_redis_is_started_again(tree: Tree, eventually: Eventually) -> None:
    before = tree.redis_pid()
    os.kill(before, signal.SIGKILL)
    eventually(lambda: tree.redis.is_alive() and tree.redis_pid() != before, 10)
    assert tree.get("/redis").startswith("True")


def test_a_second_tree_on_the_same_port_is_refused(serve: Served, tree: Tree) -> None:
    code, words = serve("--patience", "0", port=tree.port).ended()
    assert code == 2
    assert f"cannot listen on 127.0.0.1 port {tree.port}: Address already in use" in words


def test_a_second_tree_on_the_same_folder_is_refused(serve: Served, tree: Tree) -> None:
    code, words = serve("--patience", "0", var=tree.var).ended()
    assert code == 2
    assert f"another flask serve uses this var/ folder: {tree.var}" in words
    assert tree.redis.is_alive()


def test_a_stop_finishes_what_is_in_flight_and_leaves_nothing(
    serve: Served, running: Callable[[int], bool], eventually: Eventually
) -> None:
    """A turn has ten seconds to end. Where the rest took most of them, it is tried again."""
    for _ in range(3):
        tree = serve().wait_until_ready()
        eventually(tree.dispatcher, 10)
        pids = tree.pids()
        answer, seconds = stopped_in_a_turn(tree, eventually)
        code, _ = tree.ended()
        assert not any(map(running, pids))
        assert not tree.redis.is_alive()
        if answer == "finished" or seconds < WORKER_PATIENCE_SECONDS / 2:
            break
    assert (answer, code) == ("finished", 0)


def stopped_in_a_turn(tree: Tree, eventually: Eventually) -> tuple[str, float]:
    """What became of the turn, and how many seconds the rest took to stop before it could end."""
    with socket.create_server(("127.0.0.1", 0)) as helper, ThreadPoolExecutor(1) as pool:
        helper.settimeout(10)
        answer = pool.submit(tree.get, f"/slow/{helper.getsockname()[1]}")
        line, _ = helper.accept()
        with line:
            assert line.recv(5) == b"began"
            os.killpg(tree.parent.pid, signal.SIGTERM)
            stopped_at = time.monotonic()
            # Dispatcher and port are gone, yet Redis waits for the turn that is being answered.
            eventually((tree.var / "dispatcher_finished").exists, 10)
            eventually(tree.port_is_free, 10)
            seconds = time.monotonic() - stopped_at
            was_waited_for = not answer.done() and tree.redis.is_alive()
            with suppress(OSError):
                line.sendall(b"finished")
        words = answer.result(10) if answer.exception(10) is None else repr(answer.exception())
    return (words if was_waited_for else f"ended before: {words}"), seconds


def test_a_kill_of_the_parent_leaves_nothing_and_the_next_one_starts(
    serve: Served, running: Callable[[int], bool], eventually: Eventually
) -> None:
    tree = serve("--workers", "2").wait_until_ready()
    eventually(tree.dispatcher, 10)
    pids = tree.pids()
    assert all(map(running, pids))
    tree.parent.kill()
    eventually(lambda: not any(map(running, pids)), 2)
    eventually(tree.port_is_free, 2)
    assert not tree.redis.is_alive()
    again = serve(var=tree.var, port=tree.port).wait_until_ready()
    again.parent.send_signal(signal.SIGINT)
    assert again.ended()[0] == 0
