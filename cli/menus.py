"""`flask menus`: the menus that admins edit."""

from __future__ import annotations

from typing import Final

import click

from cli.findings import show
from cli.ports import BridgeFactory

EXAMPLES: Final = """\b
Examples:
  flask menus check                        the menus.yaml of the settings
  flask menus check --json                 the same, for programs
  BRIDGE_MENUS=draft.yaml flask menus check
"""


def commands(bridge_factory: BridgeFactory) -> click.Group:
    @click.group("menus")
    def menus() -> None:
        """The menus that admins edit."""

    @menus.command("check", epilog=EXAMPLES)
    @click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
    def check(as_json: bool) -> None:
        """Look for mistakes without changing anything. Exit code 2 when there is an error.

        docs/rules.md explains every rule.
        """
        bridge = bridge_factory()
        show(bridge.check_menus(), bridge.settings.menus, as_json=as_json)

    return menus
