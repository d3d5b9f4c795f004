"""`flask menus preview`, `cancel` and `audit`: what not everybody sees, and what everybody did."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Final

import click

from cli.findings import show
from cli.menu_ready import checked_draft
from cli.ports import Bridge, BridgeFactory
from cli.refusal import Refusal, database_faults
from cli.who import by
from menu.diagnostics import BadMenu
from menu.shares import Counted
from models.audit import Entry
from models.menu_plan import Plan
from models.menu_share import Share
from models.menu_trials import Unfit, numbers_in_words
from telecom.errors import Malformed
from telecom.msisdn import Msisdn

PREVIEW_EXAMPLES: Final = """\b
Examples:
  flask menus preview --for +919812345678 --for +919812345679
  flask menus preview --for +919812345678 --stop
  flask menus preview --stop               of all test numbers
"""
CANCEL_EXAMPLES: Final = """\b
Examples:
  flask menus cancel                       the only plan there is
  flask menus cancel 4 -m "The office stays"
"""
AUDIT_EXAMPLES: Final = """\b
Examples:
  flask menus audit                        the newest comes first
  flask menus audit --limit 1000 --json
"""


def preview_command(bridge_factory: BridgeFactory) -> click.Command:
    @click.command("preview", epilog=PREVIEW_EXAMPLES)
    @click.option("--for", "numbers", multiple=True, metavar="MSISDN", help="A test number.")
    @click.option("--stop", is_flag=True, help="They see what all others see.")
    @click.option("-m", "--note", metavar="NOTE", default="", help="Why.")
    @by
    def preview(numbers: tuple[str, ...], stop: bool, note: str, by: str) -> None:
        """Show menus.yaml, as it is now, to some test numbers on all channels.

        All others see what is live. The check and the tests run first; warnings are shown and
        pass. Exit code 2 when there is an error. A later change needs another preview.
        """
        if not stop and not numbers:
            raise click.UsageError("--for tells who shall see it")
        parsed = [_parsed(number) for number in numbers]
        bridge = bridge_factory()
        with database_faults():
            if stop:
                stopped = bridge.menu_desk.stop_preview(parsed, by, note)
                click.echo(f"{numbers_in_words(stopped)} see again what all others see.")
                return
            try:
                files = checked_draft(bridge, is_sure=True)
                version = bridge.menu_desk.preview(files, parsed, by, note)
            except Unfit as fault:
                raise Refusal(f"no preview: {fault}") from None
            except BadMenu as fault:
                show(fault.diagnostics, bridge.settings.menus, as_json=False)
                return
        click.echo(f"Version {version} is what {numbers_in_words(len(set(parsed)))} see.")

    return preview


def cancel_command(bridge_factory: BridgeFactory) -> click.Command:
    @click.command("cancel", epilog=CANCEL_EXAMPLES)
    @click.argument("plan", type=click.IntRange(1), required=False)
    @click.option("-m", "--note", metavar="NOTE", default="", help="Why.")
    @by
    def cancel(plan: int | None, note: str, by: str) -> None:
        """Give up what "publish --at" planned: PLAN, or the only plan there is."""
        with database_faults():
            try:
                given_up = bridge_factory().menu_desk.cancel(plan, by, note)
            except Unfit as fault:
                raise Refusal(f"not cancelled: {fault}") from None
        click.echo(
            f"Plan {given_up.id} is cancelled: version {given_up.menu_version} waits no more."
        )

    return cancel


def audit_command(bridge_factory: BridgeFactory) -> click.Command:
    @click.command("audit", epilog=AUDIT_EXAMPLES)
    @click.option("--limit", type=click.IntRange(1, 10_000), default=50, help="How many at most.")
    @click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
    def audit(limit: int, as_json: bool) -> None:
        """Show what was done to the menus, by people and by itself: who, when, what, and why."""
        with database_faults():
            entries = bridge_factory().menu_desk.entries(limit)
        for entry in entries:
            click.echo(_as_json(entry) if as_json else _line(entry))
        if not entries and not as_json:
            click.echo("Nothing was done yet.")

    return audit


Told = tuple[str, dict[str, object]]  # a line for people, and the same for programs


def standing_lines(bridge: Bridge) -> list[Told]:
    """What `history` says of what is not live for all. Raises DatabaseDown."""
    standing = bridge.menu_desk.standing()
    told = [_plan(plan) for plan in standing.plans]
    if standing.share is not None:
        told.append(_share(standing.share, bridge.menu_desk.counted(standing.share.id)))
    for version, numbers in sorted(standing.previews.items()):
        line = f"? {version:>4}  preview for {numbers_in_words(numbers)}"
        told.append((line, {"kind": "preview", "version": version, "test_numbers": numbers}))
    return told


def _plan(plan: Plan) -> Told:
    at, note = f"{plan.due_at:%Y-%m-%d %H:%M:%S} UTC", " ".join(plan.note.split())
    line = f"+ {plan.menu_version:>4}  {at}  plan {plan.id}  {plan.planned_by}  {note}"
    fields: dict[str, object] = {
        "kind": "plan",
        "plan": plan.id,
        "version": plan.menu_version,
        "due_at": plan.due_at.isoformat(),
        "zone": plan.zone,
        "planned_at": plan.planned_at.isoformat(),
        "planned_by": plan.planned_by,
        "note": plan.note,
    }
    return line.rstrip(), fields


def _share(share: Share, counted: Counted | None) -> Told:
    at, note = f"{share.begun_at:%Y-%m-%d %H:%M:%S} UTC", " ".join(share.note.split())
    goes = f"{counted.shared}; others: {counted.others}" if counted else "not counted now"
    line = f"% {share.menu_version:>4}  {at}  {share.percent} %  {share.begun_by}  {note}"
    fields: dict[str, object] = {
        "kind": "share",
        "version": share.menu_version,
        "percent": share.percent,
        "begun_at": share.begun_at.isoformat(),
        "begun_by": share.begun_by,
        "note": share.note,
        "shared": asdict(counted.shared) if counted else None,
        "others": asdict(counted.others) if counted else None,
    }
    return f"{line.rstrip()}\n{'':8}{goes}", fields


def _parsed(number: str) -> Msisdn:
    """What is said of it has no digits: people paste into tickets what they read here."""
    try:
        return Msisdn.from_e164(number if number.startswith("+") else "")
    except Malformed:
        raise click.BadParameter("a number is not written as +919812345678") from None


def _line(entry: Entry) -> str:
    version = "" if entry.menu_version is None else str(entry.menu_version)
    at = f"{entry.at:%Y-%m-%d %H:%M:%S} UTC"
    note = " ".join(entry.note.split())
    return f"{at}  {version:>4}  {entry.what}  {entry.who}  {note}".rstrip()


def _as_json(entry: Entry) -> str:
    fields = {
        "at": entry.at.isoformat(),
        "who": entry.who,
        "what": entry.what,
        "version": entry.menu_version,
        "note": entry.note,
    }
    return json.dumps(fields, ensure_ascii=False)
