"""`flask menus diff`: what callers would notice of a menu, compared with another."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

import click

from cli.findings import EXIT_WITH_ERRORS, show
from cli.ports import Bridge, BridgeFactory
from cli.refusal import Refusal, database_faults
from menu.diagnostics import BadMenu
from menu.differences import find_differences
from menu.program import Program
from menu.told_changes import Difference
from models.publishing import NoSuchVersion

EXAMPLES: Final = """\b
Examples:
  flask menus diff                         menus.yaml, compared with what is live
  flask menus diff 3                       menus.yaml, compared with version 3
  flask menus diff 3 live                  what is live, compared with version 3
  flask menus diff --json                  the same, for programs
"""
LIVE, DRAFT = "live", "draft"
EXIT_DIFFERENT: Final = 1
NOTHING: Final = "Nothing that callers would notice."


class Menu(click.ParamType[str | int]):
    """A version, or one of the two words."""

    name = "menu"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str | int:
        if value in (LIVE, DRAFT):
            return str(value)
        text = str(value)
        if not (text.isascii() and text.isdigit() and int(text[:9]) > 0):
            self.fail(f"{text!r} is no version, nor {LIVE} or {DRAFT}", param, ctx)
        return int(text[:9])


def diff_command(bridge_factory: BridgeFactory) -> click.Command:
    @click.command("diff", epilog=EXAMPLES)
    @click.argument("before", type=Menu(), default=LIVE, metavar="[A]")
    @click.argument("after", type=Menu(), default=DRAFT, metavar="[B]")
    @click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
    def diff(before: str | int, after: str | int, as_json: bool) -> None:
        """Tell what callers would notice of B in the place of A.

        Each is a version, or "live", or "draft", which is menus.yaml as it lies there. Exit code 0
        when there is no difference, 1 when there is one, 2 when one of them cannot be read.
        """
        bridge = bridge_factory()
        with database_faults():
            try:
                old, new = _program(bridge, before), _program(bridge, after)
            except NoSuchVersion as fault:
                raise Refusal(f"not compared: {fault}") from None
            except BadMenu as fault:
                errors = [found for found in fault.diagnostics if found.is_error]
                show(errors, bridge.settings.menus, as_json=as_json)
                click.get_current_context().exit(EXIT_WITH_ERRORS)
        found = find_differences(old, new)
        show_differences(found, as_json=as_json)
        if found:
            click.get_current_context().exit(EXIT_DIFFERENT)

    return diff


def show_differences(found: Sequence[Difference], *, as_json: bool = False) -> None:
    for each in found:
        if as_json:
            click.echo(json.dumps(each.as_json(), ensure_ascii=False))
        else:
            click.echo(f"  {each}.")
    if not found and not as_json:
        click.echo(NOTHING)


def _program(bridge: Bridge, menu: str | int) -> Program:
    desk = bridge.menu_desk
    if menu == DRAFT:
        return desk.program_of(bridge.menu_files())
    if menu == LIVE:
        live = desk.standing().live
        if live is None:
            raise NoSuchVersion("no menu is live yet")
        return desk.program(live)
    return desk.program(int(menu))
