"""`make fuzz`: 100,000 random sessions over random menus, by several processes.

Examples:
  make fuzz                                 100,000 sessions, some minutes on two cores
  make fuzz ARGS="--sessions 5000" SEED=7   fewer, by that seed
  make fuzz ARGS="--sessions 500" SEED=19   the part that failed by that seed
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import traceback
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import Final

from tests.fuzz.play import play

DEFAULT_SEED: Final = 20261126
PART: Final = 500  # sessions by one seed


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="make fuzz", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--sessions", type=int, default=100_000)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seed", type=int, default=int(os.environ.get("SEED") or DEFAULT_SEED))
    wished = parser.parse_args()
    print(f"seed {wished.seed}", flush=True)
    begun, played, failed = time.monotonic(), 0, 0
    with ProcessPoolExecutor(wished.processes) as pool:
        parts = range(-(-wished.sessions // PART))
        waiting = {pool.submit(_part, wished.seed + at): wished.seed + at for at in parts}
        for done in as_completed(waiting):
            count, fault = done.result()
            played += count
            if fault:
                failed += 1
                print(f"\nSEED={waiting[done]} fails:\n{fault}", flush=True)
            seconds = time.monotonic() - begun
            told = f"{played} of {wished.sessions} sessions, {failed} parts failed"
            print(f"{told}, {played / seconds:.0f} a second", flush=True)
    return 1 if failed or not played else 0


def _part(seed: int) -> tuple[int, str]:
    """How many sessions, and what did not hold."""
    try:
        return play(PART, seed), ""
    except Exception as fault:
        notes = "\n".join(getattr(fault, "__notes__", ()))
        return 0, f"{traceback.format_exc()}\n{notes}"


if __name__ == "__main__":
    sys.exit(main())
