"""Every interleaving that hypothesis can think of: crashes, frozen workers, late and lost replies.

The judge is the gateway's ledger of what reached the handset, not our own rows.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from models.mt_moves import Claim
from outbound.dispatcher import Dispatcher
from outbound.outcomes import Outcome
from outbound.recording import Intent
from telecom.statuses import FINAL, POLICIES, MessageClass, MtStatus

if TYPE_CHECKING:
    from tests.outbound.conftest import World

S = MtStatus
CLASSES = st.sampled_from([MessageClass.LINK, MessageClass.LINK, MessageClass.OTP])
ACTS = st.sampled_from(
    ["accept", "reply lost", "reply lost", "give up", "give up", "refuse", "lost on the way", "bug"]
)
# How far a worker gets: claim, intent, call, record. The call without the record matters most.
STEPS = st.sampled_from([4, 3, 4, 3, 2, 1])
# Inside a lease, over it, over the settling time too, over the life of a link; swept each time.
PASSING = st.sampled_from([(31, 61), (31, 61), (31,), (16,), (31, 61, 31 * 60)])
WORKERS = st.sampled_from(["w1", "w2"])


class Hand:
    """A worker that can be stopped between any two steps, for a while or for ever."""

    def __init__(self, world: World, owner: str) -> None:
        self.world = world
        self.dispatcher: Dispatcher = world.dispatcher(owner, batch=2)
        self.held: deque[Claim | Intent | tuple[Intent, Outcome]] = deque()

    def advance(self, act: str | Callable[[], str]) -> None:
        """One step: claim, or write an intent, or call, or record."""
        if not self.held:
            self.held.extend(self.dispatcher.claim())
            return
        match self.held.popleft():
            case Claim() as claim:
                intent = self.dispatcher.write_intent(claim)
                if intent is not None:
                    self.held.appendleft(intent)
            case Intent() as intent:
                self.world.gateway.script.append(act)
                self.held.appendleft((intent, self.dispatcher.call(intent)))
                self.world.gateway.script.clear()  # a call that came too late used none of it
            case (intent, outcome):
                self.dispatcher.record(intent, outcome)


class OutboxMachine(RuleBasedStateMachine):
    def __init__(self, new_world: Callable[[], World]) -> None:
        super().__init__()
        self.world = new_world()
        self.hands = {owner: Hand(self.world, owner) for owner in ("w1", "w2")}
        self.classes: dict[str, MessageClass] = {}

    @initialize(
        classes=CLASSES.map(lambda one: [one]) | st.just([MessageClass.RESULT, MessageClass.OTP])
    )
    def enqueue(self, classes: list[MessageClass]) -> None:
        for message_class in classes:
            self.classes[self.world.enqueue(message_class)] = message_class

    @rule(owner=WORKERS, act=ACTS, steps=STEPS, is_killed=st.booleans())
    def work(self, owner: str, act: str, steps: int, is_killed: bool) -> None:
        """Goes on where it was; then it is killed, or stands still until its next turn."""
        for _ in range(steps):
            self.hands[owner].advance(act)
        if is_killed:
            self.hands[owner].held.clear()

    @rule(act=ACTS, passing=PASSING, other=ACTS, steps=STEPS)
    def freeze(self, act: str, passing: tuple[int, ...], other: str, steps: int) -> None:
        """Frozen between the deadline check and the first byte; the world goes on without it."""

        def meanwhile() -> str:
            self.let_pass(passing)
            self.work("w2", other, steps, is_killed=False)
            return act

        hand = self.hands["w1"]
        while not (hand.held and isinstance(hand.held[0], Intent)):
            hand.advance(act)
            if not hand.held:
                return
        hand.advance(meanwhile)

    @rule(owner=WORKERS)
    def stop(self, owner: str) -> None:
        hand = self.hands[owner]
        hand.dispatcher.release(one for one in hand.held if isinstance(one, Claim))
        hand.held.clear()

    @rule(passing=PASSING)
    def let_pass(self, passing: tuple[int, ...]) -> None:
        for seconds in passing:
            self.world.clock.pass_seconds(seconds)
            self.world.reaper.sweep()

    @invariant()
    def every_row_is_bounded_and_true(self) -> None:
        """Never more copies than the class allows; no row denies what the handset shows."""
        for row in self.world.rows():
            copies = self.world.gateway.ledger[str(row.ref)]
            assert copies <= POLICIES[self.classes[str(row.id)]].max_submissions
            assert copies <= row.submissions
            if row.status in (S.FAILED, S.EXPIRED):
                assert copies == 0
                assert not row.ambiguous_before
            if row.status is S.SENT:
                assert copies >= 1

    def teardown(self) -> None:
        """With time and a healthy worker every row comes to an end, and the end is true."""
        self.world.gateway.script.clear()
        for seconds in (31, 61, 61, 400, 400, 400, 400):
            if self.unfinished():
                self.world.live_on(seconds, step=seconds)
        assert self.unfinished() == []
        self.every_row_is_bounded_and_true()
        assert len(self.world.rows()) == len(self.classes)
        self.world.database.dispose()

    def unfinished(self) -> list[object]:
        return [row.status for row in self.world.rows() if row.status not in (*FINAL, S.SENT)]


EXAMPLES = {"sqlite": 200, "postgresql": 15}  # each has a database of its own


def test_no_interleaving_breaks_a_promise(storage: str, new_world: Callable[[], World]) -> None:
    class Machine(OutboxMachine):
        def __init__(self) -> None:
            super().__init__(new_world)

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=EXAMPLES[storage],
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
