"""`flask gateways`: the gateway accounts that operators edit."""

from __future__ import annotations

from typing import Final

import click

from cli.findings import show
from cli.ports import BridgeFactory

EXAMPLES: Final = """\b
Examples:
  flask gateways check                     the gateways.yaml of the settings
  flask gateways check --json              the same, for programs
"""


def commands(bridge_factory: BridgeFactory) -> click.Group:
    @click.group("gateways")
    def gateways() -> None:
        """The gateway accounts that operators edit."""

    @gateways.command("check", epilog=EXAMPLES)
    @click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
    def check(as_json: bool) -> None:
        """Look for mistakes without calling anybody. Exit code 2 when there is an error.

        docs/gateways.md explains every rule.
        """
        bridge = bridge_factory()
        show(bridge.check_gateways(), bridge.settings.gateways, as_json=as_json)

    return gateways
