"""Which gateway takes a message: pure functions over the `routes` of gateways.yaml.

A message moves to another gateway only after one surely did not take it. Where it may have been
taken, it stays: a copy by another way could not be told from the first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gateways.routes import Route
from telecom.statuses import MessageClass

TRICKLE: Final = 0.02  # of its weight is left to a gateway that is wholly down: it finds out by it
WORKS: Final = 0.5  # health from which a cheap gateway is not too dear


class Choice(StrEnum):
    """Why a message goes the way it goes."""

    HOME = "home"  # no route fits: through the gateway that it came in on
    ROUTE = "route"
    FAILOVER = "failover"
    STAYS = "stays"  # an earlier copy may be out by this gateway


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a message. `gateway`: the one that it names; `tried`: in their order."""

    e164: str
    country: str | None
    message_class: MessageClass
    gateway: str
    channel: str | None = None
    tried: Sequence[str] = ()
    may_be_out: bool = False


@dataclass(frozen=True, slots=True)
class Ways:
    """The gateways that a message may go by now, with their weights, and why."""

    weights: Mapping[str, float]
    why: Choice
    by_cost: bool = False


def find_route(routes: Sequence[Route], facts: Facts) -> Route | None:
    return next((route for route in routes if _fits(route, facts)), None)


def ways_of(routes: Sequence[Route], facts: Facts) -> Ways:
    """Never empty."""
    route = find_route(routes, facts)
    if facts.may_be_out:
        return Ways({facts.gateway: 1.0}, Choice.STAYS)
    if route is None:
        return Ways({facts.gateway: 1.0}, Choice.HOME)
    tried = {name for name in facts.tried if name in route.use}
    untried = {name: weight for name, weight in route.use.items() if name not in tried}
    if not tried:
        weights, why = dict(route.use), Choice.ROUTE
    elif untried and len(tried) < route.at_most:
        weights, why = untried, Choice.FAILOVER
    else:
        weights, why = {name: route.use[name] for name in tried}, Choice.ROUTE
    return Ways(weights, why, by_cost=route.prefer == "cost")


def may_move_on(routes: Sequence[Route], facts: Facts) -> bool:
    """Whether a message that the last one of `tried` surely did not take has another at once."""
    return not facts.may_be_out and ways_of(routes, facts).why is Choice.FAILOVER


def order(
    ways: Ways,
    health: Callable[[str], float],
    cost: Callable[[str], float],
    draw: Callable[[], float],
) -> list[str]:
    """The gateways as they are to be asked: by lot, weighed by health, or the cheapest first.

    `health` is 0 to 1, `draw` gives numbers in [0, 1). The first of them is tried; the rest come
    in only where those before have no token now.
    """
    if len(ways.weights) == 1:
        return list(ways.weights)
    left = {name: weight * max(health(name), TRICKLE) for name, weight in ways.weights.items()}
    if ways.by_cost and draw() >= TRICKLE:
        return sorted(left, key=lambda name: (health(name) < WORKS, cost(name), name))
    ordered = []
    while left:
        drawn = _draw_one(left, draw())
        ordered.append(drawn)
        del left[drawn]
    return ordered


def _draw_one(weights: Mapping[str, float], ticket: float) -> str:
    left = ticket * sum(weights.values())
    for name, weight in weights.items():
        left -= weight
        if left < 0:
            return name
    return list(weights)[-1]  # what rounding left over


def _fits(route: Route, facts: Facts) -> bool:
    return (
        (not route.country or facts.country in route.country)
        and (not route.prefix or facts.e164.startswith(route.prefix))
        and (not route.channel or facts.channel in route.channel)
        and (not route.message_class or facts.message_class in route.message_class)
    )
