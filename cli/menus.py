"""`flask menus`: the menus that admins edit."""

from __future__ import annotations

from typing import Final

import click

from cli.findings import EXIT_WITH_ERRORS, show
from cli.menu_tests import count, show_not_walked, show_outcomes
from cli.ports import BridgeFactory
from menu.transcripts import read

EXAMPLES: Final = """\b
Examples:
  flask menus check                        the menus.yaml of the settings
  flask menus check --json                 the same, for programs
  BRIDGE_MENUS=draft.yaml flask menus check
"""

TEST_EXAMPLES: Final = """\b
Examples:
  flask menus test                         every test in menus.yaml
  flask menus test -k "missed call"        some of them
  flask menus test --coverage              and the screens and options that none came by
  flask menus test --json                  the same, for programs
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

    @menus.command("test", epilog=TEST_EXAMPLES)
    @click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
    @click.option("-k", "words", default="", help="Only tests with these words in their names.")
    @click.option("--coverage", is_flag=True, help="Also list what no test came by.")
    def test(as_json: bool, words: str, coverage: bool) -> None:
        """Run the tests in menus.yaml. Exit code 2 when one fails, or the menu has an error.

        Nothing is changed or sent. docs/menus.md tells how to write tests.
        """
        bridge = bridge_factory()
        path = bridge.settings.menus
        if errors := [finding for finding in bridge.check_menus() if finding.is_error]:
            show(errors, path, as_json=as_json)
            return
        transcripts = read(bridge.menu_files())
        outcomes = show_outcomes(transcripts.run(words), as_json=as_json)
        if coverage:
            show_not_walked(transcripts.not_walked(outcomes), as_json=as_json)
        if not as_json:
            click.echo(count(outcomes, path))
        nothing_chosen = bool(words) and not outcomes
        if nothing_chosen:
            click.echo("No test has these words in its name.", err=True)
        if nothing_chosen or not all(outcome.has_passed for outcome in outcomes):
            click.get_current_context().exit(EXIT_WITH_ERRORS)

    return menus
