"""Many small transactions as one: who writes for whom, and what becomes of those who wait."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

import pytest

from models.database import DatabaseDown
from models.together import MOMENT_SECONDS, Together

Eventually = Callable[[Callable[[], object], float], None]
SECONDS = 20.0


class Disk:
    """Writes whatever it is given, once it is let go; remembers every group."""

    def __init__(self) -> None:
        self.groups: list[list[str]] = []
        self.began = threading.Semaphore(0)
        self.may_end = threading.Semaphore(0)

    def write(self, items: Sequence[str]) -> Sequence[str]:
        self.groups.append(list(items))
        self.began.release()
        assert self.may_end.acquire(timeout=SECONDS)
        if "lost" in items:
            raise DatabaseDown("gone")
        if "bad" in items:
            raise ValueError("bad")
        return [item.upper() for item in items]


class Queue:
    def __init__(self, **options: object) -> None:
        self.disk = Disk()
        self.group: Together[str, str] = Together(self.disk.write, **options)  # type: ignore[arg-type]
        self.pool = ThreadPoolExecutor(16)

    def ask(self, item: str) -> Future[str]:
        return self.pool.submit(self.group.do, item)

    def ask_behind(self, eventually: Eventually, *items: str) -> list[Future[str]]:
        """Each joins the line before the next does."""
        asked = []
        for item in items:
            joined = partial(self._is_longer, len(self.group._line))
            asked.append(self.ask(item))
            eventually(joined, SECONDS)
        return asked

    def _is_longer(self, than: int) -> bool:
        return len(self.group._line) > than

    def let_go(self, writes: int) -> None:
        for _ in range(writes):
            self.disk.may_end.release()


def test_alone_it_is_written_at_once() -> None:
    queue = Queue()
    queue.let_go(1)
    assert queue.group.do("a") == "A"
    assert queue.disk.groups == [["a"]]


def test_who_came_meanwhile_is_written_together_in_the_order_of_arrival(
    eventually: Eventually,
) -> None:
    queue = Queue()
    first = queue.ask("a")
    assert queue.disk.began.acquire(timeout=SECONDS)
    others = queue.ask_behind(eventually, "b", "c", "d")
    queue.let_go(2)
    assert [asked.result(SECONDS) for asked in (first, *others)] == ["A", "B", "C", "D"]
    assert queue.disk.groups == [["a"], ["b", "c", "d"]]


def test_only_in_a_crowd_is_a_moment_given_to_others(eventually: Eventually) -> None:
    moments: list[float] = []
    queue = Queue(pause=moments.append)
    queue.let_go(1)
    queue.group.do("alone")
    first = queue.ask("a")
    for _ in range(2):
        assert queue.disk.began.acquire(timeout=SECONDS)
    others = queue.ask_behind(eventually, "b", "c")
    queue.let_go(2)
    assert [asked.result(SECONDS) for asked in (first, *others)] == ["A", "B", "C"]
    assert not moments
    queue.let_go(2)
    queue.group.do("after a crowd")
    assert moments == [MOMENT_SECONDS]
    queue.group.do("alone again")
    assert moments == [MOMENT_SECONDS]


def test_a_larger_crowd_gets_a_longer_moment(eventually: Eventually) -> None:
    moments: list[float] = []
    queue = Queue(pause=moments.append, each_seconds=0.5)
    first = queue.ask("a")
    assert queue.disk.began.acquire(timeout=SECONDS)
    others = queue.ask_behind(eventually, "b", "c", "d")
    queue.let_go(3)
    assert [asked.result(SECONDS) for asked in (first, *others)] == ["A", "B", "C", "D"]
    queue.group.do("e")
    assert moments == [MOMENT_SECONDS + 3 * 0.5]


def test_a_crowd_may_be_one_that_comes_one_by_one() -> None:
    now, moments = [0.0], list[float]()
    queue = Queue(
        pause=moments.append, monotonic=lambda: now[0], moment_seconds=0.03, crowd_seconds=0.1
    )
    waited = []
    for at in (0.0, 0.05, 0.14, 0.25):
        now[0] = at
        queue.let_go(1)
        queue.group.do("a")
        waited.append(len(moments))
    assert waited == [0, 1, 2, 2]
    assert set(moments) == {0.03}


def test_nobody_waits_for_more_than_enough(eventually: Eventually) -> None:
    queue = Queue(moment_seconds=10 * SECONDS, crowd_seconds=10 * SECONDS, enough=3)
    queue.let_go(2)
    queue.group.do("a")
    first = queue.ask("b")
    eventually(lambda: queue.group._somebody_writes, SECONDS)
    (second,) = queue.ask_behind(eventually, "c")
    third = queue.ask("d")  # with him they are enough, and nobody stands in the line any more
    assert [asked.result(SECONDS) for asked in (first, second, third)] == ["B", "C", "D"]
    assert queue.disk.groups == [["a"], ["b", "c", "d"]]


def test_nobody_waits_for_more_than_there_were_the_last_time(eventually: Eventually) -> None:
    queue = Queue(moment_seconds=10 * SECONDS)
    first = queue.ask("a")
    assert queue.disk.began.acquire(timeout=SECONDS)
    others = queue.ask_behind(eventually, "b", "c")
    queue.let_go(3)  # b takes c along, so there is a crowd of two
    assert [asked.result(SECONDS) for asked in (first, *others)] == ["A", "B", "C"]
    again = queue.ask("d")
    eventually(lambda: queue.group._somebody_writes, SECONDS)
    last = queue.ask("e")
    assert [again.result(SECONDS), last.result(SECONDS)] == ["D", "E"]
    assert queue.disk.groups == [["a"], ["b", "c"], ["d", "e"]]


def test_a_group_has_its_largest_size(eventually: Eventually) -> None:
    queue = Queue(most_together=2)
    first = queue.ask("a")
    assert queue.disk.began.acquire(timeout=SECONDS)
    others = queue.ask_behind(eventually, "b", "c", "d")
    queue.let_go(3)
    assert [asked.result(SECONDS) for asked in (first, *others)] == ["A", "B", "C", "D"]
    assert queue.disk.groups == [["a"], ["b", "c"], ["d"]]


def test_a_bad_one_fails_alone(eventually: Eventually) -> None:
    queue = Queue()
    first = queue.ask("a")
    assert queue.disk.began.acquire(timeout=SECONDS)
    good, bad, better = queue.ask_behind(eventually, "b", "bad", "c")
    queue.let_go(5)
    assert [asked.result(SECONDS) for asked in (first, good, better)] == ["A", "B", "C"]
    with pytest.raises(ValueError, match="bad"):
        bad.result(SECONDS)
    assert queue.disk.groups == [["a"], ["b", "bad", "c"], ["b"], ["bad"], ["c"]]


def test_a_database_that_is_gone_is_told_to_all_who_wait_and_the_next_one_tries_again(
    eventually: Eventually,
) -> None:
    queue = Queue(most_together=2)
    first = queue.ask("a")
    assert queue.disk.began.acquire(timeout=SECONDS)
    others = queue.ask_behind(eventually, "lost", "c", "d", "e")
    queue.let_go(2)
    assert first.result(SECONDS) == "A"
    for asked in others:
        with pytest.raises(DatabaseDown, match="gone"):
            asked.result(SECONDS)
    queue.let_go(1)
    assert queue.ask("f").result(SECONDS) == "F"


def test_the_line_is_bounded(eventually: Eventually) -> None:
    queue = Queue(longest_line=1)
    first = queue.ask("a")
    assert queue.disk.began.acquire(timeout=SECONDS)
    (second,) = queue.ask_behind(eventually, "b")
    with pytest.raises(DatabaseDown, match="too many"):
        queue.group.do("c")
    queue.let_go(2)
    assert (first.result(SECONDS), second.result(SECONDS)) == ("A", "B")


def test_whose_patience_ends_is_not_written_later(eventually: Eventually) -> None:
    """What is told to the gateway is "not kept": it is spooled or comes again."""
    queue = Queue(patience_seconds=0.05)
    first = queue.ask("a")
    assert queue.disk.began.acquire(timeout=SECONDS)
    with pytest.raises(DatabaseDown, match="slow"):
        queue.ask_behind(eventually, "b")[0].result(SECONDS)
    queue.let_go(2)
    assert first.result(SECONDS) == "A"
    assert queue.group.do("c") == "C"
    assert queue.disk.groups == [["a"], ["c"]]


def test_who_left_keeps_nobody_asleep(eventually: Eventually) -> None:
    """Whoever is woken wakes the next one, and this one is not there any more."""
    queue = Queue(patience_seconds=2 * SECONDS)
    first = queue.ask("a")
    assert queue.disk.began.acquire(timeout=SECONDS)
    writer, hasty, patient = queue.ask_behind(eventually, "b", "c", "d")
    place = queue.group._line[1]
    queue.let_go(1)
    assert queue.disk.began.acquire(timeout=SECONDS)
    with pytest.raises(DatabaseDown, match="slow"):
        queue.group._leave(place)
    queue.let_go(1)
    assert [asked.result(SECONDS) for asked in (first, writer, patient)] == ["A", "B", "D"]
    assert not hasty.done()
    place.turn.release()
    hasty.result(SECONDS)


def test_many_threads_and_every_fault_leave_nobody_waiting() -> None:
    written: list[str] = []

    def write(items: Sequence[str]) -> Sequence[str]:
        if any(item.endswith("7") for item in items):
            raise ValueError("sevens are bad")
        written.extend(items)
        return items

    group: Together[str, str] = Together(write, most_together=8)
    with ThreadPoolExecutor(32) as pool:
        asked = [pool.submit(group.do, str(number)) for number in range(2000)]
    for number, one in enumerate(asked):
        assert (one.exception() is not None) == str(number).endswith("7")
    assert sorted(written, key=int) == [str(n) for n in range(2000) if not str(n).endswith("7")]
