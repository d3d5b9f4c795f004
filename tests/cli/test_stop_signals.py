"""A signal stops us at whatever moment it comes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from cli.stop_signals import RENEWING, STOPPING

ROOT: Final = Path(__file__).resolve().parents[2]

# A main thread that waits holds the event's lock for a moment, again and again: here it holds it
# while the signals come.
PROGRAM: Final = """
import signal
from cli.stop_signals import renew_on_signals, stop_on_signals

stop, renew = stop_on_signals(), renew_on_signals()
with stop._cond, renew._cond:
    signal.raise_signal({number})
    signal.raise_signal({number})
print(stop.wait(10) if {number} != signal.SIGUSR2 else renew.wait(10))
"""


@pytest.mark.parametrize("number", [*STOPPING, *RENEWING], ids=str)
def test_a_signal_in_the_middle_of_a_wait_stops(number: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(number=int(number))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.stdout == "True\n", done.stderr
