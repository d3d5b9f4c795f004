"""`flask menus publish`: to all callers, to some, or at a time to come."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

import click

from cli.findings import show
from cli.menu_ready import checked_draft
from cli.ports import Bridge, BridgeFactory
from cli.refusal import Refusal, database_faults
from cli.who import by
from cli.zoned_times import Zone, ZonedTime, moment_in
from menu.diagnostics import BadMenu
from models.menu_trials import Unfit

EXAMPLES: Final = """\b
Examples:
  flask menus publish -m "New address of the office"
  flask menus publish -m "As before the fair" --by lakshmi --yes
  flask menus publish -m "Prices of the season" --share 5
  flask menus publish -m "It does well" --all
  flask menus publish -m "The office moves" --at "2026-11-27 09:00"
"""
ALL: Final = 100


def publish_command(bridge_factory: BridgeFactory) -> click.Command:
    @click.command("publish", epilog=EXAMPLES)
    @click.option("-m", "--note", metavar="NOTE", required=True, help="What changed, and why.")
    @click.option("--yes", "is_sure", is_flag=True, help="Warnings are no reason to stop.")
    @click.option("--share", type=click.IntRange(1, ALL), help="To so many percent of callers.")
    @click.option("--all", "to_all", is_flag=True, help="What is shared, to all. As --share 100.")
    @click.option("--at", type=ZonedTime(), help="Not now, but at this time of the menu's zone.")
    @click.option("--zone", type=Zone(), help="The time zone of --at.")
    @by
    def publish(
        note: str,
        is_sure: bool,
        share: int | None,
        to_all: bool,
        at: datetime | None,
        zone: ZoneInfo | None,
        by: str,
    ) -> None:
        """Make menus.yaml live, even if it was live before.

        What callers would notice is told, and the menu's check and tests run first. Exit code 2
        when there is an error or a test fails; 1 when there are warnings and nobody says yes: on a
        terminal you are asked, elsewhere --yes says it.

        Running bridges show it within two seconds. Dialogues that began go on in the menu in
        which they began. docs/publishing.md tells of shares and plans.
        """
        if sum([share is not None, to_all, at is not None]) > 1:
            raise click.UsageError("--share, --all and --at are three different things")
        if zone is not None and at is None:
            raise click.UsageError("--zone is for --at")
        bridge = bridge_factory()
        with database_faults():
            try:
                if to_all or share == ALL:
                    version = bridge.menu_desk.share_with_all(by, note)
                    click.echo(f"Version {version} is live.")
                    return
                files = checked_draft(bridge, is_sure=is_sure)
                if at is not None:
                    click.echo(_plan(bridge, files, at, zone, by, note))
                elif share is not None:
                    version = bridge.menu_desk.share(files, share, by, note)
                    click.echo(f"{share} % of callers see version {version}.")
                else:
                    published = bridge.publish_menu_as(by, note, files)
                    click.echo(f"Version {published.version} is live.")
            except Unfit as fault:
                raise Refusal(f"not published: {fault}") from None
            except BadMenu as fault:
                show(fault.diagnostics, bridge.settings.menus, as_json=False)

    return publish


def _plan(
    bridge: Bridge,
    files: Mapping[str, bytes],
    at: datetime,
    zone: ZoneInfo | None,
    by: str,
    note: str,
) -> str:
    desk = bridge.menu_desk
    zone = zone or desk.program_of(files).zone
    due_at = moment_in(zone, at)
    plan, version = desk.plan(files, due_at, zone.key, by, note)
    local, there = due_at.astimezone(zone), due_at.astimezone(UTC)
    return (
        f"Version {version} goes live at {local:%Y-%m-%d %H:%M} {zone.key}"
        f" ({there:%Y-%m-%d %H:%M} UTC): plan {plan}."
    )
