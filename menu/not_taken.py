"""The conditional ways that no test of a menu takes, and the tries that none uses up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, warning
from menu.document import KeyPath
from menu.source import Flat, Source
from menu.walked import LANGUAGES, ONWARD, Branch, Walked
from menu.way_schema import Go, ways_of

WAY_NOT_TAKEN: Final = "T004"


def not_taken(source: Source, walked: Walked) -> Iterator[Diagnostic]:
    for name, flat in source.flat.items():
        for path, part, go in _parts(flat):
            yield from _ways_but(source, walked, name, path, part, go)
        ask = flat.screen.ask
        if ask is not None and ask.tries is not None and name not in walked.used_up:
            reason = f'No test uses up the tries of the question of the screen "{name}".'
            place = source.value_place(*flat.path, "ask", "tries")
            yield warning(place, WAY_NOT_TAKEN, reason)


def _ways_but(
    source: Source, walked: Walked, name: str, path: KeyPath, part: str, go: Go
) -> Iterator[Diagnostic]:
    ways = ways_of(go)
    for at, (suffix, _, when) in enumerate(ways):
        if len(ways) > 1 and Branch(name, part, at) not in walked.branches:
            where = f"where this holds: {when}" if when else "where none of its conditions holds"
            reason = f'No test goes on from the screen "{name}" {where}.'
            yield warning(source.value_place(*path, *suffix), WAY_NOT_TAKEN, reason)


def _parts(flat: Flat) -> Iterator[tuple[KeyPath, str, Go]]:
    """Everything that leads on from a screen, with its path and its name in a Branch."""
    screen = flat.screen
    for position, key, option in screen.numbered_options():
        yield (*flat.path, "options", position, "go"), key, option.go
    for position, rows in screen.row_options():
        yield (*flat.path, "options", position, "go"), rows.save_as, rows.go
    for position, listed in screen.language_options():
        yield (*flat.path, "options", position, "go"), LANGUAGES, listed.go
    if screen.confirm:
        yield (*flat.path, "confirm", "yes"), "1", screen.confirm.yes
        yield (*flat.path, "confirm", "no"), "2", screen.confirm.no
    if screen.go is not None:
        yield (*flat.path[:2], "go"), ONWARD, screen.go  # that of a form stands beside it
