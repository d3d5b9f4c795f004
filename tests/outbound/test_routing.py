"""Which gateway takes a message: the routes as a table, and where a message may move on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from gateways.routes import Route
from outbound.outcomes import UNEXPECTED, NotTaken, not_taken
from outbound.routing import TRICKLE, Choice, Facts, Ways, may_move_on, order, ways_of
from telecom.errors import Reason, SendError, Verdict
from telecom.statuses import MessageClass


def route(**words: Any) -> Route:
    return Route.model_validate(words)


ROUTES = (
    route(prefix="+91981", use="mumbai"),
    route(country="IN", **{"class": ["otp"]}, use=["fast", "a"], at_most=1),
    route(country="IN", channel="missed_call", use="cheap"),
    route(country="IN", **{"class": ["link", "result"]}, use={"a": 3, "b": 1}),
    route(country=["KE", "UG"], use={"east": 1, "west": 1, "far": 1}, prefer="cost"),
)
INDIAN = Facts(e164="+919712345678", country="IN", message_class=MessageClass.LINK, gateway="home")
KENYAN = replace(INDIAN, e164="+254711000111", country="KE")
OTP, BULK = MessageClass.OTP, MessageClass.BULK


@pytest.mark.parametrize(
    ("facts", "weights", "why"),
    [
        (INDIAN, {"a": 3, "b": 1}, Choice.ROUTE),
        (replace(INDIAN, e164="+919812345678"), {"mumbai": 1}, Choice.ROUTE),  # the first that fits
        (replace(INDIAN, channel="missed_call"), {"cheap": 1}, Choice.ROUTE),
        (replace(INDIAN, channel="ussd"), {"a": 3, "b": 1}, Choice.ROUTE),
        (replace(INDIAN, message_class=OTP), {"fast": 1, "a": 1}, Choice.ROUTE),
        (replace(INDIAN, message_class=BULK), {"home": 1}, Choice.HOME),
        (replace(INDIAN, country=None, e164="+870773111632"), {"home": 1}, Choice.HOME),
        (KENYAN, {"east": 1, "west": 1, "far": 1}, Choice.ROUTE),
        # One surely did not take it: another. Two of them, and two are the most: one of those.
        (replace(INDIAN, tried=["a"]), {"b": 1}, Choice.FAILOVER),
        (replace(INDIAN, tried=["a", "b"]), {"a": 3, "b": 1}, Choice.ROUTE),
        (replace(INDIAN, tried=["home"]), {"a": 3, "b": 1}, Choice.ROUTE),  # of an older file
        (replace(KENYAN, tried=["west"]), {"east": 1, "far": 1}, Choice.FAILOVER),
        (replace(KENYAN, tried=["west", "far"]), {"west": 1, "far": 1}, Choice.ROUTE),
        (replace(INDIAN, message_class=OTP, tried=["fast"]), {"fast": 1}, Choice.ROUTE),
        # A copy may be out by the gateway that it names now: no other is ever tried.
        (replace(INDIAN, gateway="b", tried=["a", "b"], may_be_out=True), {"b": 1}, Choice.STAYS),
        (replace(KENYAN, gateway="west", may_be_out=True), {"west": 1}, Choice.STAYS),
    ],
)  # fmt: skip
def test_the_ways(facts: Facts, weights: dict[str, float], why: Choice) -> None:
    ways = ways_of(ROUTES, facts)
    assert (dict(ways.weights), ways.why) == (weights, why)


@pytest.mark.parametrize(
    ("facts", "moves"),
    [
        (replace(INDIAN, tried=["a"]), True),
        (replace(INDIAN, tried=["a", "b"]), False),
        (replace(INDIAN, tried=["a"], may_be_out=True), False),
        (replace(INDIAN, message_class=OTP, tried=["fast"]), False),
        (replace(INDIAN, message_class=BULK, tried=["home"]), False),
    ],
)
def test_moving_on(facts: Facts, moves: bool) -> None:
    assert may_move_on(ROUTES, facts) is moves


@pytest.mark.parametrize("reason", list(Reason))
def test_what_fails_over_is_the_gateways_fault_and_no_copy_is_out(reason: Reason) -> None:
    fails_over = {verdict: not_taken(SendError(reason, verdict)).fails_over for verdict in Verdict}
    assert not fails_over[Verdict.AMBIGUOUS]
    assert fails_over[Verdict.RETRY] == fails_over[Verdict.GIVE_UP]
    assert fails_over[Verdict.RETRY] is (
        reason
        in {
            Reason.THROTTLED, Reason.UNREACHABLE, Reason.GATEWAY_FAULT, Reason.NO_CREDIT,
            Reason.BAD_CREDENTIALS, Reason.BAD_SENDER_ID, Reason.NO_ROUTE,
        }
    )  # fmt: skip
    assert isinstance(UNEXPECTED, NotTaken)
    assert not UNEXPECTED.fails_over


def shares(ways: Ways, health: dict[str, float], costs: dict[str, float]) -> dict[str, float]:
    draw, draws = Random(7).random, 20_000
    first = Counter(
        order(ways, health.__getitem__, lambda name: costs.get(name, 0), draw)[0]
        for _ in range(draws)
    )
    return {name: first[name] / draws for name in ways.weights}


AB = Ways({"a": 3, "b": 1}, Choice.ROUTE)
CHEAP = replace(AB, by_cost=True)


@pytest.mark.parametrize(
    ("ways", "health", "costs", "expected"),
    [
        (AB, {"a": 1, "b": 1}, {}, {"a": 0.75, "b": 0.25}),
        (AB, {"a": 0.5, "b": 1}, {}, {"a": 0.6, "b": 0.4}),
        # Wholly down: a trickle is left, by which it is known to be back.
        (AB, {"a": 0, "b": 1}, {}, {"a": 3 * TRICKLE / (1 + 3 * TRICKLE), "b": 0.943}),
        (AB, {"a": 0, "b": 0}, {}, {"a": 0.75, "b": 0.25}),
        (CHEAP, {"a": 1, "b": 1}, {"a": 0.2, "b": 0.1}, {"a": 0.015, "b": 0.985}),
        (CHEAP, {"a": 1, "b": 0.2}, {"a": 0.2, "b": 0.1}, {"a": 1, "b": 0}),
    ],
)  # fmt: skip
def test_the_shares(
    ways: Ways, health: dict[str, float], costs: dict[str, float], expected: dict[str, float]
) -> None:
    assert shares(ways, health, costs) == pytest.approx(expected, abs=0.015)


def test_each_is_named_once_whatever_is_drawn() -> None:
    draws: Sequence[float] = [0.0, 0.5, 0.999999999999]
    for drawn in draws:
        assert sorted(order(AB, lambda _: 1.0, lambda _: 0.0, lambda: drawn)) == ["a", "b"]  # noqa: B023
