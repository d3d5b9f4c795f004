"""What every command does that shows menus.yaml to callers: the check, the tests, the question."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

import click

from cli.findings import show
from cli.menu_diff import show_differences
from cli.menu_tests import count, show_outcomes
from cli.ports import Bridge
from cli.refusal import NotYet, Refusal
from menu.diagnostics import BadMenu, Diagnostic
from menu.differences import find_differences
from menu.transcripts import read
from services.table import specs_of


def checked_draft(bridge: Bridge, *, is_sure: bool) -> Mapping[str, bytes]:
    """menus.yaml as it lies there, shown with its differences and findings.

    Ends the command with exit code 2 for an error or a test that fails, and with 1 for a warning
    that nobody waved through. Raises DatabaseDown.
    """
    path = bridge.settings.menus
    try:
        files = bridge.menu_files()
    except BadMenu as fault:
        show(fault.diagnostics, path, as_json=False)
        raise AssertionError from None  # errors end the command
    findings = [*bridge.check_menus(), *bridge.find_moved_keys()]
    if not any(finding.is_error for finding in findings):
        _show_differences(bridge, files)
    show(findings, path, as_json=False)
    _run_tests(bridge, files)
    if findings and not is_sure:
        _ask(findings)
    if bridge.menu_files() != files:
        raise NotYet(f"not done: {path.name} changed while it was checked")
    return files


def _show_differences(bridge: Bridge, files: Mapping[str, bytes]) -> None:
    desk = bridge.menu_desk
    live = desk.standing().live
    if live is None:
        return
    try:
        before = desk.program(live)
    except BadMenu:
        return  # this bridge no longer reads it: nobody sees it any more
    click.echo(f"Compared with version {live}, which is live:")
    show_differences(find_differences(before, desk.program_of(files)))


def _run_tests(bridge: Bridge, files: Mapping[str, bytes]) -> None:
    outcomes = list(read(files, specs_of()).run())
    failed = [outcome for outcome in outcomes if not outcome.has_passed]
    show_outcomes(failed, as_json=False)
    if outcomes:
        click.echo(count(outcomes, bridge.settings.menus))
    if failed:
        raise Refusal("not done: a test of the menu fails")


def _ask(findings: Sequence[Diagnostic]) -> None:
    warnings = f"{len(findings)} warning{'' if len(findings) == 1 else 's'}"
    if not _is_terminal():
        raise NotYet(f"not done: {warnings}. Look at them; --yes goes on all the same")
    if not click.confirm(f"{warnings}. Go on all the same?"):
        raise NotYet("not done")


def _is_terminal() -> bool:
    return sys.stdin.isatty()
