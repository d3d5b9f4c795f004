"""Services are asked in time or not at all, and whatever goes wrong there is no phone's trouble."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from math import inf

import pytest

from menu.services import Inquiry, Reply, ServiceSpec
from menu.value_types import ValueKind
from services.table import SERVICES, ServiceDesk, specs_of

NOW = 1_000.0
SPEC = ServiceSpec(takes=frozenset({"uan"}), gives={"amount": ValueKind.MONEY})


class Clock:
    def now(self) -> datetime:
        return datetime.fromtimestamp(NOW, UTC) + timedelta(0)


class Balance:
    spec = SPEC

    def __init__(self, fault: Exception | None = None) -> None:
        self.fault = fault
        self.given: list[float] = []

    def ask(self, told: Mapping[str, str], seconds: float) -> Mapping[str, str]:
        self.given.append(seconds)
        if self.fault:
            raise self.fault
        return {"amount": told["uan"]}


def asked(answer_by: float = inf) -> Inquiry:
    return Inquiry(service="balance", told={"uan": "5"}, answer_by=answer_by)


BUDGETS = [
    # seconds until the turn must be answered, what the service gets of them
    (4.0, [2.5]),
    (2.0, [1.5]),
    (0.6, [0.1]),
    (0.5, []),
    (-3.0, []),
    (inf, [2.5]),
]


@pytest.mark.parametrize(("left", "given"), BUDGETS)
def test_a_service_gets_what_is_left_of_the_turn(left: float, given: list[float]) -> None:
    balance = Balance()
    reply = ServiceDesk(Clock(), {"balance": balance}).ask(asked(NOW + left))
    assert balance.given == pytest.approx(given)
    assert reply == (Reply(parts={"amount": "5"}) if given else Reply(outcome="slow"))


@pytest.mark.parametrize("fault", [OSError("gone"), ValueError("no JSON"), KeyError("uan")])
def test_whatever_it_raises_is_no_answer(fault: Exception) -> None:
    desk = ServiceDesk(Clock(), {"balance": Balance(fault)})
    assert desk.ask(asked()) == Reply(outcome="down")


def test_a_service_that_is_gone_is_no_answer() -> None:
    assert ServiceDesk(Clock()).ask(asked()) == Reply(outcome="down")


def test_menus_know_what_the_table_says() -> None:
    assert specs_of({"balance": Balance()}) == {"balance": SPEC}
    assert specs_of().keys() == SERVICES.keys()
