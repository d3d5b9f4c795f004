"""`flask backup` and `flask restore`: the database as one file, and back."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Final, Protocol

import click

from cli.refusal import Refusal, database_faults
from cli.who import by
from models.backup_file import BackupFault, Manifest, Progress
from outbound.backups import Backups, Restored
from outbound.desk import Who

ROW_DID_NOT_OPEN: Final = 1

BACKUP_EXAMPLES: Final = """\b
Examples:
  flask backup /var/backups/sanket-2026-11-26.backup
  flask backup "/var/backups/sanket-$(date +%F).backup" --json
"""
RESTORE_EXAMPLES: Final = """\b
Examples:
  flask restore sanket-2026-11-26.backup              into an empty database
  flask restore sanket-2026-11-26.backup --replace    throws away what is there
  flask restore moving.backup --nothing-sent-since    the bridge was stopped before the backup
"""

FILE: Final = click.Path(path_type=Path, dir_okay=False)


class Bridge(Protocol):
    """What these commands need of it."""

    @property
    def backups(self) -> Backups: ...


def backup(bridge_factory: Callable[[], Bridge]) -> click.Command:
    @click.command("backup", epilog=BACKUP_EXAMPLES)
    @click.argument("file", type=FILE)
    @click.option("--json", "as_json", is_flag=True, help="The manifest as one JSON object.")
    def backup(file: Path, as_json: bool) -> None:
        """Copy the database into FILE, of one moment, while the bridge runs.

        FILE is made for its owner only and never overwritten. It is of use only with the
        BRIDGE_SECRET_KEY of this bridge: keep both, apart. PostgreSQL needs pg_dump. Exit code 2
        when there is no backup.
        """
        with _refusing("no backup"), _progress() as progress:
            manifest = bridge_factory().backups.make(file, progress)
        if as_json:
            click.echo(json.dumps(asdict(manifest)))
            return
        click.echo(f"{file}: {manifest.size / 1e6:.1f} MB, {_rows(manifest)}.")
        click.echo(f"SHA-256 of the copy in it: {manifest.sha256}")

    return backup


def restore(bridge_factory: Callable[[], Bridge]) -> click.Command:
    @click.command("restore", epilog=RESTORE_EXAMPLES)
    @click.argument("file", type=FILE)
    @click.option("--replace", is_flag=True, help="Throw away all that is in the database now.")
    @click.option(
        "--nothing-sent-since",
        is_flag=True,
        help="The bridge was stopped before the backup: what waits may be sent.",
    )
    @click.option("-m", "--note", metavar="NOTE", default="", help="Why.")
    @by
    def restore(file: Path, replace: bool, nothing_sent_since: bool, note: str, by: str) -> None:
        """Put a backup in place of an empty database. Stop the bridge on all hosts before.

        The outbox starts paused: what waited when the backup was made may have been sent since, so
        it is not sent again. `flask outbox resume` says more, and ends the pause. Exit code 2 when
        it is not restored, and then nothing has changed; 1 when the key opens no row.
        """
        with _refusing("not restored"), _progress() as progress:
            restored = bridge_factory().backups.restore(
                file,
                Who(by=by, note=note),
                replaces=replace,
                nothing_sent_since=nothing_sent_since,
                progress=progress,
            )
        _tell(restored)
        if restored.has_opened is False:
            click.secho("BRIDGE_SECRET_KEY does not open the newest SMS.", fg="red", err=True)
            click.get_current_context().exit(ROW_DID_NOT_OPEN)

    return restore


def _tell(restored: Restored) -> None:
    manifest = restored.manifest
    click.echo(f"Restored as of {manifest.made_at[:19]} UTC: {_rows(manifest)}.")
    if restored.has_opened:
        click.echo("The key opens it.")
    click.secho("The outbox is paused.", fg="yellow")
    if restored.doubted:
        click.echo(f"{restored.doubted} SMS may have been sent since: they are not sent again.")
    if restored.unanswered:
        click.echo(f"{restored.unanswered} missed calls that waited in it are not answered.")
    click.echo("Next: flask outbox show, then flask outbox resume.")


def _rows(manifest: Manifest) -> str:
    rows = sum(manifest.counts.values())
    return f"schema {manifest.schema}, {rows} rows, {manifest.counts.get('mt_message', 0)} SMS"


@contextmanager
def _refusing(what: str) -> Iterator[None]:
    with database_faults():
        try:
            yield
        except BackupFault as fault:
            raise Refusal(f"{what}: {fault}") from None


@contextmanager
def _progress() -> Iterator[Progress]:
    """One line of a terminal, written over and over; elsewhere silence."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    yield lambda words: click.echo(f"\r\x1b[K{words}", nl=False, err=True)
    click.echo("\r\x1b[K", nl=False, err=True)
