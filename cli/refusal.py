"""How a command refuses: words on stderr, exit code 2, nothing started."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any, Final

import click

from models.database import DatabaseDown


class Refusal(click.ClickException):
    """`findings` go out one a line, under `headline`."""

    exit_code = 2

    def __init__(self, headline: str, findings: Sequence[str] = ()) -> None:
        super().__init__(headline)
        self.findings = tuple(findings)

    def show(self, file: IO[Any] | None = None) -> None:
        click.secho(self.message, err=file is None, file=file, fg="red")
        for finding in self.findings:
            click.echo(f"  {finding}", err=file is None, file=file)


class NotYet(Refusal):
    """What may pass by itself: whoever starts us shall try again, as systemd does."""

    exit_code = 1


OTHER_KEY: Final = (
    "not started: this database belongs to another BRIDGE_SECRET_KEY. Its numbers and texts would"
    " not open, SMS that wait would be lost, and nobody's STOP would be found. Give this host the"
    " key of the others (docs/several-hosts.md), or a database of its own."
)


@contextmanager
def database_faults() -> Iterator[None]:
    """Raises Refusal for a database that does not answer."""
    try:
        yield
    except DatabaseDown as fault:
        raise Refusal(f"the database does not answer ({fault})") from None
