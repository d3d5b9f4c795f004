"""Every interleaving that hypothesis can think of: crashes, frozen workers, late and lost replies.

The judge is the gateway's ledger of what reached the handset, not our own rows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from models.mt_moves import Claim
from outbound.dispatcher import Dispatcher, Intent
from outbound.outcomes import Outcome
from telecom.statuses import FINAL, POLICIES, MessageClass, MtStatus

if TYPE_CHECKING:
    from tests.outbound.conftest import World

S = MtStatus
WORKERS = st.sampled_from(["w1", "w2"])
CLASSES = st.sampled_from(
    [MessageClass.LINK, MessageClass.LINK, MessageClass.OTP, MessageClass.RESULT]
)
ACTS = st.sampled_from(["accept", "refuse", "give up", "lost on the way", "reply lost", "bug"])
# Inside a lease, past a lease, past the settling time, past the life of a link.
SECONDS = st.sampled_from([1, 16, 31, 61, 31 * 60])


class OutboxMachine(RuleBasedStateMachine):
    """What a worker holds between two steps is in a bundle; whatever stays there was killed."""

    claims = Bundle("claims")
    intents = Bundle("intents")
    outcomes = Bundle("outcomes")

    def __init__(self, new_world: Callable[[], World]) -> None:
        super().__init__()
        self.world = new_world()
        self.workers = {owner: self.world.dispatcher(owner, batch=2) for owner in ("w1", "w2")}
        self.classes: dict[str, MessageClass] = {}

    @precondition(lambda self: len(self.classes) < 3)
    @rule(message_class=CLASSES)
    def enqueue(self, message_class: MessageClass) -> None:
        self.classes[self.world.enqueue(message_class)] = message_class

    @rule(target=claims, owner=WORKERS)
    def claim(self, owner: str) -> object:
        worker = self.workers[owner]
        return multiple(*((worker, claim) for claim in worker.claim()))

    @rule(target=intents, held=consumes(claims))
    def write_intent(self, held: tuple[Dispatcher, Claim]) -> object:
        worker, claim = held
        intent = worker.write_intent(claim)
        return multiple() if intent is None else (worker, intent)

    @rule(target=outcomes, held=consumes(intents), act=ACTS)
    def call(self, held: tuple[Dispatcher, Intent], act: str) -> object:
        worker, intent = held
        self.world.gateway.script.append(act)
        outcome = worker.call(intent)
        self.world.gateway.script.clear()  # a call that came too late used none of it
        return worker, intent, outcome

    @rule(target=outcomes, held=consumes(intents), act=ACTS, seconds=SECONDS, meanwhile=ACTS)
    def call_and_freeze(
        self, held: tuple[Dispatcher, Intent], act: str, seconds: int, meanwhile: str
    ) -> object:
        """Frozen between the deadline check and the first byte; the world goes on without it."""
        worker, intent = held
        made: list[tuple[Dispatcher, Intent, Outcome]] = []

        def others_go_on() -> str:
            self.let_pass(seconds, 61)
            other = self.workers["w2"]
            for claim in other.claim():
                taken = other.write_intent(claim)
                if taken is not None:
                    self.world.gateway.script.append(meanwhile)
                    made.append((other, taken, other.call(taken)))
            return act

        self.world.gateway.script.append(others_go_on)
        outcome = worker.call(intent)
        self.world.gateway.script.clear()
        return multiple((worker, intent, outcome), *made)

    @rule(held=consumes(outcomes))
    def record(self, held: tuple[Dispatcher, Intent, Outcome]) -> None:
        worker, intent, outcome = held
        worker.record(intent, outcome)

    @rule(held=consumes(claims))
    def release(self, held: tuple[Dispatcher, Claim]) -> None:
        worker, claim = held
        worker.release([claim])

    @rule(seconds=SECONDS)
    def pass_seconds(self, seconds: int) -> None:
        self.world.clock.pass_seconds(seconds)

    @rule()
    def reap(self) -> None:
        self.world.reaper.sweep()

    @invariant()
    def every_row_is_bounded_and_true(self) -> None:
        """Never more copies than the class allows; no row denies what the handset shows."""
        for row in self.world.rows() if self.classes else ():
            copies = self.world.gateway.ledger[str(row.ref)]
            assert copies <= POLICIES[self.classes[str(row.id)]].max_submissions
            if row.status in (S.FAILED, S.EXPIRED):
                assert copies == 0
            if row.status is S.FAILED:
                assert not row.ambiguous_before
            if row.status is S.SENT:
                assert copies >= 1
            assert row.submissions >= copies

    def teardown(self) -> None:
        """With time and a healthy worker every row comes to an end, and the end is true."""
        self.world.gateway.script.clear()
        self.world.first = self.workers["w1"]
        for seconds in (31, 61, 61, 400, 400, 400, 400):
            if self.unfinished():
                self.world.live_on(seconds, step=seconds)
        assert self.unfinished() == []
        self.every_row_is_bounded_and_true()
        assert len(self.world.rows()) == len(self.classes)
        self.world.database.dispose()

    def let_pass(self, *seconds: int) -> None:
        for passed in seconds:
            self.world.clock.pass_seconds(passed)
            self.world.reaper.sweep()

    def unfinished(self) -> list[object]:
        return [row.status for row in self.world.rows() if row.status not in (*FINAL, S.SENT)]


def test_no_interleaving_breaks_a_promise(new_world: Callable[[], World]) -> None:
    class Machine(OutboxMachine):
        def __init__(self) -> None:
            super().__init__(new_world)

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=100,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
