"""What an operator does with the outbox by hand, on both databases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from models import mt_restored
from models.consent import Change, ConsentCause, ConsentState
from models.mt_message import mt_message
from models.mt_search import Wanted
from models.outbox_act import outbox_act
from models.shared_clock import OneClock
from outbound import consent
from outbound.desk import CannotRequeue, Desk, NotFound, Who, why_not_requeued
from outbound.story import risk
from outbound.wake import Rings
from telecom.keyed_hash import KeyedHash
from telecom.statuses import MessageClass, MtStatus

World = Any
ASHA = Who(by="asha", note="ticket 7")


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(
        world.database,
        world.outbox,
        KeyedHash(b"a test secret of enough bytes"),
        OneClock(world.clock),
        settle_seconds=60,
        gateways=lambda: ["at-ke"],
    )


def deeds(world: World) -> list[tuple[object, ...]]:
    columns = outbox_act.c
    query = select(columns.by, columns.deed, columns.gateway, columns.note).order_by(columns.id)
    with world.database.read() as conn:
        return [tuple(row) for row in conn.execute(query)]


def stop(world: World) -> None:
    with world.database.write() as conn:
        change = Change(
            msisdn_hash=world.row(world.rows()[0].id).to_hash,
            state=ConsentState.OPTED_OUT,
            at=world.clock.now(),
            cause=ConsentCause.SMS,
            gateway="at-ke",
        )
        consent.settle(conn, change)


@pytest.mark.parametrize("gateway", [None, "at-ke"])
def test_what_is_paused_is_neither_claimed_nor_sent(
    world: World, desk: Desk, gateway: str | None
) -> None:
    mt_id = world.enqueue()
    held = world.dispatcher("w2").claim()
    assert desk.pause(gateway, ASHA)
    assert not desk.pause(gateway, Who(by="ravi", note="again"))
    world.first.submit(held[0])  # a claim from before the pause is given back
    assert world.status(mt_id) is MtStatus.QUEUED
    assert world.send_due() == 0
    assert world.copies(mt_id) == 0
    [pause] = desk.overview().pauses
    assert (pause.by, pause.note, pause.since) == ("asha", "ticket 7", world.clock.now())
    assert desk.resume(gateway, Who(by="ravi"))
    assert not desk.resume(gateway, Who(by="ravi"))
    assert world.send_due() == 1
    assert world.copies(mt_id) == 1
    assert deeds(world) == [
        ("asha", "paused", gateway, "ticket 7"),
        ("ravi", "resumed", gateway, ""),
    ]


def test_the_pause_of_one_gateway_is_of_that_one(world: World, desk: Desk) -> None:
    desk.pause("elsewhere", ASHA)
    mt_id = world.enqueue()
    assert world.send_due() == 1
    assert world.status(mt_id) is MtStatus.SENT
    assert not desk.resume(None, ASHA)


def test_a_pause_lets_lives_end_and_reports_count(world: World, desk: Desk) -> None:
    waiting = world.enqueue(key="a")
    desk.pause(None, ASHA)
    world.live_on()
    assert world.status(waiting) is MtStatus.EXPIRED


def test_the_counts_tell_since_when_one_is_due(world: World, desk: Desk) -> None:
    due_since = world.clock.now()
    world.enqueue(key="a")
    world.enqueue(key="b")
    world.clock.pass_seconds(90)
    world.send_due(world.dispatcher("w", batch=1))
    groups = {group.status: group for group in desk.overview().groups}
    assert groups[MtStatus.QUEUED].count == groups[MtStatus.SENT].count == 1
    assert groups[MtStatus.QUEUED].oldest_due == due_since
    assert groups[MtStatus.SENT].oldest_due is None


def test_search_finds_by_each_thing_that_is_known(world: World, desk: Desk) -> None:
    first = world.enqueue(key="a")
    world.send_due()
    world.clock.pass_seconds(3600)
    second = world.enqueue(MessageClass.RESULT, key="b")
    to_hash = desk.hash_of(world.msisdn)

    def found(**wanted: Any) -> list[str]:
        return [shown.row.id for shown in desk.search(Wanted(**wanted), 10)]

    assert found(to_hash=to_hash) == [second, first]
    assert found(to_hash="0" * 32) == []
    assert found(mt_id=first) == [first]
    assert found(gateway_message_id="g1") == [first]
    assert found(status=MtStatus.QUEUED) == [second]
    assert found(message_class=MessageClass.LINK) == [first]
    assert found(gateway="elsewhere") == []
    assert found(event_id="no such event") == []
    ago = world.clock.now() - timedelta(minutes=30)
    assert (found(since=ago), found(until=ago)) == ([second], [first])
    assert found(after=second) == [first]
    [shown, _] = desk.search(Wanted(), 10)
    assert shown.masked == world.msisdn.masked
    assert world.msisdn.e164 not in repr(shown)


def told(world: World, desk: Desk, mt_id: str) -> str:
    """All sentences, for tests that look for some."""
    story = desk.tell(desk.find(mt_id))
    lines = [*(fact.words for fact in story.facts), *story.stands, *story.comes]
    assert [fact.at for fact in story.facts] == sorted(fact.at for fact in story.facts)
    text = " ".join(lines)
    assert world.msisdn.e164 not in text
    assert "None" not in text
    return text


def in_order(world: World, how_many: int) -> Iterator[str]:
    """Messages that are claimed in this order: of one moment, chance decides."""
    for number in range(how_many):
        world.clock.pass_seconds(1)
        yield world.enqueue(key=str(number))


SCRIPTS: list[tuple[list[str], list[str]]] = [
    ([], ["queued: It waits", "0 attempts", "It is due since", "its life ends at"]),
    (["accept"], ["the gateway accepted it; its id there: g1", "sent:", "A delivery report may"]),
    (["refuse"], ["worth another try (throttled), HTTP 429", "It rests until", "after throttled"]),
    (["give up"], ["and never will (bad_msisdn), HTTP 400", "failed: It surely did not"]),
    (
        ["reply lost"],
        ["no clear answer", "1 attempt, ambiguous", "Until 2026-11-23 09:01:00", "queued again"],
    ),
]


@pytest.mark.parametrize(("script", "said"), SCRIPTS)
def test_the_story_of_an_sms(world: World, desk: Desk, script: list[str], said: list[str]) -> None:
    world.gateway.script.extend(script)
    mt_id = world.enqueue()
    for _ in script:
        world.send_due()
    text = told(world, desk, mt_id)
    assert [words for words in said if words not in text] == []


def test_the_story_names_everything_that_holds_it(world: World, desk: Desk) -> None:
    mt_id = world.enqueue(gateway="gone")
    world.send_due()
    desk.pause(None, ASHA)
    desk.pause("gone", Who(by="ravi", note="two\nlines"))
    text = told(world, desk, mt_id)
    for words in (
        "The outbox is paused since 2026-11-23 09:00:00 by asha: ticket 7.",
        "gone is paused since 2026-11-23 09:00:00 by ravi: two lines.",
        "has no gateway gone that sends",
        "It rests until 2026-11-23 09:01:00 after no_gateway.",
    ):
        assert words in text
    stop(world)
    text = told(world, desk, mt_id)
    assert "The subscriber said STOP" in text
    assert "withheld because the subscriber has said STOP" in text


@pytest.mark.parametrize(
    ("message_class", "said"),
    [(MessageClass.BULK, "never sent twice"), (MessageClass.LINK, "for another copy")],
)
def test_what_follows_an_unclear_send_is_told_by_class(
    world: World, desk: Desk, message_class: MessageClass, said: str
) -> None:
    world.gateway.script.append("reply lost")
    mt_id = world.enqueue(message_class)
    world.send_due()
    assert said in told(world, desk, mt_id)


def test_a_copy_by_hand_is_a_new_row_with_the_same_words(world: World, desk: Desk) -> None:
    world.gateway.script.append("reply lost")
    mt_id = world.enqueue(MessageClass.BULK, text="Rain tomorrow")
    world.send_due()
    with pytest.raises(CannotRequeue, match="still being worked on"):
        desk.requeue(mt_id, ASHA)
    world.clock.pass_seconds(61)
    world.reaper.sweep()
    assert world.status(mt_id) is MtStatus.UNKNOWN_FINAL
    story = desk.find(mt_id)
    assert risk(story) == "It may already be on the phone: 1 attempt, ambiguous."
    copy_id = desk.requeue(mt_id, ASHA)
    assert world.row(copy_id).resend_of == mt_id
    with pytest.raises(CannotRequeue, match=f"on its way already: {copy_id}"):
        desk.requeue(mt_id, ASHA)
    assert world.send_due() == 1
    assert [mt.text for mt in world.gateway.seen] == ["Rain tomorrow"] * 2
    assert "asha queued a second copy of it by hand: ticket 7." in told(world, desk, mt_id)
    assert f"by hand, as a second copy of {mt_id}" in told(world, desk, copy_id)
    assert risk(desk.find(copy_id)).startswith("It is probably on the phone already: 1 attempt")
    again = desk.requeue(mt_id, ASHA)
    assert again != copy_id


def test_nobody_who_said_stop_gets_a_copy(world: World, desk: Desk) -> None:
    mt_id = world.enqueue()
    stop(world)
    assert why_not_requeued(desk.find(mt_id)) == "the subscriber has said STOP"
    with pytest.raises(CannotRequeue):
        desk.requeue(mt_id, ASHA)


def test_a_wiped_text_is_not_queued_again(world: World, desk: Desk) -> None:
    mt_id = world.enqueue(MessageClass.OTP)
    assert desk.expire(mt_id, ASHA)
    with pytest.raises(CannotRequeue, match="wiped"):
        desk.requeue(mt_id, ASHA)


def test_only_what_never_went_out_is_ended_by_hand(world: World, desk: Desk) -> None:
    world.gateway.script.extend(["reply lost", "refuse"])
    doubtful, refused, waiting = in_order(world, 3)
    worker = world.dispatcher("w", batch=1)
    world.send_due(worker)
    world.send_due(worker)
    world.clock.pass_seconds(61)
    world.reaper.sweep()
    assert world.status(doubtful) is MtStatus.QUEUED  # for another copy
    assert [desk.expire(mt_id, ASHA) for mt_id in (doubtful, refused, waiting)] == [
        *(False, True, True)
    ]
    assert not desk.expire(waiting, ASHA)
    assert world.status(refused) is world.status(waiting) is MtStatus.EXPIRED
    assert "asha ended it by hand: ticket 7." in told(world, desk, waiting)
    with pytest.raises(NotFound):
        desk.expire("no-such-id", ASHA)


def test_what_is_old_is_ended_together(
    world: World, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("outbound.desk.PAGE", 2)
    old = [world.enqueue(MessageClass.RESULT, key=f"old{n}") for n in range(5)]
    world.enqueue(MessageClass.LINK, key="link")
    world.clock.pass_seconds(600)
    new = world.enqueue(MessageClass.RESULT, key="new")
    age, result = timedelta(minutes=5), MessageClass.RESULT
    assert desk.count_older(age, None, None) == 6
    assert desk.count_older(age, "elsewhere", None) == 0
    assert desk.count_older(age, "at-ke", result) == 5
    assert desk.expire_older(age, "at-ke", result, ASHA) == 5
    assert {world.status(mt_id) for mt_id in old} == {MtStatus.EXPIRED}
    assert world.status(new) is MtStatus.QUEUED
    assert [note for *_, note in deeds(world)] == [
        f"{n} SMS promised before 2026-11-23 09:05:00. ticket 7" for n in (2, 2, 1)
    ]


def test_a_restored_row_is_never_sent_again_by_itself(world: World, desk: Desk) -> None:
    world.gateway.script.extend(["reply lost", "accept", "refuse"])
    doubtful, sent, refused, claimed, waiting = in_order(world, 5)
    worker = world.dispatcher("w", batch=1)
    for _ in range(3):
        world.send_due(worker)
    worker.claim()
    before = world.clock.now()
    with world.database.write() as conn:
        found = mt_restored.doubt_all(conn, backed_up_at=before, now=world.clock.now())
    assert found == 4
    in_doubt = (doubtful, refused, claimed, waiting)
    assert {world.status(mt_id) for mt_id in in_doubt} == {MtStatus.UNKNOWN}
    assert world.status(sent) is MtStatus.SENT
    assert [world.row(mt_id).submissions for mt_id in in_doubt] == [2, 1, 1, 1]
    assert "Attempt 1 is a guess" in told(world, desk, waiting)
    assert "may have been sent after the backup" in told(world, desk, waiting)
    ledger = json.dumps(world.gateway.ledger)
    world.live_on()
    assert json.dumps(world.gateway.ledger) == ledger
    assert {world.status(mt_id) for mt_id in in_doubt} == {MtStatus.UNKNOWN_FINAL}
    assert risk(desk.find(waiting)) == "It may already be on the phone: 1 attempt, ambiguous."
    desk.requeue(waiting, ASHA)
    assert world.send_due() == 1


def test_a_row_that_does_not_open_is_shown_without_a_number(world: World, desk: Desk) -> None:
    mt_id = world.enqueue()
    with world.database.write() as conn:
        conn.execute(update(mt_message).values(to_sealed=b"broken"))
    assert desk.masked(desk.find(mt_id)) == "does not open"


def test_what_may_be_sent_again_rings_the_bell(world: World, desk: Desk) -> None:
    rings: list[str] = []
    world.outbox.rings = Rings(sms=lambda: rings.append("rang"))
    assert desk.pause("at-ke", ASHA)
    assert not desk.resume(None, ASHA)
    assert rings == []
    assert desk.resume("at-ke", ASHA)
    assert rings == ["rang"]
    mt_id = world.enqueue()
    assert world.send_due() == 1
    rings.clear()
    desk.requeue(mt_id, ASHA)
    assert rings == ["rang"]
    with pytest.raises(NotFound):
        desk.requeue("none", ASHA)
    assert rings == ["rang"]
