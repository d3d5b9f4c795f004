"""Reads gateways.yaml: text in, gateways out; or every fault at once, with its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from gateways.base import Gateway
from gateways.findings import BadGateways, as_ours
from gateways.reader import Reader
from gateways.routes import Route
from menu import loader as yaml_loader
from menu.diagnostics import Diagnostic, in_file_order
from telecom.clock import Clock, SystemClock


@dataclass(frozen=True, slots=True)
class Shelf:
    """The enabled gateways by name, and what an operator should know about their file."""

    gateways: Mapping[str, Gateway]
    warnings: tuple[Diagnostic, ...]
    routes: tuple[Route, ...] = ()


def load(
    text: str,
    file_name: str,
    env: Mapping[str, str],
    *,
    development: bool,
    public_url: str,
    clock: Clock | None = None,
) -> Shelf:
    """The gateways of the file; `env` answers its `${NAME}` references. Opens no connection.

    `development` allows the simulator; `public_url` is what vendors have in front of our paths.
    Raises BadGateways with all that is wrong.
    """
    gateways, routes, found = _read(
        text, file_name, env, development, public_url, clock or SystemClock()
    )
    if any(finding.is_error for finding in found):
        raise BadGateways(found)
    return Shelf(MappingProxyType(gateways), tuple(found), tuple(routes))


def check(
    text: str, file_name: str, env: Mapping[str, str], *, development: bool, public_url: str
) -> list[Diagnostic]:
    """All that `load` would refuse or warn of, in file order."""
    return _read(text, file_name, env, development, public_url, SystemClock())[2]


def _read(
    text: str,
    file_name: str,
    env: Mapping[str, str],
    development: bool,
    public_url: str,
    clock: Clock,
) -> tuple[dict[str, Gateway], list[Route], list[Diagnostic]]:
    document, yaml_findings = yaml_loader.load(file_name, text)
    found = [as_ours(finding) for finding in yaml_findings]
    if document is None:
        return {}, [], in_file_order(found)
    reader = Reader(document, env, development=development, public_url=public_url, clock=clock)
    reader.read()
    return reader.gateways, reader.routes, in_file_order({*found, *reader.found})
