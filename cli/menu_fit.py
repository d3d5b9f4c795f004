"""`flask menus fit`: what every screen takes on the phones of every gateway, and what SMS cost."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Final

import click

from cli.findings import show
from cli.ports import BridgeFactory
from menu.diagnostics import BadMenu, Place
from menu.fit import Network, Shown
from menu.fit_report import Report
from telecom.encoding import Encoding, size_of
from telecom.money import Money

EXAMPLES: Final = """\b
Examples:
  flask menus fit                          every screen where it is fullest
  flask menus fit --all                    in every language, on every kind of phone
  flask menus fit --costs                  every SMS: its segments, and what they cost
  flask menus fit --json                   all of that, for programs
"""
UNITS: Final = {Encoding.GSM7: "septets", Encoding.UCS2: "UCS-2 units"}
ANY: Final = "any phone"


def fit_command(bridge_factory: BridgeFactory) -> click.Command:
    @click.command("fit", epilog=EXAMPLES)
    @click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
    @click.option("--all", "every", is_flag=True, help="Also where a screen is not fullest.")
    @click.option("--costs", is_flag=True, help="The SMS in the place of the screens.")
    def fit(as_json: bool, every: bool, costs: bool) -> None:
        """Show how much room every screen takes. Exit code 2 when something does not fit.

        Each value is as long as it may be, and each row the longest of its table. Nothing is
        changed or sent.
        """
        bridge = bridge_factory()
        path = bridge.settings.menus
        try:
            report = bridge.fit_menu()
        except BadMenu as fault:
            show(fault.diagnostics, path, as_json=as_json)
            return
        prices = bridge.segment_prices(report.country)
        if as_json:
            for line in (*_screens_as_json(report), *_texts_as_json(report, prices)):
                click.echo(json.dumps(line, ensure_ascii=False))
        else:
            for row in _texts(report, prices) if costs else _screens(report, every=every):
                click.echo(row)
        show(report.findings, path, as_json=as_json)

    return fit


def _screens(report: Report, *, every: bool) -> Iterator[str]:
    shown = [each for _, each in report.shown]
    if not every:
        fullest: dict[str, Shown] = {}
        for each in shown:
            before = fullest.get(each.screen)
            if before is None or _fullness(before) < _fullness(each):
                fullest[each.screen] = each
        shown = list(fullest.values())
    yield f"{'screen':32} {'language':8} {'phone':16} {'pages':>5}  fullest page"
    for each in shown:
        units, room, unit = _room(each)
        yield (
            f"{each.screen:32} {each.language:8} {_name(each.network):16} {len(each.pages):>5}"
            f"  {units} of {room} {unit}"
        )


def _texts(report: Report, prices: Mapping[str, Money]) -> Iterator[str]:
    yield f"{'sent by':32} {'language':8} {'segments':>8}  {'units':18} costs"
    for _, each in report.sent:
        units = f"{each.units} {UNITS[each.encoding]}"
        costs = ", ".join(
            f"{price.times(each.segments)} ({name})" for name, price in prices.items()
        )
        yield f"{each.name:32} {each.language:8} {each.segments:>8}  {units:18} {costs}".rstrip()


def _screens_as_json(report: Report) -> Iterator[dict[str, object]]:
    for place, each in report.shown:
        units, room, unit = _room(each)
        yield {
            "kind": "screen",
            **_place(place),
            "screen": each.screen,
            "language": each.language,
            "gateway": each.network.name,
            "pages": len(each.pages),
            "units": units,
            "room": room,
            "unit": unit,
            "fullest": each.fullest,
        }


def _texts_as_json(report: Report, prices: Mapping[str, Money]) -> Iterator[dict[str, object]]:
    for place, each in report.sent:
        yield {
            "kind": "sms",
            **_place(place),
            "sent_by": each.name,
            "language": each.language,
            "encoding": str(each.encoding),
            "units": each.units,
            "segments": each.segments,
            "costs": {name: str(price.times(each.segments)) for name, price in prices.items()},
            "text": each.text,
        }


def _place(place: Place) -> dict[str, object]:
    return {"file": place.file, "line": place.line, "column": place.column}


def _room(each: Shown) -> tuple[int, int, str]:
    size = size_of(each.fullest)
    return size.units, each.network.limit.room_for(each.fullest), UNITS[size.encoding]


def _fullness(each: Shown) -> tuple[int, float]:
    units, room, _ = _room(each)
    return len(each.pages), units / room


def _name(network: Network) -> str:
    return network.name or ANY
