"""`flask menus explain`: all about one screen."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import click

from cli.menu_draft import drafted, findings_by_screen
from cli.ports import Bridge, BridgeFactory
from cli.refusal import Refusal
from gateways.findings import BadGateways
from menu.diagnostics import did_you_mean
from menu.dialling import Route
from menu.explaining import Explained, explain
from menu.graphing import Edge
from menu.needs import Need
from menu.views import Shown, View
from pictures.gallery import size_told
from telecom.prices import PriceList

EXAMPLES: Final = """\b
Examples:
  flask menus explain home
  flask menus explain pf.2                 the second question of the form "pf"
  flask menus explain get_app --language hi
  flask menus explain get_app --json       the same, for programs
"""


def add(menus: click.Group, bridge_factory: BridgeFactory) -> None:
    @menus.command("explain", epilog=EXAMPLES)
    @click.argument("screen")
    @click.option("--language", help="Only the texts of this language.")
    @click.option("--json", "as_json", is_flag=True, help="One JSON object.")
    def explain_screen(screen: str, language: str | None, as_json: bool) -> None:
        """Tell who leads to SCREEN, how it is dialled, what it needs, shows, sends and costs.

        Exit code 2 when menus.yaml has an error or no such screen. docs/seeing.md tells more.
        """
        bridge = bridge_factory()
        draft = drafted(bridge, as_json=as_json)
        known = draft.program.screens
        if screen not in known:
            hint = did_you_mean(screen, known)
            raise Refusal(f'"{screen}" is not a screen of this menu', [hint] if hint else [])
        prices, trouble = _prices(bridge)
        explained = explain(draft, screen, prices)
        views = [view for view in explained.views if language in (None, view.language)]
        if not views and explained.views:
            tongues = ", ".join(dict.fromkeys(view.language for view in explained.views))
            raise Refusal(f'"{language}" is not a language of this screen', [tongues])
        findings = findings_by_screen(draft).get(screen, [])
        if as_json:
            click.echo(json.dumps(_as_json(explained, views, findings), ensure_ascii=False))
            return
        for line in _lines(explained, views, findings, trouble):
            click.echo(line)


def _prices(bridge: Bridge) -> tuple[Mapping[str, PriceList], str]:
    try:
        return bridge.sms_prices(), ""
    except (BadGateways, OSError, UnicodeDecodeError):
        return {}, "Prices are not known: gateways.yaml cannot be used (flask gateways check)."


def _lines(
    explained: Explained, views: list[View], findings: list[str], trouble: str
) -> Iterator[str]:
    pages = [view for view in views if view.shown is Shown.SCREEN]
    sent = [view for view in views if view.shown is Shown.SMS]
    yield f"{click.style(explained.name, bold=True)}  {explained.place}"
    yield from _section("Who leads here", _led(explained), "nobody")
    yield from _section("How to get there", map(_route, explained.routes), "no way leads here")
    yield from _section("What it needs", map(_need, explained.needs), "nothing")
    yield from _section("What it shows", _views(pages), "nothing: it leads on")
    yield from _section("What it sends", _views(sent), "nothing")
    yield from _section("What it costs", [*_costs(explained, sent), trouble], "nothing")
    onward = [f"{edge.told}: {edge.target}" for edge in explained.leads_to]
    yield from _section("What follows", onward, "nothing: the dialogue ends")
    if findings:
        yield from _section("What the check says", findings, "")


def _section(title: str, lines: Iterable[str], otherwise: str) -> Iterator[str]:
    yield f"\n{click.style(title, bold=True)}"
    yield from (f"  {line}" for line in [*filter(None, lines)] or [otherwise])


def _led(explained: Explained) -> Iterator[str]:
    yield from (f"{way.told}  {way.place}" for way in explained.entries)
    yield from (f"{edge.source}: {edge.told}  {edge.place}" for edge in explained.led_from)


def _route(route: Route) -> str:
    return f"{route.told}; at once: {route.shortcut}" if route.shortcut else route.told


def _need(need: Need) -> str:
    told = f"{need.name}: {need.what}, from {', '.join(need.saved_by) or 'nowhere'}"
    return told if need.is_sure else f"{told}; may be missing"


def _views(views: Iterable[View]) -> Iterator[str]:
    for view in views:
        yield f"{view.language}, {size_told(view)}"
        yield from (f"  | {line}" for line in view.text.split("\n"))
        yield from (click.style(f"  {told}", fg="red") for told in (*view.faults, *view.notes))


def _costs(explained: Explained, sent: list[View]) -> Iterator[str]:
    if explained.call is not None:
        yield f"a call of the service {explained.call.service}"
    for view in sent:
        costs = explained.costs(view).items()
        told = ", ".join(f"{money} by {gateway}" for gateway, money in costs)
        place = f" in {explained.country}: {told}" if told else ""
        yield f"{view.language}: {view.segments} SMS{place}"
    if not sent:
        yield "no SMS, unless it is asked for by SMS: one a page"
    elif not explained.pages[-1:] or not explained.pages[-1].ends:
        yield "asked for by SMS, one more a page"


def _as_json(explained: Explained, views: list[View], findings: list[str]) -> dict[str, object]:
    """The keys are stable."""
    return {
        "screen": explained.name,
        "place": str(explained.place),
        "entries": [
            {"channel": way.channel, "said": way.said, "place": str(way.place)}
            for way in explained.entries
        ],
        "led_from": [
            {"from": edge.source, **_edge_as_json(edge), "place": str(edge.place)}
            for edge in explained.led_from
        ],
        "routes": [
            {"channel": route.way.channel, "told": route.told, "shortcut": route.shortcut}
            for route in explained.routes
        ],
        "needs": [
            {
                "name": need.name,
                "what": need.what,
                "saved_by": list(need.saved_by),
                "is_sure": need.is_sure,
            }
            for need in explained.needs
        ],
        "service": explained.call.service if explained.call else None,
        "shows": [_view_as_json(view) for view in views if view.shown is Shown.SCREEN],
        "sends": [
            {
                **_view_as_json(view),
                "segments": view.segments,
                "costs": {gateway: str(money) for gateway, money in explained.costs(view).items()},
            }
            for view in views
            if view.shown is Shown.SMS
        ],
        "leads_to": [{"to": edge.target, **_edge_as_json(edge)} for edge in explained.leads_to],
        "findings": findings,
    }


def _edge_as_json(edge: Edge) -> dict[str, object]:
    return {"why": str(edge.why), "key": edge.key, "told": edge.told}


def _view_as_json(view: View) -> dict[str, object]:
    return {
        "language": view.language,
        "page": view.page,
        "pages": view.pages,
        "text": view.text,
        "encoding": str(view.size.encoding),
        "units": view.size.units,
        "room": view.room,
        "faults": list(view.faults),
        "notes": list(view.notes),
    }
