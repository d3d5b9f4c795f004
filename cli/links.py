"""`flask links`: how many asked for a link, got it by SMS, and opened it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Final

import click

from cli.moments import Moment
from cli.ports import Linker
from cli.refusal import Refusal, database_faults
from models.link_funnel import PARTS, Funnel

SHOW_EXAMPLES: Final = """\b
Examples:
  flask links show                              the last seven days
  flask links show --since 2026-11-01           from a day on, in UTC
  flask links show --since 2026-11-01 --until 2026-11-08
  flask links show --json                       the same, for programs
"""
WEEK: Final = timedelta(days=7)


def commands(bridge_factory: Callable[[], Linker]) -> click.Group:
    @click.group("links")
    def links() -> None:
        """App links by SMS: who asked, who got one, who opened it."""

    @links.command("show", epilog=SHOW_EXAMPLES)
    @click.option("--since", type=Moment(), default=WEEK, help="From when on; without it 7d.")
    @click.option("--until", type=Moment(), help="Until before when; without it now.")
    @click.option("--json", "as_json", is_flag=True, help="One JSON object.")
    def show(
        since: datetime | timedelta, until: datetime | timedelta | None, as_json: bool
    ) -> None:
        """Show the way from a call or text to an opened link: by link, day, service and channel.

        Links are counted by the day on which they were made, and kept for
        BRIDGE_LINKS_DAYS. Exit code 2 for a wrong period.
        """
        bridge = bridge_factory()
        now = bridge.clock.now()
        begin, end = _at(since, now), _at(until, now) if until is not None else now
        if begin >= end:
            raise Refusal("nothing shown: --since is not before --until")
        if begin < (kept := bridge.links_since()):
            click.echo(
                f"Links made before {kept:%Y-%m-%d} are not counted any more (BRIDGE_LINKS_DAYS).",
                err=True,
            )
        with database_faults():
            funnel = bridge.count_links(begin, end)
        click.echo(_as_json(funnel) if as_json else _as_text(funnel))

    return links


def _at(moment: datetime | timedelta, now: datetime) -> datetime:
    return now - moment if isinstance(moment, timedelta) else moment


def _as_text(funnel: Funnel) -> str:
    lines = [f"{funnel.since:%Y-%m-%d %H:%M} to {funnel.until:%Y-%m-%d %H:%M} UTC"]
    came = ", ".join(f"{number} by {channel}" for channel, number in funnel.events.items())
    lines.append(f"Came in, with or without a link: {came or 'nothing'}.")
    if not funnel.by["link"]:
        return "\n".join([*lines, "No link was sent."])
    for part in PARTS:
        lines.append(
            f"{part:<24} {'links':>7} {'sent':>7} {'deliv.':>7} {'opened':>7} {'clicks':>7}"
        )
        lines += [
            f"  {word:<22} {n.links:>7} {n.sent:>7} {n.delivered:>7} {n.opened:>7} {n.clicks:>7}"
            for word, n in funnel.by[part].items()
        ]
    return "\n".join(lines)


def _as_json(funnel: Funnel) -> str:
    counted = {
        part: [{part: word, **asdict(one)} for word, one in found.items()]
        for part, found in funnel.by.items()
    }
    period = {"since": funnel.since.isoformat(), "until": funnel.until.isoformat()}
    return json.dumps({**period, "events": funnel.events, **counted}, ensure_ascii=False)
