"""How findings about a file are shown, to people and to programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from menu.diagnostics import Diagnostic

EXIT_WITH_ERRORS: Final = 2
COLOURS: Final = {True: "red", False: "yellow"}  # by is_error


def show(findings: Sequence[Diagnostic], path: Path, *, as_json: bool) -> None:
    """Prints every finding and a closing line; ends the command when one is an error."""
    for finding in findings:
        if as_json:
            click.echo(json.dumps(finding.as_json(), ensure_ascii=False))
        else:
            click.secho(str(finding), fg=COLOURS[finding.is_error])
    errors = sum(finding.is_error for finding in findings)
    if not as_json:
        click.echo(f"{path.name}: {errors} errors, {len(findings) - errors} warnings")
    if errors:
        click.get_current_context().exit(EXIT_WITH_ERRORS)
