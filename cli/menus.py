"""`flask menus`: the menus that admins edit, and which of them people see."""

from __future__ import annotations

import json
from typing import Final

import click

from cli import menu_explain, menu_graph, menu_render
from cli.findings import EXIT_WITH_ERRORS, show
from cli.menu_fit import fit_command
from cli.menu_replay import replay
from cli.menu_tests import count, show_not_walked, show_outcomes
from cli.ports import BridgeFactory
from cli.refusal import Refusal, database_faults
from cli.who import by
from menu.diagnostics import BadMenu, in_file_order
from menu.transcripts import read
from models.menu_publication import Listed
from models.publishing import NoSuchVersion
from services.table import specs_of

CHECK_EXAMPLES: Final = """\b
Examples:
  flask menus check                        the menus.yaml of the settings
  flask menus check --json                 the same, for programs
  BRIDGE_MENUS=draft.yaml flask menus check
"""
PUBLISH_EXAMPLES: Final = """\b
Examples:
  flask menus publish -m "New address of the office"
  flask menus publish -m "As before the fair" --by lakshmi
"""
HISTORY_EXAMPLES: Final = """\b
Examples:
  flask menus history                      the live version has a star
  flask menus history --json               the same, for programs
"""
ROLLBACK_EXAMPLES: Final = """\b
Examples:
  flask menus rollback                     to what was live before
  flask menus rollback 3 -m "The new texts confuse people"
"""
SHORT: Final = 12  # characters of a fingerprint that tell versions apart

TEST_EXAMPLES: Final = """\b
Examples:
  flask menus test                         every test in menus.yaml
  flask menus test -k "missed call"        some of them
  flask menus test --coverage              and the screens, options and ways that none came by
  flask menus test --json                  the same, for programs
"""


def commands(bridge_factory: BridgeFactory) -> click.Group:
    @click.group("menus")
    def menus() -> None:
        """The menus that admins edit, and which of them people see."""

    @menus.command("check", epilog=CHECK_EXAMPLES)
    @click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
    def check(as_json: bool) -> None:
        """Look for mistakes without changing anything. Exit code 2 when there is an error.

        docs/rules.md explains every rule.
        """
        bridge = bridge_factory()
        findings = in_file_order([*bridge.check_menus(), *bridge.find_moved_keys()])
        show(findings, bridge.settings.menus, as_json=as_json)

    @menus.command("publish", epilog=PUBLISH_EXAMPLES)
    @click.option("-m", "--note", metavar="NOTE", required=True, help="What changed, and why.")
    @by
    def publish(note: str, by: str) -> None:
        """Make menus.yaml live, even if it was live before. Exit code 2 when it has an error.

        Running bridges show it within two seconds. Dialogues that began go on in the menu in
        which they began.
        """
        bridge = bridge_factory()
        with database_faults():
            try:
                published = bridge.publish_menu_as(by, note)
            except BadMenu as fault:
                show(fault.diagnostics, bridge.settings.menus, as_json=False)
                return
        show(published.warnings, bridge.settings.menus, as_json=False)
        click.echo(f"Version {published.version} is live.")

    @menus.command("history", epilog=HISTORY_EXAMPLES)
    @click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
    def history(as_json: bool) -> None:
        """Show every time that a menu went live: when, by whom, and why. The newest comes first."""
        with database_faults():
            publications = bridge_factory().menu_history()
        if not as_json and not publications:
            click.echo("No menu was published yet: flask serve or flask menus publish does it.")
        for place, each in enumerate(publications):
            click.echo(_as_json(each, place == 0) if as_json else _line(each, place == 0))

    @menus.command("rollback", epilog=ROLLBACK_EXAMPLES)
    @click.argument("version", type=click.IntRange(1), required=False)
    @click.option("-m", "--note", metavar="NOTE", default="", help="Why.")
    @by
    def rollback(version: int | None, note: str, by: str) -> None:
        """Make an older version live again: VERSION, or the one that was live before.

        menus.yaml is neither read nor changed. It goes live again when you change it, or with
        "flask menus publish".
        """
        with database_faults():
            try:
                live = bridge_factory().roll_back_menu(version, by, note)
            except NoSuchVersion as fault:
                raise Refusal(f"not rolled back: {fault}") from None
            except BadMenu as fault:
                findings = [str(found) for found in fault.diagnostics]
                raise Refusal(
                    "not rolled back: this bridge no longer reads that version", findings
                ) from None
        click.echo(f"Version {live} is live.")

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
        transcripts = read(bridge.menu_files(), specs_of())
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

    menus.add_command(fit_command(bridge_factory))
    menus.add_command(replay(bridge_factory))
    menu_render.add(menus, bridge_factory)
    menu_graph.add(menus, bridge_factory)
    menu_explain.add(menus, bridge_factory)
    return menus


def _line(publication: Listed, is_live: bool) -> str:
    """The note comes last: it may be long."""
    star = "*" if is_live else " "
    at = f"{publication.published_at:%Y-%m-%d %H:%M:%S} UTC"
    short = publication.fingerprint[:SHORT]
    note = " ".join(publication.note.split())
    by = publication.published_by
    return f"{star} {publication.id:>4}  {at}  {short}  {by}  {note}".rstrip()


def _as_json(publication: Listed, is_live: bool) -> str:
    return json.dumps(
        {
            "publication": publication.publication,
            "version": publication.id,
            "is_live": is_live,
            "published_at": publication.published_at.isoformat(),
            "published_by": publication.published_by,
            "note": publication.note,
            "fingerprint": publication.fingerprint,
        },
        ensure_ascii=False,
    )
