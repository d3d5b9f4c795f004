"""Rules for the whole suite: Debian programs, skips that must not happen, waiting without sleep,
and in which order."""

from __future__ import annotations

import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Generator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TypeVar

import pytest

# Set by `make test-all`: everything is installed, so a test that skips itself has failed.
NO_SKIPS = "SANKET_NO_SKIPS"
PATIENCE = 3  # times: the tests of four processes share two cores

# Their tests start whole bridges. Two of them side by side starve each other on two cores.
OF_MANY_PROCESSES = {"cli", "end_to_end"}

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)
Eventually = Callable[[Callable[[], object], float], None]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Files whose tests start many processes come evenly between those whose tests do not: what
    runs beside one of them is seldom another one. Not where chaos runs: it mostly waits, and what
    only computes would take its core.
    """
    if _is_thorough(config):
        return
    files = [list(tests) for _, tests in groupby(items, key=lambda item: item.path)]
    heavy = [tests for tests in files if tests[0].path.parent.name in OF_MANY_PROCESSES]
    light = [tests for tests in files if tests[0].path.parent.name not in OF_MANY_PROCESSES]
    places = [
        (place / len(some), tests) for some in (heavy, light) for place, tests in enumerate(some)
    ]
    items[:] = [item for _, tests in sorted(places, key=itemgetter(0)) for item in tests]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """`@pytest.mark.debian("redis-server", ...)` names the programs that a test starts.

    `repeats=True`: the test ran on SQLite already, so `make test` does not take the time.
    """
    for mark in item.iter_markers("debian"):
        missing = [program for program in mark.args if not _is_there(program)]
        if missing:
            pytest.skip(f"needs {', '.join(missing)} (make test-all installs it)")
        if item.get_closest_marker("chaos") and not _is_thorough(item.config):
            pytest.skip("kills and waits for minutes (make test-all and make chaos do it)")
        if mark.kwargs.get("repeats") and not _is_thorough(item.config):
            pytest.skip("the same once more on PostgreSQL (make test-all does it)")


def _is_there(program: str) -> bool:
    """Debian keeps PostgreSQL's programs out of PATH."""
    return bool(shutil.which(program) or [*Path("/usr/lib/postgresql").glob(f"*/bin/{program}")])


def _is_thorough(config: pytest.Config) -> bool:
    asked_for = re.search(r"(?<!not )\bdebian\b", str(config.getoption("markexpr") or ""))
    return NO_SKIPS in os.environ or asked_for is not None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return _without_skip((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _without_skip((yield))


def _without_skip(report: Report) -> Report:
    if NO_SKIPS in os.environ and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, where nothing may be: {report.longreprtext}"
    return report


@pytest.fixture(scope="session")
def eventually() -> Eventually:
    """`eventually(predicate, seconds)`: looks again and again until it is true, or fails.

    `seconds` are those of a quiet machine. Nothing waits longer than it must.
    """

    def wait(predicate: Callable[[], object], seconds: float) -> None:
        give_up_at, never = time.monotonic() + PATIENCE * seconds, threading.Event()
        while not predicate():
            if time.monotonic() > give_up_at:
                pytest.fail(f"not true within {PATIENCE} times {seconds} s")
            never.wait(0.02)

    return wait
