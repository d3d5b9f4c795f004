"""How a command refuses: words on stderr, exit code 2, nothing started."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any

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


@contextmanager
def database_faults() -> Iterator[None]:
    """Raises Refusal for a database that does not answer."""
    try:
        yield
    except DatabaseDown as fault:
        raise Refusal(f"the database does not answer ({fault})") from None
