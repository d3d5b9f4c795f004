"""How the outcomes of a menu's tests are shown, to people and to programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from cli.findings import COLOURS
from menu.diagnostics import Diagnostic
from menu.transcripts import Outcome


def show_outcomes(outcomes: Iterable[Outcome], *, as_json: bool) -> list[Outcome]:
    """Prints each case as soon as it is over: the name, and below it what went wrong."""
    shown = []
    for outcome in outcomes:
        if as_json:
            click.echo(json.dumps(_as_json(outcome), ensure_ascii=False))
        elif outcome.failure is None:
            click.echo(f"{click.style('passed', fg='green')}  {outcome.name}")
        else:
            click.echo(f"{click.style('FAILED', fg='red')}  {outcome.name}\n{outcome.failure}")
        shown.append(outcome)
    return shown


def show_not_walked(findings: Sequence[Diagnostic], *, as_json: bool) -> None:
    for finding in findings:
        if as_json:
            click.echo(json.dumps(finding.as_json(), ensure_ascii=False))
        else:
            click.secho(str(finding), fg=COLOURS[finding.is_error])


def count(outcomes: Sequence[Outcome], path: Path) -> str:
    """The closing line."""
    failed = sum(not outcome.has_passed for outcome in outcomes)
    return f"{path.name}: {len(outcomes)} tests, {len(outcomes) - failed} passed, {failed} failed"


def _as_json(outcome: Outcome) -> dict[str, object]:
    """The keys are stable."""
    return {
        "name": outcome.name,
        "file": outcome.place.file,
        "line": outcome.place.line,
        "column": outcome.place.column,
        "passed": outcome.has_passed,
        "failure": outcome.failure.as_json() if outcome.failure else None,
    }
