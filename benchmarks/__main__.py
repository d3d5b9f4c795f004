"""`python -m benchmarks`, or `make bench`: runs what was asked for, and prints the table."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from benchmarks import machine, page
from benchmarks.bar import Bar
from benchmarks.measuring import FULL, QUICK
from benchmarks.running import run
from benchmarks.table import WORDS

EXAMPLES: Final = """\b
Examples:
  make bench                                  everything, in some minutes
  make bench ARGS="--quick"                   whether it runs; the figures say little
  make bench ARGS="--only ussd --only sms"    some of them
  make bench ARGS="--json bench.json"         also every round, for a machine to read
"""


@click.command("bench", epilog=EXAMPLES)
@click.option("--quick", is_flag=True, help="One tiny round of each.")
@click.option(
    "--only", multiple=True, metavar="NAME", type=click.Choice(list(WORDS)), help="Repeatable."
)
@click.option("--json", "file", type=click.Path(dir_okay=False, path_type=Path), help="A file.")
def main(quick: bool, only: tuple[str, ...], file: Path | None) -> None:
    """Measure what the bridge costs here: medians of alternating rounds.

    A second is of the clock on the wall, CPU of the process that does the work; "beside" is the CPU
    of Redis, database and dispatcher meanwhile. Everything is started on loopback, and ended.
    """
    if sys.platform != "linux":
        raise click.ClickException("the CPU time of other processes is read as Linux has it")
    scale = QUICK if quick else FULL
    wanted = only or tuple(WORDS)
    described = machine.describe(datetime.now(UTC).date())
    bar = Bar(scale.rounds * len(wanted), sys.stderr)
    rows = list(run(scale, wanted, bar))
    bar.end()
    click.echo(page.as_markdown(rows, described))
    if file is not None:
        text = json.dumps(page.as_json(rows, described), indent=1)
        file.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
