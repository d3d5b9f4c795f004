"""All about one screen: who leads there, how it is dialled, what it needs, what it shows and sends
in each language, and what that costs. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from menu.diagnostics import Place
from menu.dialling import Route, routes_to
from menu.drafts import Draft
from menu.graphing import Edge, Graph, Way, graph_of
from menu.needs import Need, needs_of
from menu.program import ServiceCall
from menu.sampling import sample_of
from menu.views import Shown, View, languages_of, views_at, with_all_options
from telecom.money import Money
from telecom.prices import PriceList


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """`views` are pages and SMS of every language; `prices` what a segment costs in the menu's own
    country, by gateway."""

    name: str
    place: Place
    entries: tuple[Way, ...]
    led_from: tuple[Edge, ...]
    leads_to: tuple[Edge, ...]
    routes: tuple[Route, ...]
    needs: tuple[Need, ...]
    call: ServiceCall | None
    views: tuple[View, ...]
    country: str
    prices: Mapping[str, Money]

    @property
    def pages(self) -> list[View]:
        return [view for view in self.views if view.shown is Shown.SCREEN]

    def costs(self, sms: View) -> dict[str, Money]:
        """Of this SMS, by gateway."""
        return {gateway: price.times(sms.segments) for gateway, price in self.prices.items()}


def explain(draft: Draft, name: str, prices: Mapping[str, PriceList]) -> Explained:
    """`name` is that of a screen of the draft."""
    source, program = draft.source, draft.program
    graph: Graph = graph_of(source, program, program.fallback_language)
    sample, shown = sample_of(program), with_all_options(program)
    languages: Sequence[str] = languages_of(program, source.written_languages)
    return Explained(
        name=name,
        place=graph.nodes[name].place,
        entries=tuple(way for way in graph.entries if way.screen == name),
        led_from=tuple(graph.leading_to(name)),
        leads_to=tuple(graph.leading_from(name)),
        routes=tuple(routes_to(graph, program, name)),
        needs=tuple(needs_of(source, name)),
        call=program.screens[name].call,
        views=tuple(view for each in languages for view in views_at(shown, name, each, sample)),
        country=program.country,
        prices={gateway: each.in_country(program.country) for gateway, each in prices.items()},
    )
