"""Two gateways, and what may go by which: failover, holds, tokens, hours, bulk behind answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from gateways.routes import Route
from models import outbox_pause
from models.delivery_report import Pair
from models.mt_message import mt_message
from models.mt_moves import Claim, Way
from models.report_owners import Token, find
from models.send_attempt import send_attempt, tried
from models.shared_clock import OneClock
from outbound.dispatcher import Dispatcher
from outbound.feeder import BEHIND_SHARE, Feeder, weave
from outbound.outbox import NewMt
from outbound.traffic import PAUSED_SECONDS, Account, Traffic, Unlimited
from state.pace import LocalPace
from telecom.dlt import DltIds
from telecom.errors import Reason, SendError, Verdict
from telecom.msisdn import Msisdn
from telecom.replies import Accepted, MtSms
from telecom.statuses import MessageClass, MtStatus

if TYPE_CHECKING:
    from tests.outbound.conftest import World

S = MtStatus
C = MessageClass
INDIAN = Msisdn.parse("+919812345678", "IN")
TWO = ({"country": "IN", "use": {"a": 3, "b": 1}},)


class Side:
    """One gateway: what it saw, and how it answers next."""

    def __init__(self) -> None:
        self.seen: list[MtSms] = []
        self.script: list[Callable[[], None]] = []

    def prepare(self) -> None: ...

    def send(self, mt: MtSms) -> Accepted:
        self.seen.append(mt)
        if self.script:
            self.script.pop(0)()
        return Accepted(gateway_message_id=f"{id(self)}-{len(self.seen)}")


def refuses(
    reason: Reason = Reason.UNREACHABLE, verdict: Verdict = Verdict.RETRY, **words: Any
) -> Callable[[], None]:
    def answer() -> None:
        raise SendError(reason, verdict, **words)

    return answer


class Roads:
    """A feeder of one thread over two gateways, in the world of the other tests."""

    def __init__(self, world: World, routes: tuple[Any, ...] = TWO, tps: float = 1e6) -> None:
        self.world = world
        self.sides = {"a": Side(), "b": Side()}
        self.draws: list[float] = []
        self.pace = LocalPace(world.clock.monotonic, share=1)
        self.traffic = Traffic(
            {name: Account(sender_id=name.upper(), tps=tps) for name in self.sides},
            world.outbox,
            host_clock=world.clock,
            monotonic=world.clock.monotonic,
            routes=[Route.model_validate(one) for one in routes],
            pace=self.pace,
            tried=lambda mt_id: self._read(tried, mt_id),
            paused=lambda: [pause.gateway for pause in self._read(outbox_pause.pauses)],
            draw=lambda: self.draws.pop(0) if self.draws else 0.0,  # "a", where it is there
        )
        self.dispatcher = Dispatcher(
            world.database,
            world.outbox,
            self.sides,
            clock=OneClock(world.clock),
            host_clock=world.clock,
            monotonic=world.clock.monotonic,
            owner="w1",
            jitter=lambda: 0.5,
            may_move_on=self.traffic.may_move_on,
            heard=self.traffic.heard,
            dlt_of=lambda gateway, mt: DltIds(entity_id=gateway * 19, template_id=mt.message_class),
        )
        self.feeder = Feeder(self.dispatcher, self.traffic, self._give, world.clock.monotonic)

    def _read(self, query: Callable[..., Any], *words: object) -> Any:
        with self.world.database.read() as conn:
            return query(conn, *words)

    def _give(self, ready: Sequence[tuple[Claim, Way]]) -> None:
        for claim, way in ready:
            self.dispatcher.submit(claim, way)

    def run(self, rounds: int = 20, free: int = 1) -> None:
        for _ in range(rounds):
            self.feeder.look_again()
            if self.feeder.feed(free) > 0:
                return

    def enqueue(self, message_class: C = C.LINK, gateway: str = "a", **words: Any) -> str:
        with self.world.database.write() as conn:
            new = NewMt(
                gateway=gateway,
                to=words.pop("to", INDIAN),
                text="Your link",
                message_class=message_class,
                dedupe_key=f"{message_class}:{len(self.world.rows())}",
                sender_id="A",
                **words,
            )
            mt_id = self.world.outbox.enqueue(conn, new)
        assert mt_id is not None
        return mt_id

    def pause(self, *gateways: str) -> None:
        with self.world.database.write() as conn:
            for name in gateways:
                pause = outbox_pause.Pause(
                    gateway=name, since=self.world.clock.now(), by="a test", note="looking into it"
                )
                assert outbox_pause.record(conn, pause)

    def resume(self, *gateways: str) -> None:
        with self.world.database.write() as conn:
            assert all(outbox_pause.remove(conn, name) for name in gateways)

    def attempts(self, mt_id: str) -> list[tuple[str, str | None]]:
        with self.world.database.read() as conn:
            query = select(send_attempt).where(send_attempt.c.mt_id == mt_id)
            return [(row.gateway, row.outcome) for row in conn.execute(query.order_by("id"))]

    @property
    def sent(self) -> dict[str, int]:
        return {name: len(side.seen) for name, side in self.sides.items()}


@pytest.mark.parametrize("message_class", [C.LINK, C.OTP])
@pytest.mark.parametrize(
    "refusal",
    [
        refuses(),
        refuses(Reason.NO_CREDIT),
        refuses(Reason.THROTTLED),
        refuses(Reason.NO_ROUTE, verdict=Verdict.GIVE_UP),
    ],
)
def test_what_one_surely_did_not_take_goes_at_once_by_the_other(
    world: World, message_class: C, refusal: Callable[[], None]
) -> None:
    roads = Roads(world)
    roads.sides["a"].script = [refusal]
    mt_id = roads.enqueue(message_class)
    roads.run()
    row = world.row(mt_id)
    assert (row.status, row.gateway, row.sender_id) == (S.SENT, "b", "B")
    assert [gateway for gateway, _ in roads.attempts(mt_id)] == ["a", "b"]
    assert (row.attempts, row.submissions) == (2, 1)
    assert [side.seen[0].sender_id for side in roads.sides.values()] == ["A", "B"]


@pytest.mark.parametrize(
    ("refusal", "after"),
    [
        (refuses(Reason.BAD_MSISDN, verdict=Verdict.GIVE_UP), S.FAILED),
        (refuses(Reason.OPTED_OUT, verdict=Verdict.GIVE_UP), S.FAILED),
        (refuses(Reason.NO_ANSWER, verdict=Verdict.AMBIGUOUS), S.UNKNOWN),
        (refuses(Reason.GATEWAY_FAULT, verdict=Verdict.AMBIGUOUS), S.UNKNOWN),
    ],
)
def test_nothing_else_moves(world: World, refusal: Callable[[], None], after: S) -> None:
    roads = Roads(world)
    roads.sides["a"].script = [refusal]
    mt_id = roads.enqueue()
    roads.run()
    assert world.status(mt_id) is after
    assert roads.sent == {"a": 1, "b": 0}


@pytest.mark.parametrize(("message_class", "copies"), [(C.LINK, 2), (C.OTP, 1)])
def test_after_an_unclear_send_only_the_same_gateway_is_asked_again(
    world: World, message_class: C, copies: int
) -> None:
    roads = Roads(world)
    roads.sides["a"].script = [refuses(), refuses()]
    roads.sides["b"].script = [refuses(Reason.NO_ANSWER, verdict=Verdict.AMBIGUOUS), refuses()]
    mt_id = roads.enqueue(message_class)
    roads.run()
    for _ in range(6):
        world.clock.pass_seconds(61)
        world.reaper.sweep()
        roads.run()
    assert [gateway for gateway, _ in roads.attempts(mt_id)][:2] == ["a", "b"]
    assert {gateway for gateway, _ in roads.attempts(mt_id)[1:]} == {"b"}
    assert world.row(mt_id).submissions == copies
    assert world.status(mt_id) is (S.SENT if message_class is C.LINK else S.UNKNOWN_FINAL)


def test_when_both_refuse_it_backs_off_and_tries_on(world: World) -> None:
    roads = Roads(world)
    for side in roads.sides.values():
        side.script = [refuses()]
    mt_id = roads.enqueue()
    roads.run()
    assert roads.sent == {"a": 1, "b": 1}
    assert world.row(mt_id).not_before > world.clock.now()
    world.clock.pass_seconds(20)
    roads.run()
    assert world.status(mt_id) is S.SENT


def test_weights_leave_a_gateway_that_fails_and_come_back(world: World) -> None:
    roads = Roads(world)
    for _ in range(20):
        roads.sides["a"].script.append(refuses())
        roads.enqueue()
        roads.run()
    before = roads.sent["a"]
    for number in range(40):
        roads.sides["a"].script.append(refuses())
        roads.draws = [number / 40]
        roads.enqueue()
        roads.run()
    assert 1 <= roads.sent["a"] - before <= 4  # of 30 by its weight
    roads.sides["a"].script.clear()
    world.clock.pass_seconds(600)
    before = roads.sent["a"]
    for number in range(40):
        roads.draws = [number / 40]
        roads.enqueue()
        roads.run()
    assert roads.sent["a"] - before >= 28


def test_weights_leave_a_gateway_that_slows_down_and_come_back(world: World) -> None:
    roads = Roads(world)
    shares = []
    for seconds in (0.1, 8.0, 0.1):
        for number in range(60):
            roads.sides["a"].script = [lambda: world.clock.pass_seconds(seconds)]  # noqa: B023
            roads.draws = [number % 20 / 20]
            roads.enqueue()
            before = roads.sent["a"]
            roads.run()
            world.clock.pass_seconds(1)
            shares.append(roads.sent["a"] - before)
    fast, slow, fast_again = (sum(shares[end - 40 : end]) for end in (60, 120, 180))
    assert fast == 30  # three of four
    assert 1 <= slow <= 20
    assert fast_again >= 27


def test_a_paused_gateway_takes_nothing_by_a_route(world: World) -> None:
    roads = Roads(world, routes=({"country": "IN", "use": ["a", "b"]},))
    roads.pause("b")
    roads.draws = [0.99, 0.99]  # b's lot
    by_a = [roads.enqueue(), roads.enqueue()]
    roads.run()
    assert [world.row(mt_id).gateway for mt_id in by_a] == ["a", "a"]
    assert roads.sent == {"a": 2, "b": 0}


def test_what_has_only_paused_gateways_rests_at_no_cost(world: World) -> None:
    roads = Roads(world, routes=({"country": "IN", "use": ["b"]},))
    roads.pause("b")
    mt_id = roads.enqueue(gateway="a")
    roads.run()
    row = world.row(mt_id)
    assert (row.status, row.attempts, row.last_outcome) == (S.QUEUED, 0, "paused")
    roads.resume("b")
    world.clock.pass_seconds(PAUSED_SECONDS + 1)
    roads.run()
    assert world.status(mt_id) is S.SENT
    assert roads.sent == {"a": 0, "b": 1}


def test_a_pause_after_the_choice_holds_the_call(world: World) -> None:
    roads = Roads(world)
    mt_id = roads.enqueue(gateway="a")
    (claim,) = roads.dispatcher.claim()
    roads.pause("b")
    roads.dispatcher.submit(claim, Way(gateway="b", sender_id="B"))
    assert (world.row(mt_id).status, world.row(mt_id).attempts) == (S.QUEUED, 0)
    assert roads.sent == {"a": 0, "b": 0}


def test_retry_after_holds_the_whole_gateway(world: World) -> None:
    roads = Roads(world, routes=())
    roads.sides["a"].script = [refuses(Reason.THROTTLED, retry_after_seconds=100, http_code=429)]
    first = roads.enqueue()
    roads.run()
    others = [roads.enqueue(), roads.enqueue()]
    roads.run()
    elsewhere = roads.enqueue(gateway="b")
    roads.run()
    assert roads.sent == {"a": 1, "b": 1}
    assert [world.row(mt_id).attempts for mt_id in (first, *others, elsewhere)] == [1, 0, 0, 1]
    assert {world.row(mt_id).last_outcome for mt_id in others} == {"tps"}
    world.clock.pass_seconds(99)
    roads.run()
    assert roads.sent["a"] == 1
    world.clock.pass_seconds(2)
    roads.run()
    assert [world.status(mt_id) for mt_id in (first, *others)] == [S.SENT] * 3


def test_with_a_held_gateway_the_other_takes_all(world: World) -> None:
    roads = Roads(world)
    roads.pace.hold("a", 1e6, 100)
    mt_ids = [roads.enqueue() for _ in range(5)]
    roads.run()
    assert roads.sent == {"a": 0, "b": 5}
    assert {world.status(mt_id) for mt_id in mt_ids} == {S.SENT}
    assert all(roads.attempts(mt_id) == [("b", "accepted")] for mt_id in mt_ids)


def test_without_a_token_it_waits_and_costs_no_attempt(world: World) -> None:
    roads = Roads(world, routes=(), tps=2)
    mt_ids = [roads.enqueue() for _ in range(6)]
    for sent in range(1, 7):
        roads.run()
        assert roads.sent["a"] == sent
        world.clock.pass_seconds(0.5)
    assert [world.row(mt_id).attempts for mt_id in mt_ids] == [1] * 6


def test_a_claim_is_given_back_before_its_lease_is_over(world: World) -> None:
    roads = Roads(world, routes=(), tps=0.21)
    mt_ids = [roads.enqueue() for _ in range(4)]
    roads.run()
    world.clock.pass_seconds(4)
    roads.run()
    assert len(roads.feeder.held) >= 1
    world.clock.pass_seconds(7)
    roads.run()
    world.reaper.sweep()
    statuses = Counter(world.status(mt_id) for mt_id in mt_ids)
    assert statuses[S.SENT] == 2
    assert sum(world.row(mt_id).attempts for mt_id in mt_ids) == 2


def test_answers_overtake_bulk_and_bulk_does_not_starve(world: World) -> None:
    roads = Roads(world, routes=(), tps=10)
    for _ in range(60):
        roads.enqueue(C.BULK, to=world.msisdn)
    roads.run()
    answers = [roads.enqueue(to=world.msisdn) for _ in range(30)]
    order = []
    for _ in range(40):
        world.clock.pass_seconds(0.1)
        before = len(roads.sides["a"].seen)
        roads.run()
        order += [mt.message_class for mt in roads.sides["a"].seen[before:]]
    assert order[0] is C.LINK
    assert order[:34].count(C.LINK) == 30
    assert order[:34].count(C.BULK) == 4
    assert {world.status(mt_id) for mt_id in answers} == {S.SENT}


def test_who_looks_at_the_phone_passes_a_crowd_of_callers(world: World) -> None:
    roads = Roads(world, routes=(), tps=10)
    for channel in ["missed_call"] * 60:
        roads.enqueue(channel=channel)
    for _ in range(60):
        roads.enqueue(C.BULK, to=world.msisdn)
    roads.run()
    awaited = {world.row(roads.enqueue(channel="ussd")).ref for _ in range(14)}
    order = []
    for _ in range(64):
        world.clock.pass_seconds(0.1)
        before = len(roads.sides["a"].seen)
        roads.run()
        order += [(mt.ref, mt.message_class) for mt in roads.sides["a"].seen[before:]]
    assert len(order) == 64
    assert order[0][0] in awaited
    assert sum(ref in awaited for ref, _ in order[:17]) == 14
    assert 4 <= [message_class for _, message_class in order].count(C.BULK) <= 8


def test_a_full_gateway_holds_up_no_other(world: World) -> None:
    roads = Roads(world, routes=(), tps=3)
    for _ in range(200):
        roads.enqueue()
    roads.run()
    other = roads.enqueue(gateway="b")
    for _ in range(20):
        roads.run()
    assert world.status(other) is S.SENT
    assert sum(row.status is S.CLAIMED for row in world.rows()) <= 20
    assert sum(row.attempts for row in world.rows()) == 2


def test_bulk_of_the_evening_rests_until_the_morning_and_may_expire(world: World) -> None:
    roads = Roads(world)
    mt_id = roads.enqueue(C.BULK)
    expires_at = world.row(mt_id).expires_at
    world.clock.pass_seconds(6.75 * 3600)  # 15:45 UTC, 21:15 in Delhi
    with world.database.write() as conn:
        conn.execute(update(mt_message).values(expires_at=world.clock.now().replace(hour=23)))
    roads.run()
    row = world.row(mt_id)
    assert (row.status, row.attempts, row.last_outcome) == (S.QUEUED, 0, "quiet_hours")
    assert row.not_before.hour == 4
    assert expires_at < row.expires_at < row.not_before
    world.clock.pass_seconds(8 * 3600)
    world.reaper.sweep()
    assert world.status(mt_id) is S.EXPIRED


def test_the_channel_decides_where_a_route_asks_for_it(world: World) -> None:
    routes = ({"channel": "missed_call", "use": "b"},)
    roads = Roads(world, routes)
    called = roads.enqueue(channel="missed_call")
    roads.enqueue(channel="sms")
    roads.run()
    assert roads.sent == {"a": 1, "b": 1}
    assert world.row(called).gateway == "b"


def test_dlt_ids_and_the_names_of_both_ways_go_along(world: World) -> None:
    roads = Roads(world)
    roads.sides["a"].script = [refuses()]
    mt_id = roads.enqueue()
    roads.run()
    assert roads.sides["b"].seen[0].dlt == DltIds(entity_id="b" * 19, template_id="link")
    row = world.row(mt_id)
    vendors_id = row.gateway_message_id
    pairs, tokens = {Pair(one, vendors_id) for one in "abc"}, {Token(one, row.ref) for one in "abc"}
    with world.database.write() as conn:
        owners = find(conn, pairs, tokens, waits=False)
    assert owners.by_id == {Pair("b", vendors_id): mt_id}
    # The first one saw the ref, and may still report.
    assert owners.by_ref == {Token("a", row.ref): mt_id, Token("b", row.ref): mt_id}


def test_a_sender_id_has_its_own_pace(world: World) -> None:
    slow = Account(sender_id="A", tps=1e6, sender_tps=1)
    pace = LocalPace(world.clock.monotonic, share=1)
    traffic = Traffic(
        {"at-ke": slow},
        world.outbox,
        host_clock=world.clock,
        monotonic=world.clock.monotonic,
        pace=pace,
    )
    with world.database.write() as conn:
        for number, sender_id in enumerate(["A", "A", "B", None]):
            new = NewMt(gateway="at-ke", to=world.msisdn, text="x", message_class=C.LINK,
                        dedupe_key=str(number), sender_id=sender_id)  # fmt: skip
            world.outbox.enqueue(conn, new)
    claims = world.first.claim()
    ready = [way.sender_id for _, way in traffic.admit(claims, 4).ready]
    assert sorted(ready, key=str) == ["A", "B", None]
    assert pace.take("at-ke", 1e6, 10**6).tokens >= 1e6 * 0.05 - 3  # the rest was given back


def test_unlimited_has_no_end() -> None:
    unlimited = Unlimited()
    assert unlimited.take("a", 1, 10**6).tokens == 10**6
    unlimited.hold("a", 1, 9)
    unlimited.give_back("a", 1, 9)
    assert unlimited.take("a", 1, 1).wait_seconds == 0


def test_weaving() -> None:
    answers: Any = [f"a{n}" for n in range(16)]
    bulk: Any = ["b0", "b1", "b2"]
    woven: Any = weave(answers, bulk)
    assert [one for one in woven if one[0] == "a"] == answers
    assert [woven.index(one) for one in bulk] == [7, 15, 18]
    first: Any = weave(answers[:1], bulk, BEHIND_SHARE - 1)[0]
    assert first == "b0"
    assert weave([], bulk) == bulk
    assert weave(answers, []) == answers
