"""`flask consent`: who wants no SMS, and lists of do-not-disturb."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Final, Protocol

import click

from cli.findings import EXIT_WITH_ERRORS
from cli.ports import Listener
from cli.refusal import database_faults

IMPORT_EXAMPLES: Final = """\b
Examples:
  flask consent import dnd.csv             a number a line; no promotional SMS to them
  flask consent import dnd.csv --country KE
"""
SHOW_EXAMPLES: Final = """\b
Examples:
  flask consent show                       how many numbers want fewer SMS, and why
  flask consent show --json                the same, for programs
"""
MOST_NAMED: Final = 20  # bad lines that are named one by one
LONGEST_LINE: Final = 1000  # bytes; more is no list of numbers


class Progress(Protocol):
    def update(self, n_steps: int) -> None: ...


def commands(bridge_factory: Callable[[], Listener]) -> click.Group:
    @click.group("consent")
    def consent() -> None:
        """Who wants no SMS, and lists of do-not-disturb."""

    @consent.command("import", epilog=IMPORT_EXAMPLES)
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.option(
        "--country",
        default="IN",
        metavar="CC",
        help="The country in which numbers without + are read; IN unless told.",
    )
    def import_(file: Path, country: str) -> None:
        """Take a list of do-not-disturb in: a CSV file with a number in the first column.

        The second column, if there is one, says "promotional" (the default) or "all". Numbers are
        kept as keyed hashes. A second run changes nothing. Exit code 2 when a line is bad; the
        others are kept.
        """
        register = bridge_factory().do_not_disturb
        bad: list[tuple[int, str]] = []

        def note(line: int, why: str) -> None:
            if len(bad) < MOST_NAMED:
                bad.append((line, why))

        with database_faults(), file.open("rb") as opened, _bar(file) as progress:
            done = register.take(
                _lines(opened, progress), country=country, source="list", on_bad=note
            )
        for line, why in bad:
            click.echo(f"{file.name}:{line}  {why}", err=True)
        if done.bad > len(bad):
            click.echo(f"and {done.bad - len(bad)} more bad lines", err=True)
        click.echo(
            f"{done.listed} listed, {done.opted_out} opted out, {done.known} known before, "
            f"{done.bad} bad."
        )
        if done.bad:
            click.get_current_context().exit(EXIT_WITH_ERRORS)

    @consent.command("show", epilog=SHOW_EXAMPLES)
    @click.option("--json", "as_json", is_flag=True, help="One JSON object.")
    def show(as_json: bool) -> None:
        """Show how many numbers said STOP or START, or are on a list of do-not-disturb."""
        with database_faults():
            wanting = bridge_factory().do_not_disturb.count()
        states = sorted(wanting.by_state.items())
        if as_json:
            rows = [{"state": state, "cause": cause, "numbers": n} for (state, cause), n in states]
            click.echo(json.dumps({"consent": rows, "do_not_disturb": wanting.listed}))
            return
        for (state, cause), numbers in states:
            click.echo(f"{state:<10} {cause:<8} {numbers:>9}")
        click.echo(f"do not disturb      {wanting.listed:>9}")

    return consent


def _bar(file: Path) -> click._termui_impl.ProgressBar[int]:
    """Shown on a terminal only."""
    return click.progressbar(
        length=file.stat().st_size, label=file.name, file=sys.stderr, hidden=not sys.stderr.isatty()
    )


def _lines(opened: BinaryIO, progress: Progress) -> Iterator[str]:
    """One line after the other, however long the file is, or a line without an end."""
    is_first = True
    while raw := opened.readline(LONGEST_LINE):
        progress.update(len(raw))
        yield raw.decode("utf-8-sig" if is_first else "utf-8", "replace").replace("\0", "")
        is_first = False
