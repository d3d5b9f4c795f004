"""`flask feedback`: what callers wrote for a department, and what it answers."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Protocol, TextIO

import click

from cli import feedback_words as words
from cli.moments import Moment
from cli.refusal import Refusal, database_faults
from cli.who import by
from menu.record_parts import MOST_NOTE, Standing
from models.kept_record import Wanted
from services.record_desk import NotDone, RecordDesk

LIST_EXAMPLES: Final = """\b
Examples:
  flask feedback list                               the newest of all departments
  flask feedback list --department health --status new
  flask feedback list --since 7d --json             for programs
"""
SHOW_EXAMPLES: Final = """\b
Examples:
  flask feedback show 12345674            all of it; who asks hears that it was read
  flask feedback show 12345674 --numbers  with the number, to call back
  flask feedback show 12345674 --peek     it stays new
"""
ANSWER_EXAMPLES: Final = """\b
Examples:
  flask feedback answer 12345674 -m "The clinic opens at 8 from Monday."
"""
CLOSE_EXAMPLES: Final = """\b
Examples:
  flask feedback close 12345674
  flask feedback close 12345674 -m "Called back on Monday."
"""
EXPORT_EXAMPLES: Final = """\b
Examples:
  flask feedback export --department health > health.csv
  flask feedback export --since 2026-11-01 --out for-departments     a file for each
  flask feedback export --department health --status new --json
  flask feedback export --department health --numbers                to call back
"""
AUDIT_EXAMPLES: Final = """\b
Examples:
  flask feedback audit                    who read, answered, closed, took along; the newest first
  flask feedback audit --json
