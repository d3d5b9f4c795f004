"""A question to somebody who may be dead: asked in a thread of its own, never waited for long."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")


class Probe(Generic[T]):
    """While one answer is out nobody asks again: all wait for it, so threads do not pile up."""

    def __init__(self, ask: Callable[[], T]) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._asked: Future[T] | None = None

    def begin(self) -> Future[T]:
        with self._lock:
            if self._asked is None or self._asked.done():
                self._asked = Future()
                threading.Thread(
                    target=self._run, args=(self._asked,), name="probe", daemon=True
                ).start()
            return self._asked

    def _run(self, asked: Future[T]) -> None:
        try:
            asked.set_result(self._ask())
        except BaseException as fault:  # whoever waits gets it
            asked.set_exception(fault)


def ask_all(probes: Mapping[str, Probe[T]], seconds: float) -> dict[str, T | Exception]:
    """What each answers, or why it does not, within `seconds` for all together."""
    give_up_at = time.monotonic() + seconds
    asked = {name: probe.begin() for name, probe in probes.items()}
    answers: dict[str, T | Exception] = {}
    for name, future in asked.items():
        try:
            answers[name] = future.result(max(0.0, give_up_at - time.monotonic()))
        except Exception as fault:  # TimeoutError when it was not in time
            answers[name] = fault
    return answers
