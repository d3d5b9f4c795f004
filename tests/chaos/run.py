"""`make chaos`: the scenarios one after the other, with what each came to, and a table at the end.

Examples:
  make chaos                                     all of them, each in its long form
  make chaos ARGS="G1 G7 --seconds 60" SEED=7    two goals, a minute each, by that seed
  make chaos ARGS="--short --json figures.json"  the short form, and its figures in a file
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
DEFAULT_SEED = 20261126


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="make chaos", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("goals", nargs="*", help="G1, G4, late, ...; all without any")
    parser.add_argument("--seconds", type=int, default=300, help="of load in each long form")
    parser.add_argument("--short", action="store_true", help="as in make test-all")
    parser.add_argument("--seed", type=int, default=int(os.environ.get("SEED") or DEFAULT_SEED))
    parser.add_argument("--json", type=Path, help="also write the figures into this file")
    wished = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "figures.jsonl"
        environ = {
            **os.environ,
            "SANKET_CHAOS_SEED": str(wished.seed),
            "SANKET_CHAOS_FIGURES": str(file),
        }
        if not wished.short:
            environ["SANKET_CHAOS_SECONDS"] = str(wished.seconds)
        # Whole words: G1 is not G10. The names of tests say `g1_` once for each of their goals.
        words = " or ".join(f"{goal.lower()}_" for goal in wished.goals)
        command = [sys.executable, "-m", "pytest", "tests/chaos", "-m", "chaos or debian"]
        command += ["-p", "no:xdist", "-p", "no:cacheprovider", *(["-k", words] if words else [])]
        print(f"seed {wished.seed}", flush=True)
        code = subprocess.run(command, cwd=ROOT, env=environ, check=False).returncode
        figures = _read(file)
    _print_table(figures)
    if wished.json:
        wished.json.write_text(json.dumps(figures, indent=1, ensure_ascii=False), encoding="utf-8")
    return code


def _read(file: Path) -> list[dict[str, Any]]:
    if not file.exists():
        return []
    found = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return sorted(found, key=lambda entry: _place_of(entry["goal"]))


def _place_of(goal: str) -> tuple[int, str]:
    """G2 before G10, and what has no number behind them."""
    number = goal.removeprefix("G")
    return (int(number), "") if number.isdigit() else (sys.maxsize, goal)


def _print_table(figures: list[dict[str, Any]]) -> None:
    print("\ngoal  seconds  came to")
    for entry in figures:
        print(f"{entry['goal']:<5} {entry['seconds']:>7}  {entry['figures']}")


if __name__ == "__main__":
    sys.exit(main())
