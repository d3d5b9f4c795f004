"""Functions of the operator's own: in time, typed, and none that hangs holds a turn."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from services.python_calls import Asked, Outcome
from tests.services.conftest import Desk, declared

HANGS = threading.Event()
MODULE = "tests.services.test_python_calls"


def finds(asked: Asked) -> object:
    return {"a": f"{asked.told['q']}!"}


def hangs(asked: Asked) -> object:
    HANGS.wait(30)
    return {"a": "late"}


def fails(asked: Asked) -> object:
    raise ValueError(asked.told["q"])


def knows_nothing(asked: Asked) -> object:
    raise Outcome("gone")


def says_nonsense(asked: Asked) -> object:
    return {"a": object}


def says_nothing(asked: Asked) -> object:
    return None


@pytest.fixture(autouse=True)
def _let_go() -> Iterator[None]:
    HANGS.clear()
    yield
    HANGS.set()


CALLS = [
    ("finds", "", {"a": "x!"}), ("fails", "down", {}), ("knows_nothing", "gone", {}),
    ("says_nothing", "bad_answer", {}), ("hangs", "slow", {}), ("not_there", "down", {}),
    ("annotations", "down", {}),
]  # fmt: skip


def service(function: str, module: str = MODULE) -> object:
    return declared(
        f"python: {module}:{function}\ntakes: {{ q: text }}\ngives: {{ a: {{}} }}\nsafe: true\n"
        "outcomes: { gone: { status: 404 } }\ntimeout_seconds: 0.3"
    )


@pytest.mark.parametrize(("function", "outcome", "parts"), CALLS)
def test_a_function(desk: Desk, function: str, outcome: str, parts: dict[str, str]) -> None:
    began = time.monotonic()
    reply = desk.ask(service(function), q="x")  # type: ignore[arg-type]
    assert (reply.outcome, dict(reply.parts)) == (outcome, parts)
    assert time.monotonic() - began < 1.5


@pytest.mark.parametrize("name", ["os:system", "no_such_module:f", "builtins:exec"])
def test_what_is_no_function_of_the_operators(desk: Desk, name: str) -> None:
    module, function = name.split(":")
    assert desk.ask(service(function, module), q="echo x").outcome == "down"  # type: ignore[arg-type]


def test_those_that_hang_leave_the_others_time(desk: Desk) -> None:
    for count in range(20):
        outcome = desk.ask(service("hangs"), q=str(count), key="", seconds=0.6).outcome  # type: ignore[arg-type]
        assert outcome in ("slow", "down")
    began = time.monotonic()
    assert desk.ask(service("finds"), q="x").outcome == "down"  # type: ignore[arg-type]
    assert time.monotonic() - began < 1.0
    HANGS.set()
