"""One row through claim, intent, call and record: every outcome, every fence, nobody's number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Connection, update
from structlog.testing import capture_logs

from models import mt_moves, mt_turns
from models.consent import Change, ConsentCause, ConsentState
from models.database import DatabaseDown
from models.mt_message import mt_message
from models.mt_moves import Claim, Way
from models.mt_turns import Turned
from models.shared_clock import OneClock
from outbound import consent
from outbound.calling import FRESH_SECONDS
from outbound.dispatcher import Dispatcher
from outbound.outcomes import STOPPED, TOO_LATE, Taken
from outbound.receipts import Receipts
from outbound.recording import Intent
from telecom.events import DeliveryReport
from telecom.replies import MtSms
from telecom.statuses import DlrStatus, MessageClass, MtStatus

if TYPE_CHECKING:
    from tests.outbound.conftest import World

S = MtStatus
LINK, OTP = MessageClass.LINK, MessageClass.OTP


@pytest.mark.parametrize(
    ("act", "status", "copies", "submissions", "outcome", "word"),
    [
        ("accept", S.SENT, 1, 1, "accepted", "accepted"),
        ("refuse", S.QUEUED, 0, 0, "retry", "throttled"),
        ("give up", S.FAILED, 0, 0, "give_up", "bad_msisdn"),
        ("lost on the way", S.UNKNOWN, 0, 1, "ambiguous", "no_answer"),
        ("reply lost", S.UNKNOWN, 1, 1, "ambiguous", "no_answer"),
        ("bug", S.UNKNOWN, 0, 1, "ambiguous", "unknown"),
    ],
)
@pytest.mark.parametrize("message_class", [LINK, OTP])
def test_one_call(
    world: World,
    message_class: MessageClass,
    act: str,
    status: MtStatus,
    copies: int,
    submissions: int,
    outcome: str,
    word: str,
) -> None:
    mt_id = world.enqueue(message_class)
    world.gateway.script.append(act)
    assert world.send_due() == 1
    row = world.row(mt_id)
    assert (row.status, row.submissions, row.attempts) == (status, submissions, 1)
    assert (row.last_outcome, world.copies(mt_id)) == (word, copies)
    assert world.attempts(mt_id) == [(outcome, False)]
    assert row.gateway_message_id == ("g1" if status is S.SENT else None)
    assert world.send_due() == 0


@pytest.mark.parametrize(
    ("acts", "message_class", "status", "copies"),
    [
        (["refuse", "refuse", "refuse"], LINK, S.SENT, 1),
        (["refuse", "refuse", "refuse"], OTP, S.SENT, 1),
        (["reply lost"], LINK, S.SENT, 2),
        (["lost on the way"], LINK, S.SENT, 1),
        (["lost on the way"], OTP, S.UNKNOWN_FINAL, 0),
        (["reply lost"], OTP, S.UNKNOWN_FINAL, 1),
        (["reply lost", "reply lost"], LINK, S.UNKNOWN_FINAL, 2),
        (["reply lost", "give up"], LINK, S.UNKNOWN_FINAL, 1),
        (["refuse", "reply lost", "refuse"], LINK, S.SENT, 2),
        (["refuse", "give up"], LINK, S.FAILED, 0),
        (["refuse"] * 50, LINK, S.EXPIRED, 0),
        (["reply lost", *["refuse"] * 50], LINK, S.UNKNOWN_FINAL, 1),
        (["reply lost"] * 2, MessageClass.RESULT, S.SENT, 3),
        (["reply lost"] * 3, MessageClass.RESULT, S.UNKNOWN_FINAL, 3),
        (["reply lost"], MessageClass.BULK, S.UNKNOWN_FINAL, 1),
        (["reply lost"], MessageClass.CONFIRMATION, S.UNKNOWN_FINAL, 1),
    ],
)
def test_a_whole_life(
    world: World, acts: list[str], message_class: MessageClass, status: MtStatus, copies: int
) -> None:
    mt_id = world.enqueue(message_class)
    world.gateway.script.extend(acts)
    world.send_due()
    world.live_on()
    assert (world.status(mt_id), world.copies(mt_id)) == (status, copies)


def test_refusals_are_tried_again_by_the_table(world: World) -> None:
    world.enqueue()
    world.gateway.script.extend(["refuse", "refuse", "refuse for 100 s", "refuse"])
    waits = []
    while world.gateway.script:
        assert world.send_due() == 1
        waits.append((world.rows()[0].not_before - world.clock.now()).total_seconds())
        world.clock.pass_seconds(waits[-1] - 0.001)
        assert world.send_due() == 0
        world.clock.pass_seconds(0.001)
    assert waits == [5, 15, 100, 300]


def test_the_oldest_due_goes_first_and_a_batch_is_bounded(world: World) -> None:
    enqueued = []
    for n in range(5):
        enqueued.append(world.enqueue(text=f"sms {n}"))
        world.clock.pass_seconds(1)
    small = world.dispatcher("w2", batch=3)
    claims = [small.claim(), small.claim()]
    assert [[claim.id for claim in batch] for batch in claims] == [enqueued[:3], enqueued[3:]]


@pytest.mark.parametrize("act", ["accept", "refuse", "give up", "bug", "reply lost"])
def test_no_log_names_the_person_or_the_text(world: World, act: str) -> None:
    mt_id = world.enqueue(text="PIN 4711")
    world.gateway.script.append(act)
    with capture_logs() as logs:
        world.send_due()
        world.live_on(200)
    assert any(line["mt_id"] == mt_id and line["gateway"] == "at-ke" for line in logs)
    for secret in (world.msisdn.e164, world.msisdn.e164[4:], "4711"):
        assert secret not in repr(logs)


def test_a_bug_in_an_adapter_is_named_with_its_place(world: World) -> None:
    world.enqueue()
    world.gateway.script.append("bug")
    with capture_logs() as logs:
        world.send_due()
    broke = next(line for line in logs if line["event"] == "sender broke")
    assert broke["why"].startswith("RuntimeError at conftest.py:")


def test_a_gateway_that_is_gone_makes_rows_wait_and_others_flow(world: World) -> None:
    orphan, other = world.enqueue(gateway="removed"), world.enqueue()
    assert world.send_due() == 2
    assert (world.status(orphan), world.status(other)) == (S.QUEUED, S.SENT)
    assert (world.row(orphan).last_outcome, world.row(orphan).attempts) == ("no_gateway", 0)
    assert world.send_due() == 0
    world.clock.pass_seconds(60)
    assert world.send_due() == 1
    world.live_on()
    assert world.status(orphan) is S.EXPIRED


@pytest.mark.parametrize("column", ["body_sealed", "to_sealed"])
def test_a_poisoned_row_fails_after_five_tries_and_others_flow(world: World, column: str) -> None:
    poisoned, other = world.enqueue(MessageClass.RESULT), world.enqueue()
    with world.database.write() as conn:
        broken = update(mt_message).values({column: b"\x01\x02"})
        conn.execute(broken.where(mt_message.c.id == poisoned))
    world.send_due()
    assert (world.status(poisoned), world.status(other)) == (S.QUEUED, S.SENT)
    world.live_on()
    row = world.row(poisoned)
    assert (row.status, row.attempts, row.last_outcome) == (S.FAILED, 5, "unsealable")
    assert len(world.gateway.seen) == 1


def test_a_wiped_body_is_never_sent_as_nothing(world: World) -> None:
    mt_id = world.enqueue()
    with world.database.write() as conn:
        conn.exec_driver_sql("UPDATE mt_message SET body_sealed = NULL")
    world.live_on()
    assert (world.status(mt_id), world.gateway.seen) == (S.FAILED, [])


@pytest.mark.parametrize(("frozen", "is_called"), [(17.9, True), (18.1, False), (3600, False)])
def test_a_worker_that_wakes_too_late_calls_nobody(
    world: World, frozen: float, is_called: bool
) -> None:
    """A send takes up to 12 s of a lease of 30 s."""
    mt_id = world.enqueue(OTP)
    (claim,) = world.first.claim()
    intent = world.first.write_intent(claim)
    assert intent is not None
    world.clock.pass_seconds(frozen)
    outcome = world.first.call(intent)
    world.first.record(intent, outcome)
    assert (outcome is TOO_LATE) is not is_called
    assert world.copies(mt_id) == is_called
    row = world.row(mt_id)
    assert (row.status, row.submissions) == ((S.SENT, 1) if is_called else (S.QUEUED, 0))


def test_what_is_claimed_is_held_though_the_next_lane_cannot_be(world: World) -> None:
    urgent, _ = world.enqueue(LINK), world.enqueue(MessageClass.BULK)
    world.database.spares, world.database.failures = 1, 1
    assert [claim.id for claim in world.first.claim()] == [urgent]
    assert world.database.failures == 0
    world.database.failures = 1
    with pytest.raises(DatabaseDown):
        world.first.claim()


@pytest.mark.parametrize("seconds", [29.9, 30, 31, 3600])
def test_a_claim_is_good_for_a_lease(world: World, seconds: float) -> None:
    mt_id = world.enqueue(MessageClass.RESULT)
    (claim,) = world.first.claim()
    world.clock.pass_seconds(seconds)
    world.first.submit(claim)
    assert world.copies(mt_id) == (seconds < 30)
    assert world.status(mt_id) is (S.SENT if seconds < 30 else S.QUEUED)


def test_an_old_claim_does_not_touch_a_newer_one(world: World) -> None:
    mt_id = world.enqueue()
    (old,) = world.first.claim()
    world.clock.pass_seconds(31)
    world.reaper.sweep()
    (newer,) = world.dispatcher("w2").claim()
    world.first.submit(old)
    world.first.release([old])
    row = world.row(mt_id)
    assert (row.status, row.owner, row.generation) == (S.CLAIMED, "w2", newer.generation)
    assert world.gateway.seen == []


def test_an_intent_renews_the_lease_so_that_the_last_of_a_batch_has_a_whole_one(
    world: World,
) -> None:
    ids = [world.enqueue() for _ in range(3)]
    world.gateway.script.extend([lambda: world.clock.pass_seconds(11)] * 2)
    assert world.send_due() == 3
    assert [world.status(mt_id) for mt_id in ids] == [S.SENT] * 3


def reap_after(world: World, *seconds: float) -> Callable[[], None]:
    def turn() -> None:
        for passed in seconds:
            world.clock.pass_seconds(passed)
            world.reaper.sweep()

    return turn


def second_worker(world: World, *, act: str | None) -> Callable[[], None]:
    """While the first hangs, its row is taken up by another, which claims and perhaps sends."""

    def turn() -> None:
        reap_after(world, 31, 61)()
        second = world.dispatcher("w2")
        (claim,) = second.claim()
        if act is not None:
            world.gateway.script.append(act)
            second.submit(claim)

    return turn


@pytest.mark.parametrize(
    ("message_class", "meanwhile", "before", "copies"),
    [
        (LINK, lambda w: reap_after(w, 31), S.UNKNOWN, 1),
        (LINK, lambda w: reap_after(w, 31, 61), S.QUEUED, 1),
        (OTP, lambda w: reap_after(w, 31, 61), S.UNKNOWN_FINAL, 1),
        (LINK, lambda w: reap_after(w, 31, 61, 1800), S.UNKNOWN_FINAL, 1),
        (LINK, lambda w: second_worker(w, act=None), S.CLAIMED, 1),
        (LINK, lambda w: second_worker(w, act="accept"), S.SENT, 2),
        (LINK, lambda w: second_worker(w, act="refuse"), S.QUEUED, 1),
        (LINK, lambda w: second_worker(w, act="give up"), S.UNKNOWN_FINAL, 1),
        (LINK, lambda w: second_worker(w, act="reply lost"), S.UNKNOWN, 2),
    ],
)
def test_a_late_yes_is_believed_and_cancels_what_waits(
    world: World,
    message_class: MessageClass,
    meanwhile: Callable[[World], Callable[[], None]],
    before: MtStatus,
    copies: int,
) -> None:
    mt_id = world.enqueue(message_class)
    seen: list[MtStatus] = []

    def hang() -> None:
        meanwhile(world)()
        seen.append(world.status(mt_id))

    world.gateway.script.append(hang)
    world.send_due()
    assert seen == [before]
    assert world.status(mt_id) is S.SENT
    assert world.attempts(mt_id)[0] == ("accepted", True)
    world.live_on(600)
    assert (world.status(mt_id), world.copies(mt_id)) == (S.SENT, copies)


def test_a_claim_that_a_late_yes_overtook_sends_nothing(world: World) -> None:
    mt_id = world.enqueue()
    taken = []

    def hang() -> None:
        reap_after(world, 31, 61)()
        taken.extend(world.dispatcher("w2").claim())

    world.gateway.script.append(hang)
    world.send_due()
    (claim,) = taken
    world.dispatcher("w2").submit(claim)
    assert (world.status(mt_id), world.copies(mt_id)) == (S.SENT, 1)


@pytest.mark.parametrize("act", ["refuse", "give up", "reply lost"])
def test_any_other_late_word_is_only_written_down(world: World, act: str) -> None:
    mt_id = world.enqueue(OTP)
    (claim,) = world.first.claim()
    intent = world.first.write_intent(claim)
    assert intent is not None
    world.gateway.script.append(act)
    outcome = world.first.call(intent)
    reap_after(world, 31)()
    untouched = world.row(mt_id)
    world.first.record(intent, outcome)
    assert world.row(mt_id) == untouched
    assert [late for _, late in world.attempts(mt_id)] == [True]
    world.live_on(100)
    assert world.status(mt_id) is S.UNKNOWN_FINAL


def test_a_report_that_overtakes_the_reply_stands(world: World) -> None:
    mt_id = world.enqueue()

    def delivered() -> None:
        with world.database.write() as conn:
            assert mt_moves.record_evidence(
                conn, mt_id, S.DELIVERED, evidence="dlr", now=world.clock.now()
            )

    world.gateway.script.append(delivered)
    world.send_due()
    world.live_on(600)
    assert (world.status(mt_id), world.copies(mt_id)) == (S.DELIVERED, 1)


def test_an_outcome_outlives_a_database_that_is_down(world: World) -> None:
    mt_id = world.enqueue(OTP)
    (claim,) = world.first.claim()
    intent = world.first.write_intent(claim)
    assert intent is not None
    outcome = world.first.call(intent)
    world.database.failures = 2
    with pytest.raises(DatabaseDown):
        world.first.record(intent, outcome)
    with pytest.raises(DatabaseDown):
        world.first.claim()
    reap_after(world, 31, 61)()
    assert world.status(mt_id) is S.UNKNOWN_FINAL
    assert world.first.claim() == []
    assert world.status(mt_id) is S.SENT


def test_no_intent_no_call(world: World) -> None:
    """The commit of the intent failed: whether it was kept is not known, so nothing is sent."""
    mt_id = world.enqueue()
    (claim,) = world.first.claim()
    world.database.failures = 1
    with pytest.raises(DatabaseDown):
        world.first.submit(claim)
    assert world.gateway.seen == []
    assert world.status(mt_id) is S.CLAIMED


def test_what_was_claimed_and_not_tried_is_given_back_at_once(world: World) -> None:
    mt_id = world.enqueue()
    world.first.release(world.first.claim())
    row = world.row(mt_id)
    assert (row.status, row.owner, row.lease_until, row.attempts) == (S.QUEUED, None, None, 0)
    assert world.send_due(world.dispatcher("w2")) == 1


def test_a_lease_must_outlast_a_send(world: World) -> None:
    with pytest.raises(ValueError, match="outlast"):
        Dispatcher(
            world.database,
            world.outbox,
            {},
            clock=OneClock(world.clock),
            host_clock=world.clock,
            monotonic=world.clock.monotonic,
            owner="w1",
            lease_seconds=12,
        )


def turned(world: World, count: int) -> tuple[list[str], list[Intent]]:
    """So many rows with intents of one commit."""
    for _ in range(count):
        world.enqueue()
    claims = world.first.claim()
    intents = world.first.turn_over([], [(claim, way_of(claim)) for claim in claims]).intents
    mt_ids = [intent.claim.id for intent in intents]
    assert sorted(mt_ids) == sorted(row.id for row in world.rows())
    return mt_ids, [world.first.opened(intent) for intent in intents]


def way_of(claim: Claim) -> Way:
    return Way(gateway=claim.gateway, sender_id=claim.sender_id)


def called(world: World, intents: list[Intent]) -> list[tuple[Intent, Taken]]:
    ended = []
    for intent in intents:
        outcome = world.first.call(intent)
        assert isinstance(outcome, Taken)
        ended.append((intent, outcome))
    return ended


def test_one_commit_for_ends_and_for_intents(world: World) -> None:
    sent, intents = turned(world, 3)
    ended = called(world, intents)
    waits = world.enqueue()
    (claim,) = world.first.claim()
    turn = world.first.turn_over(ended, [(claim, way_of(claim))])
    assert [intent.claim.id for intent in turn.intents] == [waits]
    assert [world.status(mt_id) for mt_id in [*sent, waits]] == [S.SENT] * 3 + [S.SUBMITTED]
    assert [world.attempts(mt_id) for mt_id in sent] == [[("accepted", False)]] * 3


def test_ends_are_kept_while_the_database_is_down(world: World) -> None:
    sent, intents = turned(world, 2)
    ended = called(world, intents)
    waits = world.enqueue()
    (claim,) = world.first.claim()
    world.database.failures = 1
    with pytest.raises(DatabaseDown):
        world.first.turn_over(ended, [(claim, way_of(claim))])
    assert [world.status(mt_id) for mt_id in [*sent, waits]] == [S.SUBMITTED] * 2 + [S.CLAIMED]
    world.first.record_leftovers()
    assert [world.status(mt_id) for mt_id in sent] == [S.SENT] * 2


@pytest.mark.parametrize("failure", [DatabaseDown, KeyError])
def test_claims_that_are_no_good_keep_nothing_else_of_their_turn(
    world: World, failure: type[Exception]
) -> None:
    sent, intents = turned(world, 1)
    ended = called(world, intents)
    waits = [world.enqueue() for _ in range(2)]
    claims = {claim.id: claim for claim in world.first.claim()}
    fenced = replace(claims[waits[1]], generation=0)
    turn = world.first.turn_over(
        ended, [(claim, way_of(claim)) for claim in (claims[waits[0]], fenced)]
    )
    assert [intent.claim.id for intent in turn.intents] == waits[:1]
    world.database.failures, world.database.failure = 1, failure
    with capture_logs() as logs:
        recorded = world.first.follow(turn)
    assert [one.after for one in recorded] == [S.SENT]
    assert [world.status(mt_id) for mt_id in [*sent, *waits]] == [S.SENT, S.SUBMITTED, S.CLAIMED]
    assert "claims not given back" in {line["event"] for line in logs}


@pytest.mark.parametrize("failure", [DatabaseDown, KeyError])
def test_a_report_that_came_before_the_reply_waits_no_longer_for_it(
    world: World, failure: type[Exception]
) -> None:
    """And where the database is down by then, the sweep finds both."""
    sent, intents = turned(world, 2)
    receipts = Receipts(world.database, OneClock(world.clock))
    for name in ("g1", "g2"):
        receipts.take(
            DeliveryReport(
                gateway="at-ke",
                gateway_message_id=name,
                status=DlrStatus.DELIVERED,
                vendor_status="Success",
            )
        )
    ended = called(world, intents)
    world.first.follow(world.first.turn_over(ended[:1], []))
    turn = world.first.turn_over(ended[1:], [])
    world.database.failures, world.database.failure = 1, failure
    with capture_logs() as logs:
        world.first.follow(turn)
    assert [world.status(mt_id) for mt_id in sent] == [S.DELIVERED, S.SENT]
    assert "reports wait" in {line["event"] for line in logs}
    world.live_on(61)
    assert [world.status(mt_id) for mt_id in sent] == [S.DELIVERED] * 2


def test_what_cannot_even_be_opened_is_surely_not_sent(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(_claim: Claim) -> MtSms:
        raise KeyError("a bug")

    mt_id = world.enqueue()
    monkeypatch.setattr(world.outbox, "open", breaks)
    with capture_logs() as logs:
        assert world.send_due() == 1
    row = world.row(mt_id)
    assert (row.status, row.submissions, len(world.gateway.seen)) == (S.QUEUED, 0, 0)
    assert "mt does not open" in {line["event"] for line in logs}


def test_one_that_breaks_the_code_holds_up_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent, intents = turned(world, 3)
    ended = called(world, intents)
    for _ in range(2):
        world.enqueue()
    wanted = [(claim, way_of(claim)) for claim in world.first.claim()]
    waits = [claim.id for claim, _ in wanted]
    turns = mt_turns.turn

    def turn_one(
        conn: Connection, taken: Mapping[Claim, str | None], ways: Mapping[Claim, Way], **words: Any
    ) -> Turned:
        if {sent[0], waits[0]} & {claim.id for claim in (*taken, *ways)}:
            raise KeyError("a bug")
        return turns(conn, taken, ways, **words)

    monkeypatch.setattr(mt_turns, "turn", turn_one)
    with capture_logs() as logs:
        turn = world.first.turn_over(ended, wanted)
    assert [intent.claim.id for intent in turn.intents] == waits[1:]
    assert [world.status(mt_id) for mt_id in sent] == [S.SUBMITTED, S.SENT, S.SENT]
    assert {"outcome lost", "intent not written"} <= {line["event"] for line in logs}


@pytest.mark.parametrize(("seconds", "looks"), [(0, 0), (FRESH_SECONDS + 0.01, 1)])
def test_who_calls_late_looks_again(world: World, seconds: float, looks: int) -> None:
    mt_ids, (intent,) = turned(world, 1)
    with world.database.write() as conn:
        change = Change(
            msisdn_hash=str(world.row(mt_ids[0]).to_hash),
            state=ConsentState.OPTED_OUT,
            at=world.clock.now(),
            cause=ConsentCause.SMS,
            gateway="at-ke",
        )
        consent.settle(conn, change)
    world.clock.pass_seconds(seconds)
    assert (world.first.call(intent) is STOPPED) == bool(looks)
    assert len(world.gateway.seen) == 1 - looks


def test_a_full_claim_is_followed_by_one_that_asks_nothing_before(world: World) -> None:
    urgent = {world.enqueue() for _ in range(3)}
    small = world.dispatcher("w2", batch=2)
    claimed = [claim.id for _ in range(2) for claim in small.claim()]
    assert (len(claimed), set(claimed)) == (3, urgent)
    assert small.claim() == []
    assert small.claim() == []
    later = world.enqueue()
    assert [claim.id for claim in world.dispatcher("w4").claim()] == [later]
