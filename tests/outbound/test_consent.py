"""STOP against messages on their way: whatever the order, nothing is accepted after it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from models import consent as consents
from models.consent import Change, ConsentCause, ConsentState
from models.database import DatabaseDown
from models.mt_message import mt_message
from outbound import consent
from outbound.outcomes import Outcome
from outbound.recording import Intent
from telecom.errors import Reason, SendError, Verdict
from telecom.statuses import FINAL, MessageClass, MtStatus

if TYPE_CHECKING:
    from models.mt_moves import Claim
    from tests.outbound.conftest import World

S = MtStatus
C = MessageClass


def whose(world: World) -> str:
    with world.database.read() as conn:
        return str(conn.execute(select(mt_message.c.to_hash)).scalars().first())


def say(world: World, state: ConsentState) -> bool:
    change = Change(
        msisdn_hash=whose(world),
        state=state,
        at=world.clock.now(),
        cause=ConsentCause.SMS,
        gateway="at-ke",
    )
    with world.database.write() as conn:
        return consent.settle(conn, change)


def stop(world: World) -> bool:
    return say(world, ConsentState.OPTED_OUT)


@pytest.mark.parametrize("message_class", list(C))
def test_stop_after_the_claim(world: World, message_class: MessageClass) -> None:
    mt_id = world.enqueue(message_class)
    (claim,) = world.first.claim()
    assert stop(world)
    world.first.submit(claim)
    assert (world.copies(mt_id), world.status(mt_id)) == (0, S.SUPPRESSED)


def test_what_is_queued_after_stop_is_suppressed_at_the_intent(world: World) -> None:
    world.enqueue()
    stop(world)
    later, answer = world.enqueue(), world.enqueue(C.CONFIRMATION)
    assert world.send_due() == 2
    assert (world.status(later), world.status(answer)) == (S.SUPPRESSED, S.SENT)
    assert sum(world.gateway.ledger.values()) == 1


def test_stop_between_intent_and_call(world: World) -> None:
    mt_id = world.enqueue()
    (claim,) = world.first.claim()
    intent = world.first.write_intent(claim)
    assert intent is not None
    stop(world)
    world.first.record(intent, world.first.call(intent))
    assert (world.copies(mt_id), world.status(mt_id)) == (0, S.FAILED)
    assert world.row(mt_id).last_outcome == "opted_out"
    assert world.gateway.seen == []


def test_without_the_database_nothing_is_called(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    mt_id = world.enqueue()
    (claim,) = world.first.claim()
    intent = world.first.write_intent(claim)
    assert intent is not None
    with monkeypatch.context() as broken:

        def down() -> None:
            raise DatabaseDown("gone")

        broken.setattr(world.database, "ask", down)
        outcome = world.first.call(intent)
    world.first.record(intent, outcome)
    assert (world.copies(mt_id), world.status(mt_id)) == (0, S.QUEUED)


@pytest.mark.parametrize("waits", [S.UNKNOWN, S.QUEUED, S.CLAIMED])
def test_what_is_doubtful_is_not_sent_again(world: World, waits: MtStatus) -> None:
    mt_id = world.enqueue()
    world.gateway.script.append("reply lost")
    world.send_due()
    if waits is not S.UNKNOWN:
        world.clock.pass_seconds(61)
        world.reaper.sweep()
    claims = world.first.claim() if waits is S.CLAIMED else []
    assert world.status(mt_id) is waits
    stop(world)
    for claim in claims:
        world.first.submit(claim)
    world.live_on()
    assert (world.copies(mt_id), world.status(mt_id)) == (1, S.UNKNOWN_FINAL)


def test_the_opt_out_that_a_gateway_knows_is_learnt(world: World) -> None:
    refused, waiting = world.enqueue(key="a"), world.enqueue(key="b")

    def refuse() -> str:
        raise SendError(Reason.OPTED_OUT, Verdict.GIVE_UP)

    world.gateway.script.append(refuse)
    world.send_due()
    assert {world.status(refused), world.status(waiting)} == {S.FAILED, S.SUPPRESSED}
    assert sum(world.gateway.ledger.values()) == 0
    with world.database.read() as conn:
        (change,) = consents.history(conn, whose(world))
    assert (change.state, change.cause, change.gateway) == (
        ConsentState.OPTED_OUT, ConsentCause.GATEWAY, "at-ke",
    )  # fmt: skip


ACTS = st.sampled_from(["accept", "accept", "reply lost", "refuse", "lost on the way", "give up"])
MOVES = st.one_of(
    st.tuples(st.just("enqueue"), st.sampled_from([C.LINK, C.RESULT, C.OTP, C.BULK])),
    st.tuples(st.sampled_from(["w1", "w2"]), ACTS),
    st.tuples(st.just("pass"), st.sampled_from([1, 16, 31, 61, 400])),
)


class Hand:
    """A worker that stops between any two of its steps."""

    def __init__(self, world: World, owner: str) -> None:
        self.world = world
        self.dispatcher = world.dispatcher(owner, batch=2)
        self.held: list[Claim | Intent | tuple[Intent, Outcome]] = []

    def advance(self, act: str) -> None:
        if not self.held:
            self.held.extend(self.dispatcher.claim())
            return
        match self.held.pop(0):
            case Intent() as intent:
                self.world.gateway.script.append(act)
                self.held.insert(0, (intent, self.dispatcher.call(intent)))
                self.world.gateway.script.clear()
            case (intent, outcome):
                self.dispatcher.record(intent, outcome)
            case claim:
                written = self.dispatcher.write_intent(claim)
                self.held[:0] = [written] if written else []


def play(world: World, hands: dict[str, Hand], moves: list[tuple[str, object]]) -> None:
    for what, how in moves:
        match how:
            case MessageClass():
                world.enqueue(how, key=f"{what}:{len(world.rows())}")
            case int():
                world.clock.pass_seconds(how)
                world.reaper.sweep()
            case _:
                hands[what].advance(str(how))


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(before=st.lists(MOVES, max_size=25), after=st.lists(MOVES, max_size=12))
def test_nothing_is_accepted_after_stop(
    new_world: Callable[[], World],
    before: list[tuple[str, object]],
    after: list[tuple[str, object]],
) -> None:
    """The judge is the gateway's ledger. Then START opens the way again."""
    world = new_world()
    hands = {owner: Hand(world, owner) for owner in ("w1", "w2")}
    world.enqueue(key="first")
    play(world, hands, before)
    assert stop(world)
    accepted = dict(world.gateway.ledger)
    play(world, hands, after)
    for hand in hands.values():
        while hand.held:
            hand.advance("accept")
    world.live_on(25 * 3600, step=3601)
    assert dict(world.gateway.ledger) == accepted
    assert [row.status for row in world.rows() if row.status not in (*FINAL, S.SENT)] == []
    assert say(world, ConsentState.OPTED_IN)
    wanted = world.enqueue(key="wanted")
    world.send_due()
    assert world.copies(wanted) == 1
    world.database.dispose()
