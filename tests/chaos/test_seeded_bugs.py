"""G36: the scenario that should see a bug must fail in a copy that has it. Long form only."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import pytest

from tests.chaos.bugs import BUGS, Bug

pytestmark = pytest.mark.chaos
ROOT: Final = Path(__file__).parents[2]
MAY_BE_MISSED: Final = 1
AT_A_TIME: Final = 3  # they wait more than they work
LEFT_OUT: Final = shutil.ignore_patterns(".git", ".venv", "var", "__pycache__", ".*_cache", "docs")


@pytest.mark.debian("postgres", "redis-server")
def test_g36_the_bugs_are_found(
    tmp_path: Path,
    tell: Callable[..., None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    found: list[str] = []
    missed: list[str] = []

    def try_out(bug: Bug) -> None:
        caught = is_caught(bug, tmp_path / f"copy-{BUGS.index(bug)}")
        (found if caught else missed).append(bug.name)
        with capsys.disabled():
            word = "caught" if caught else "MISSED"
            print(f"     {word}  {bug.name}", file=sys.__stderr__, flush=True)

    with ThreadPoolExecutor(AT_A_TIME) as hands:
        list(hands.map(try_out, BUGS))
    tell("G36", f"bugs {len(found) + len(missed)}, caught {len(found)}, missed {missed or 0}")
    assert len(missed) <= MAY_BE_MISSED


def is_caught(bug: Bug, copy: Path) -> bool:
    shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
    try:
        file = copy / bug.file
        code = file.read_text(encoding="utf-8")
        assert code.count(bug.before) == 1
        file.write_text(code.replace(bug.before, bug.after), encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-x", "-p", "no:xdist", "-p", "no:cacheprovider"]
        command += [f"tests/chaos/{bug.judge}", "-m", "chaos and debian or chaos", "-k", bug.words]
        environ = {k: v for k, v in os.environ.items() if not k.startswith("SANKET_CHAOS_")}
        done = subprocess.run(command, cwd=copy, env=environ, capture_output=True, check=False)
        # 1: a test failed. Anything else would prove nothing.
        assert done.returncode in {0, 1}, done.stdout.decode()[-2000:]
        return done.returncode == 1
    finally:
        shutil.rmtree(copy)
