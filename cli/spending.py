"""`flask spending`: what SMS cost, and the breaker that stops them until somebody looked."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Final

import click

from cli.ports import Spender
from cli.refusal import Refusal, database_faults
from cli.who import by
from models.spend import Trip
from outbound.ledger import Statement

SHOW_EXAMPLES: Final = """\b
Examples:
  flask spending show                      today, and whether anything is stopped
  flask spending show --day 2026-11-23     another day, in UTC
  flask spending show --json               the same, for programs
"""
REARM_EXAMPLES: Final = """\b
Examples:
  flask spending rearm -m "A real campaign; the budget is raised"
  flask spending rearm kenya -m "The forger is blocked" --by lakshmi
"""
STOPPED: Final = 1  # the exit code while a breaker is open
NAMES_OF_ALL: Final = "all gateways"


def commands(bridge_factory: Callable[[], Spender]) -> click.Group:
    @click.group("spending")
    def spending() -> None:
        """What SMS cost, and the breaker that stops them until somebody looked."""

    @spending.command("show", epilog=SHOW_EXAMPLES)
    @click.option(
        "--day", metavar="DAY", callback=_checked_day, help="A UTC day; without it today."
    )
    @click.option("--json", "as_json", is_flag=True, help="One JSON object.")
    def show(day: str | None, as_json: bool) -> None:
        """Show a day's money and SMS by gateway, country and service.

        Exit code 1 while spending is stopped, 0 otherwise.
        """
        with database_faults():
            statement = bridge_factory().spending.show(day)
        click.echo(_as_json(statement) if as_json else _as_text(statement))
        if statement.open:
            click.get_current_context().exit(STOPPED)

    @spending.command("rearm", epilog=REARM_EXAMPLES)
    @click.argument("gateway", required=False)
    @click.option("-m", "--note", metavar="NOTE", required=True, help="What it was, and why go on.")
    @by
    def rearm(gateway: str | None, note: str, by: str) -> None:
        """Let SMS be sent again: of GATEWAY, or wherever they are stopped.

        The budgets begin anew. What was withheld meanwhile is not sent. Exit code 2 when nothing
        is stopped.
        """
        with database_faults():
            scopes = bridge_factory().spending.rearm(gateway, by=by, note=note)
        if not scopes:
            raise Refusal("not re-armed: nothing is stopped there")
        click.echo(f"Armed again: {', '.join(map(_name_of, scopes))}.")

    return spending


def _as_text(statement: Statement) -> str:
    lines = [f"{statement.day} (UTC)"]
    for line in statement.lines:
        country = line.country or "-"
        lines.append(
            f"  {line.gateway:<16} {country:<3} {line.service:<20} {line.sms:>6} SMS  {line.spent}"
        )
    if not statement.lines:
        lines.append("  Nothing was spent.")
    lines += [f"Budget of {_name_of(scope)}: {budget} a day" for scope, budget in statement.budgets]
    lines += [_stopped(trip) for trip in statement.open]
    return "\n".join(lines)


def _stopped(trip: Trip) -> str:
    since = f"{trip.tripped_at:%Y-%m-%d %H:%M} UTC"
    return f"STOPPED: {_name_of(trip.scope)}, since {since}: {trip.why}. See: flask spending rearm"


def _as_json(statement: Statement) -> str:
    return json.dumps(
        {
            "day": statement.day,
            "lines": [
                {
                    "gateway": line.gateway,
                    "country": line.country,
                    "service": line.service,
                    "sms": line.sms,
                    "spent": str(line.spent),
                }
                for line in statement.lines
            ],
            "budgets": [
                {"gateway": scope, "day_budget": str(budget)} for scope, budget in statement.budgets
            ],
            "stopped": [_trip(trip) for trip in statement.open],
            "latest": [_trip(trip) for trip in statement.latest],
        },
        ensure_ascii=False,
    )


def _trip(trip: Trip) -> dict[str, str | None]:
    return {
        "gateway": trip.scope,
        "tripped_at": trip.tripped_at.isoformat(),
        "why": trip.why,
        "armed_at": trip.armed_at.isoformat() if trip.armed_at else None,
        "armed_by": trip.armed_by,
        "note": trip.note,
    }


def _name_of(scope: str) -> str:
    return scope or NAMES_OF_ALL


def _checked_day(_ctx: click.Context, _option: click.Parameter, day: str | None) -> str | None:
    if day is not None and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", day):
        raise click.BadParameter("must be a day such as 2026-11-23")
    return day
