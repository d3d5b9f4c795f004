"""Places to die at: they kill in tests, are real, and do nothing anywhere else."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from telecom.failpoints import POINTS

ROOT = Path(__file__).parents[2]
PASSES = """
from telecom.failpoints import failpoint
for turn in range(3):
    failpoint("before_inbound_commit")
    failpoint("after_intent")
    print(turn, flush=True)
"""


def passing(**environ: str) -> tuple[int, str]:
    """How a process ends that passes two points three times, and how far it came."""
    bare = {name: value for name, value in os.environ.items() if name != "BRIDGE_DEV"}
    done = subprocess.run(
        [sys.executable, "-c", PASSES],
        cwd=ROOT,
        env=bare | environ,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout.replace("\n", "")


@pytest.mark.parametrize(
    ("environ", "ends"),
    [
        ({"BRIDGE_DEV": "1", "SANKET_CRASH_AT": "after_intent"}, (-signal.SIGKILL, "")),
        ({"BRIDGE_DEV": "1", "SANKET_CRASH_AT": "after_intent:3"}, (-signal.SIGKILL, "01")),
        ({"BRIDGE_DEV": "1", "SANKET_CRASH_AT": "after_claim"}, (0, "012")),
        ({"BRIDGE_DEV": "1"}, (0, "012")),
        ({"SANKET_CRASH_AT": "after_intent"}, (0, "012")),
        ({"BRIDGE_DEV": "1", "SANKET_CRASH_AT": "after_lunch"}, (1, "")),
    ],
)
def test_a_process_dies_only_where_a_test_says_so(
    environ: dict[str, str], ends: tuple[int, str]
) -> None:
    assert passing(**environ) == ends


def test_every_point_stands_somewhere_and_none_is_unknown() -> None:
    code = [path for path in ROOT.glob("*/*.py") if path.parent.name not in ("tests", "benchmarks")]
    found = {
        name
        for path in code
        for name in re.findall(r'failpoint\("(\w+)"\)', path.read_text(encoding="utf-8"))
    }
    assert found == set(POINTS)
