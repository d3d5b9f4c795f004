"""`flask data`: the tables that services look up, which are too large to stand in a menu."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Protocol

import click

from cli.findings import COLOURS, EXIT_WITH_ERRORS
from cli.refusal import Refusal
from menu import linter
from menu.diagnostics import BadMenu, Diagnostic, Place, did_you_mean, error
from menu.service_parts import Service
from menu.source import Source
from menu.table_parts import TableFile, TableQuery
from services.faults import Failed
from services.table import specs_of
from services.tables import Tables
from services.tables_asking import QueryConnector
from services.tables_building import Built
from services.tables_faults import QUERY
from services.tables_pointer import Pointer
from services.tables_reading import Progress

LOAD_EXAMPLES: Final = """\b
Examples:
  flask data load                    what changed; a running bridge does it by itself
  flask data load pins               one table
  flask data load --json             the same, for programs
"""
CHECK_EXAMPLES: Final = """\b
Examples:
  flask data check                   every table of menus.yaml
  flask data check pins --json       one of them, for programs
"""
SHOW_EXAMPLES: Final = """\b
Examples:
  flask data show                    rows, age and state of every table
  flask data show pins --json        one of them, for programs
"""


class DataSettings(Protocol):
    @property
    def menus(self) -> Path: ...


class Bridge(Protocol):
    """What these commands need of it."""

    @property
    def settings(self) -> DataSettings: ...

    @property
    def tables(self) -> Tables: ...

    @property
    def queries(self) -> QueryConnector: ...

    def menu_files(self) -> Mapping[str, bytes]: ...


as_json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
name_argument = click.argument("name", required=False)


def commands(bridge_factory: Callable[[], Bridge]) -> click.Group:
    @click.group("data")
    def data() -> None:
        """The tables that services look up."""

    @data.command("load", epilog=LOAD_EXAMPLES)
    @name_argument
    @as_json_option
    def load(name: str | None, as_json: bool) -> None:
        """Index the tables whose files changed. Exit code 2 when one is bad: the last good stays.

        Do it before "flask menus publish" where a table is new and large.
        """
        bridge = bridge_factory()
        found: list[Diagnostic] = []
        for service, way in _files(_tables(bridge, name)[0]):
            with _writing(), _bar(bridge, service, way) as progress:
                state = bridge.tables.load(service, way, progress)
            found += state.faults
            pointer = state.pointer
            if pointer is not None and pointer.index and not state.faults:
                click.echo(_loaded(service, pointer, is_new=state.is_new, as_json=as_json))
        _end(found, as_json=as_json)

    @data.command("check", epilog=CHECK_EXAMPLES)
    @name_argument
    @as_json_option
    def check(name: str | None, as_json: bool) -> None:
        """Read every table and ask every database, and change nothing. Exit code 2 for mistakes."""
        bridge = bridge_factory()
        services, source = _tables(bridge, name)
        found: list[Diagnostic] = []
        for service, way in _files(services):
            with _writing(), _bar(bridge, service, way) as progress:
                built = bridge.tables.check(service, way, progress)
            found += () if isinstance(built, Built) else built
        for service in services.values():
            if isinstance(service.way, TableQuery):
                found += _asked(bridge, service, service.way, source)
        _end(found, as_json=as_json, count=len(services))

    @data.command("show", epilog=SHOW_EXAMPLES)
    @name_argument
    @as_json_option
    def show_tables(name: str | None, as_json: bool) -> None:
        """Show the tables: their rows, since when, and whether the file was taken over."""
        bridge = bridge_factory()
        services, _ = _tables(bridge, name)
        if not services and not as_json:
            click.echo("No service of the menu has a table.")
        for service in services.values():
            click.echo(_shown(bridge, service, as_json=as_json))

    return data


def _tables(bridge: Bridge, name: str | None) -> tuple[Mapping[str, Service], Source]:
    """Those of the menu file, not of the live menu. Ends the command where it has errors."""
    try:
        examined = linter.examine(bridge.menu_files(), services=specs_of())
    except BadMenu as fault:
        raise Refusal("menus.yaml has errors:", [str(each) for each in fault.diagnostics]) from None
    errors = [str(each) for each in examined.diagnostics if each.is_error]
    if examined.source is None or errors:
        raise Refusal("menus.yaml has errors:", errors)
    declared = {
        each: service
        for each, service in examined.source.declared.items()
        if isinstance(service.way, TableFile | TableQuery)
    }
    if name is None:
        return declared, examined.source
    if name not in declared:
        raise Refusal(f'no service "{name}" has a table. {did_you_mean(name, declared)}'.strip())
    return {name: declared[name]}, examined.source


def _files(services: Mapping[str, Service]) -> Iterator[tuple[Service, TableFile]]:
    for service in services.values():
        if isinstance(service.way, TableFile):
            yield service, service.way


def _asked(bridge: Bridge, service: Service, way: TableQuery, source: Source) -> list[Diagnostic]:
    """What the database says of the query, at its place in the menu."""
    path = ("services", service.name, "table", "query")
    place: Place = source.value_place(*path)
    try:
        columns = bridge.queries.columns(service, way)
    except Failed as fault:
        hint = "Try it on the database itself."
        return [error(place, QUERY, f"The query does not run: {fault.why}.", hint)]
    missing = [name for name in _wanted(service) if name not in columns]
    return [
        error(place, QUERY, f'The query has no column "{name}".', did_you_mean(name, columns))
        for name in missing
    ]


def _wanted(service: Service) -> list[str]:
    return [str(getattr(given.path, "expression", "")) for given in service.gives.values()]


@contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as fault:
        raise Refusal(f"the index cannot be written: {type(fault).__name__}: {fault}") from None


@contextmanager
def _bar(bridge: Bridge, service: Service, way: TableFile) -> Iterator[Progress]:
    """A bar on a terminal, silence elsewhere."""
    path = bridge.settings.menus.parent / way.file
    size = path.stat().st_size if path.is_file() else 1
    if not sys.stderr.isatty():
        yield lambda _octets: None
        return
    with click.progressbar(length=size, label=service.name, file=sys.stderr) as bar:
        yield bar.update


def _end(found: list[Diagnostic], *, as_json: bool, count: int | None = None) -> None:
    for each in found:
        if as_json:
            click.echo(json.dumps(each.as_json(), ensure_ascii=False))
        else:
            click.secho(str(each), fg=COLOURS[each.is_error])
    if count is not None and not as_json:
        click.echo(f"{count} tables, {len(found)} errors")
    if found:
        click.get_current_context().exit(EXIT_WITH_ERRORS)


def _loaded(service: Service, pointer: Pointer, *, is_new: bool, as_json: bool) -> str:
    if as_json:
        told = {"table": service.name, "rows": pointer.rows, "is_new": is_new}
        return json.dumps({**told, "seconds": pointer.build_seconds})
    how = f"loaded in {pointer.build_seconds:g} s" if is_new else "unchanged"
    return f"{service.name}: {pointer.rows:,} rows, {how}"


def _shown(bridge: Bridge, service: Service, *, as_json: bool) -> str:
    way = service.way
    if isinstance(way, TableQuery):
        told = {"table": service.name, "database": way.database}
        return json.dumps(told) if as_json else f"{service.name}: a query of ${{{way.database}}}"
    assert isinstance(way, TableFile)  # noqa: S101 - _tables leaves no other
    pointer = bridge.tables.find(service)
    state = _state(bridge, service, way, pointer)
    rows = pointer.rows if pointer else 0
    at = datetime.fromtimestamp(pointer.built_at, UTC) if pointer and pointer.index else None
    widest = dict(pointer.widest) if pointer else {}
    faults = pointer.faults if pointer else []
    if as_json:
        return json.dumps(
            {
                "table": service.name, "file": way.file, "state": state, "rows": rows,
                "loaded_at": at.isoformat() if at else None, "widest": widest, "faults": faults,
            },
            ensure_ascii=False,
        )  # fmt: skip
    lines = [f"{service.name}: {way.file}, {state}"]
    if at is not None:
        lines.append(f"  {rows:,} rows, loaded {at:%Y-%m-%d %H:%M:%S} UTC")
        lines += [
            f"  {part}: {most} of {service.gives[part].widest} characters at most"
            for part, most in widest.items()
        ]
    return "\n".join([*lines, *(f"  {fault}" for fault in faults)])


def _state(bridge: Bridge, service: Service, way: TableFile, pointer: Pointer | None) -> str:
    if not (bridge.settings.menus.parent / way.file).is_file():
        return "the file is gone"
    if pointer is None:
        return "not loaded yet"
    if not bridge.tables.is_current(service, way):
        return "changed since it was loaded"
    if pointer.refused is not None:
        return "refused" if not pointer.index else "refused; the one before is live"
    return "live"
