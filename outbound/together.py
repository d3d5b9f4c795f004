"""Group commit: what many threads want of the database at one moment goes into one transaction.

Nobody waits for company: whoever comes first goes at once, and those who come meanwhile go
together after him. So one thread alone pays no delay, and sixty share one commit.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Final, Generic, TypeVar

from models.database import DatabaseDown

T = TypeVar("T")
R = TypeVar("R")
MOST_AT_ONCE: Final = 256


class _Turn(Generic[T, R]):
    __slots__ = ("brought", "fault", "is_over", "item", "woken")

    def __init__(self, item: T) -> None:
        self.item = item
        self.is_over = False
        self.brought: list[R] = []
        self.fault: BaseException | None = None
        self.woken = threading.Lock()
        self.woken.acquire()

    def result(self) -> R:
        if self.fault is not None:
            raise self.fault
        return self.brought[0]


class Together(Generic[T, R]):
    """`run` does all items in one transaction, and answers in their order. All or nothing."""

    def __init__(self, run: Callable[[Sequence[T]], Sequence[R]]) -> None:
        self._run = run
        self._lock = threading.Lock()
        self._waiting: list[_Turn[T, R]] = []
        self._is_led = False

    def do(self, item: T) -> R:
        """What `run` answers for this item, once it is committed. Raises what `run` raises."""
        turn: _Turn[T, R] = _Turn(item)
        with self._lock:
            self._waiting.append(turn)
            leads, self._is_led = not self._is_led, True
        if not leads:
            turn.woken.acquire()  # done by another, or called to lead
        if not turn.is_over:
            self._lead()
        return turn.result()

    def _lead(self) -> None:
        with self._lock:
            batch = self._waiting[:MOST_AT_ONCE]
            del self._waiting[:MOST_AT_ONCE]
        self._finish(batch)
        with self._lock:
            after = self._waiting[0] if self._waiting else None
            self._is_led = after is not None
        for turn in (after, *batch):
            if turn is not None:
                turn.woken.release()

    def _finish(self, batch: Sequence[_Turn[T, R]]) -> None:
        try:
            self._try(batch)
        except DatabaseDown as fault:
            for turn in batch:
                turn.fault = DatabaseDown(*fault.args)  # each thread raises one of its own
        except Exception as fault:
            if len(batch) == 1:
                batch[0].fault = fault
            else:  # one of them breaks the rest: nothing was kept, so each goes alone
                for turn in batch:
                    self._finish([turn])
        except BaseException as fault:
            for turn in batch:
                turn.fault = fault
        for turn in batch:
            turn.is_over = True

    def _try(self, batch: Sequence[_Turn[T, R]]) -> None:
        answers = self._run([turn.item for turn in batch])
        for turn, answer in zip(batch, answers, strict=True):
            turn.brought.append(answer)
