"""Group commit: whoever comes while one is on its way goes with the next, all or nothing."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from models.database import DatabaseDown
from outbound.together import Together


class Slow:
    """Runs a batch when it is let."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.begun = threading.Semaphore(0)
        self.let = threading.Semaphore(0)

    def __call__(self, items: Sequence[int]) -> list[int]:
        self.batches.append(list(items))
        self.begun.release()
        assert self.let.acquire(timeout=30)
        return [item * 10 for item in items]


def test_those_who_come_meanwhile_go_together() -> None:
    slow = Slow()
    together: Together[int, int] = Together(slow)
    with ThreadPoolExecutor(9) as pool:
        first = pool.submit(together.do, 0)
        assert slow.begun.acquire(timeout=30)
        rest = [pool.submit(together.do, number) for number in range(1, 9)]
        while len(together._waiting) < 8:
            pass
        slow.let.release(2)
        assert first.result(30) == 0
        assert [one.result(30) for one in rest] == [number * 10 for number in range(1, 9)]
    assert slow.batches[0] == [0]
    assert sorted(slow.batches[1]) == list(range(1, 9))


def test_a_thousand_from_many_threads_each_get_their_own() -> None:
    lock = threading.Lock()

    def run(items: Sequence[int]) -> list[int]:
        assert lock.acquire(blocking=False)  # never two at a time
        lock.release()
        return [item + 1 for item in items]

    together: Together[int, int] = Together(run)
    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(together.do, range(1000))) == list(range(1, 1001))


def held_up(together: Together[int, int], gate: threading.Event, items: list[int]) -> list[object]:
    """What each item's thread got, when they all waited behind item 0."""
    got: dict[int, object] = {}

    def ask(item: int) -> None:
        try:
            got[item] = together.do(item)
        except BaseException as fault:
            got[item] = fault

    threads = [threading.Thread(target=ask, args=(0,))]
    threads[0].start()
    for item in items:
        threads.append(threading.Thread(target=ask, args=(item,)))
        threads[-1].start()
    while len(together._waiting) < len(items):
        pass
    gate.set()
    for thread in threads:
        thread.join(30)
    return [got[item] for item in items]


def test_one_that_breaks_the_rest_breaks_alone() -> None:
    gate = threading.Event()
    kept: list[int] = []

    def run(items: Sequence[int]) -> list[int]:
        if 0 in items:
            assert gate.wait(30)
        if 13 in items:
            raise KeyError("unlucky")
        kept.extend(items)
        return list(items)

    got = held_up(Together(run), gate, [1, 13, 2])
    assert got[0] == 1
    assert isinstance(got[1], KeyError)
    assert got[2] == 2
    assert sorted(kept) == [0, 1, 2]


@pytest.mark.parametrize("fault", [DatabaseDown("gone"), KeyboardInterrupt()])
def test_what_is_down_is_down_for_all_and_tried_once(fault: BaseException) -> None:
    gate, batches = threading.Event(), []

    def run(items: Sequence[int]) -> list[int]:
        batches.append(len(items))
        if 0 in items:
            assert gate.wait(30)
            return list(items)
        raise fault

    got = held_up(Together(run), gate, [1, 2, 3])
    assert [type(one) for one in got] == [type(fault)] * 3
    assert batches == [1, 3]  # whether the commit was kept is not known: nobody repeats it
