"""G16: USSD sessions whose turns are repeated, late, jumbled and lost, against undisturbed ones."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from models.mt_message import mt_message
from tests.chaos.field import UNLIMITED

if TYPE_CHECKING:
    from tests.conftest import House

pytestmark = pytest.mark.chaos
PRESSED = st.sampled_from(["1", "2", "3", "4", "5", "0", "00", "9", "onion", "*"])
numbers = count(1)


def subscriber(number: int) -> str:
    return f"+91{9_100_000_000 + number}"


@pytest.fixture
def house_settings() -> dict[str, str]:
    return dict(UNLIMITED)


def test_g16_no_turn_does_what_it_should_not(
    house: House, times: Callable[[int, int], int], tell: Callable[..., None]
) -> None:
    undisturbed: dict[tuple[str, ...], str] = {}
    sessions, turns = count(), count()

    def clean(path: tuple[str, ...]) -> str:
        """What a phone shows after these inputs when nothing goes wrong."""
        if path not in undisturbed:
            who = next(numbers)
            for length in range(len(path) + 1):
                text = "*".join(path[:length])
                shown = house.dial(text, session=f"clean{who}", msisdn=subscriber(who))
                undisturbed[path[:length]] = shown
        return undisturbed[path]

    class Phone(RuleBasedStateMachine):
        @initialize()
        def dial(self) -> None:
            next(sessions)
            self.who = next(numbers)
            self.path: tuple[str, ...] = ()
            self.is_lost = self.is_stale = False
            self.shown = self.turn("")
            assert self.shown == clean(())

        def turn(self, text: str) -> str:
            next(turns)
            shown: Any = house.dial(text, session=f"S{self.who}", msisdn=subscriber(self.who))
            assert shown[:4] in {"CON ", "END "}
            assert len(shown) <= 4 + 160
            return str(shown)

        @precondition(lambda self: self.shown.startswith("CON"))
        @rule(pressed=PRESSED)
        def press(self, pressed: str) -> None:
            self.path = (*self.path, pressed)
            self.shown = self.turn("*".join(self.path))
            self.is_stale = False
            if not self.is_lost:
                assert self.shown == clean(self.path)

        @rule()
        def say_it_again(self) -> None:
            before, self.shown = self.shown, self.turn("*".join(self.path))
            # What was heard before a session was lost may only choose options, and stops there.
            assert self.is_stale or self.shown == before
            self.is_stale = False

        @precondition(lambda self: self.path and not self.is_lost)
        @rule(share=st.floats(0, 1))
        def an_older_turn_arrives_late(self, share: float) -> None:
            older = self.path[: int(share * len(self.path))]
            assert self.turn("*".join(older)) == self.shown

        @rule()
        def somebody_else_has_the_same_session(self) -> None:
            other = next(numbers)
            shown = house.dial("", session=f"S{self.who}", msisdn=subscriber(other))
            assert shown == clean(())

        @precondition(lambda self: self.shown.startswith("CON"))
        @rule()
        def redis_forgets(self) -> None:
            house.bridge.sessions._redis.flushall()
            self.is_lost = self.is_stale = True

        @invariant()
        def at_most_one_link(self) -> None:
            if getattr(self, "who", 0):
                assert links_of(house, self.who) <= 1

    run_state_machine_as_test(
        Phone,
        settings=settings(
            max_examples=times(200, 10_000),
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    tell("G16", f"sessions {next(sessions):,}, turns {next(turns):,}, paths {len(undisturbed):,}")


def links_of(house: House, who: int) -> int:
    whose = house.bridge._hasher.of(subscriber(who))
    query = select(func.count()).where(mt_message.c.to_hash == whose)
    with house.bridge.database.read() as conn:
        return int(conn.execute(query).scalar_one())