"""


class Bridge(Protocol):
    """What these commands need of it."""

    @property
    def record_desk(self) -> RecordDesk: ...


def _filters(command: Callable[..., None]) -> Callable[..., None]:
    """The options by which rows are chosen, handed on as `wanted`."""
    for option in (
        click.option("--until", type=Moment(), metavar="TIME", help="Received before then."),
        click.option(
            "--since", type=Moment(), metavar="TIME", help="Received then or later: UTC, or 7d."
        ),
        click.option("--register", metavar="NAME", default="", help="Of this register only."),
        click.option(
            "--status",
            type=click.Choice([one.value for one in Standing]),
            help="That stands so only.",
        ),
        click.option("--kind", metavar="WORD", default="", help="Of this kind only: callback."),
        click.option("--department", metavar="ID", default="", help="Of this department only."),
    ):
        command = option(command)
    return command


as_json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
numbers_option = click.option(
    "--numbers", is_flag=True, help="Numbers in full, not masked. It is written down."
)


def commands(bridge_factory: Callable[[], Bridge]) -> click.Group:
    @click.group("feedback")
    def feedback() -> None:
        """What callers wrote for departments, and what became of it."""

    @feedback.command("list", epilog=LIST_EXAMPLES)
    @_filters
    @click.option(
        "--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="At most."
    )
    @as_json_option
    def list_(limit: int, as_json: bool, **chosen: Any) -> None:
        """List what came in, the newest first: numbers masked, the beginning of the words."""
        with _at_desk(bridge_factory) as desk:
            wanted = _wanted(desk, chosen)
            found, count = desk.newest(wanted, limit), desk.count(wanted)
        for one in found:
            click.echo(_json(words.as_object(one)) if as_json else words.as_line(one))
        if not as_json:
            click.echo(_counted(len(found), count))

    @feedback.command("show", epilog=SHOW_EXAMPLES)
    @click.argument("reference")
    @numbers_option
    @click.option("--peek", is_flag=True, help="Do not mark it as seen.")
    @as_json_option
    @by
    def show(reference: str, numbers: bool, peek: bool, as_json: bool, by: str) -> None:
        """Show one, with what was done with it. What was new is seen from now on.

        Exit code 2 when there is no such reference.
        """
        with _at_desk(bridge_factory) as desk:
            one, acts = desk.read(reference, by=by, marks=not peek, with_number=numbers)
        if as_json:
            deeds = [words.deed_as_object(act) for act in acts]
            click.echo(_json({**words.as_object(one), "acts": deeds}))
            return
        for line in words.as_page(one, acts):
            click.echo(line)

    @feedback.command("answer", epilog=ANSWER_EXAMPLES)
    @click.argument("reference")
    @click.option(
        "--note",
        "-m",
        metavar="NOTE",
        required=True,
        help=f"What the caller reads who asks: {MOST_NOTE} characters at most.",
    )
    @by
    def answer(reference: str, note: str, by: str) -> None:
        """Answer one. Nothing is sent: the caller reads it when he asks for the status.

        A second answer takes the place of the first. Exit code 2 when there is no such reference,
        when it is closed, or when the note is too long.
        """
        with _at_desk(bridge_factory) as desk:
            click.echo(f"{desk.answer(reference, note, by=by)} is answered.")

    @feedback.command("close", epilog=CLOSE_EXAMPLES)
    @click.argument("reference")
    @click.option("--note", "-m", metavar="NOTE", default="", help="What the caller reads.")
    @by
    def close(reference: str, note: str, by: str) -> None:
        """Close one for good. An answer that it has stays readable.

        Exit code 2 when there is no such reference, or when it is closed already.
        """
        with _at_desk(bridge_factory) as desk:
            click.echo(f"{desk.close(reference, note, by=by)} is closed.")

    @feedback.command("export", epilog=EXPORT_EXAMPLES)
    @_filters
    @numbers_option
    @click.option(
        "--out",
        "-o",
        type=click.Path(path_type=Path, file_okay=False),
        help="A folder: a file for each department.",
    )
    @as_json_option
    @by
    def export(numbers: bool, out: Path | None, as_json: bool, by: str, **chosen: Any) -> None:
        """Take rows along as CSV, or as JSON: numbers masked unless --numbers is said.

        Cells that a spreadsheet would run begin with a quote. Files are for their owner only, and
        never take the place of others: exit code 2 then.
        """
        with _at_desk(bridge_factory) as desk:
            wanted = _wanted(desk, chosen)
            wanted = replace(wanted, until=wanted.until or desk.now())
            count, rows = desk.count(wanted), desk.export(wanted, by=by, with_numbers=numbers)
            names = [] if as_json else desk.names(wanted)
            with _shelf(out, as_json=as_json, names=names) as file_of, _bar(count) as progress:
                for one in rows:
                    line = _json(words.as_object(one)) + "\n" if as_json else None
                    file_of(one.department).write(line or words.csv_row(one, names))
                    progress.update(1)
        if out is not None:
            click.echo(f"{count} written to {out}.")

    @feedback.command("audit", epilog=AUDIT_EXAMPLES)
    @as_json_option
    def audit(as_json: bool) -> None:
        """Show who read, answered, closed or exported what, the newest first."""
        with _at_desk(bridge_factory) as desk:
            acts = desk.acts()
        for act in acts:
            click.echo(_json(words.deed_as_object(act)) if as_json else words.as_deed(act))
        if not acts and not as_json:
            click.echo("Nobody did anything yet.")

    return feedback


@contextmanager
def _at_desk(bridge_factory: Callable[[], Bridge]) -> Iterator[RecordDesk]:
    try:
        with database_faults():
            yield bridge_factory().record_desk
    except NotDone as fault:
        raise Refusal(f"not done: {fault}") from None
    except OSError as fault:
        raise Refusal(f"not written: {fault.strerror}: {Path(fault.filename or '').name}") from None


def _wanted(desk: RecordDesk, chosen: dict[str, Any]) -> Wanted:
    times: dict[str, datetime | None] = {}
    for name in ("since", "until"):
        moment = chosen[name]
        times[name] = desk.now() - moment if isinstance(moment, timedelta) else moment
    return Wanted(
        register=chosen["register"],
        department=chosen["department"],
        kind=chosen["kind"],
        standing=chosen["status"] or "",
        since=times["since"],
        until=times["until"],
    )


@contextmanager
def _shelf(
    out: Path | None, *, as_json: bool, names: Sequence[str]
) -> Iterator[Callable[[str], TextIO]]:
    """The file of a department, made when its first row comes. Raises OSError."""
    header = "" if as_json else words.csv_header(names)
    if out is None:
        sys.stdout.write(header)
        yield lambda department: sys.stdout  # noqa: ARG005
        return
    out.mkdir(parents=True, exist_ok=True)
    opened: dict[str, TextIO] = {}
    with ExitStack() as stack:

        def file_of(department: str) -> TextIO:
            if department not in opened:
                name = f"feedback-{department or 'none'}.{'jsonl' if as_json else 'csv'}"
                made = os.open(out / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                # With the mark by which spreadsheets know that Hindi comes.
                encoding = "utf-8" if as_json else "utf-8-sig"
                file = stack.enter_context(os.fdopen(made, "w", encoding=encoding, newline=""))
                file.write(header)
                opened[department] = file
            return opened[department]

        yield file_of


def _bar(length: int) -> click._termui_impl.ProgressBar[int]:
    """Shown on a terminal only."""
    return click.progressbar(
        length=length, label="Feedback", file=sys.stderr, hidden=not sys.stderr.isatty()
    )


def _counted(shown: int, count: int) -> str:
    if not count:
        return "Nothing is there."
    return f"{shown} of {count}." if shown < count else f"{count} in all."


def _json(found: dict[str, object]) -> str:
    return json.dumps(found, ensure_ascii=False)
