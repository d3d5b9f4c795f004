"""The menu as it lies on the disk, for commands that look at it."""

from __future__ import annotations

from collections import defaultdict

import click

from cli.findings import EXIT_WITH_ERRORS, show
from cli.ports import Bridge
from menu.diagnostics import BadMenu
from menu.drafts import Draft, read_draft
from services.table import specs_of


def drafted(bridge: Bridge, *, as_json: bool) -> Draft:
    """Ends the command where nothing can be shown, with what is wrong."""
    try:
        read = read_draft(bridge.menu_files(), specs_of())
    except BadMenu as fault:
        read = tuple(fault.diagnostics)
    if not isinstance(read, Draft):
        show(read, bridge.settings.menus, as_json=as_json)
        click.get_current_context().exit(EXIT_WITH_ERRORS)
    return read


def findings_by_screen(draft: Draft) -> dict[str, list[str]]:
    """Each under the last screen that begins above it in its file; those above all under ""."""
    begins = sorted(
        (draft.source.name_place(*flat.path), name) for name, flat in draft.source.flat.items()
    )
    found: defaultdict[str, list[str]] = defaultdict(list)
    for each in draft.findings:
        above = [
            name for place, name in begins if place <= each.place and place.file == each.place.file
        ]
        found[above[-1] if above else ""].append(str(each))
    return dict(found)
