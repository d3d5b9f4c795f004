"""The spend guard on a real database: windows, countries, budgets, breaker, races, chance."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select, update

from menu.effects import SendLink, SendSms
from menu.program import Program
from models import spend
from models.consent import ConsentState
from models.database import Database
from models.inbound_event import find as inbound_event_of
from models.inbound_event import inbound_event
from models.mt_message import mt_message
from models.sealing import Sealer
from models.shared_clock import OneClock
from outbound.commitments import Cause, Commitments
from outbound.guard import Guard, Tariff, World
from outbound.ledger import Ledger
from outbound.limits import Limits
from outbound.outbox import Outbox
from services.app_links import AppLinks
from telecom.keyed_hash import KeyedHash
from telecom.money import Money
from telecom.msisdn import Msisdn
from telecom.prices import PriceList
from telecom.statuses import MtStatus

SOMEBODY = "+919812345678"
KNOWN_TO_NOBODY = "+919812345600"
FLAT = PriceList.parse({"default": "1 INR", "US": "10 INR"})
WORLD = World(
    tariffs={"india": Tariff(prices=FLAT), "kenya": Tariff(prices=FLAT, day_budget=None)},
    countries=frozenset({"IN", "US", "KE"}),
    own=frozenset({"+919718397000"}),
)
LIMITS = Limits(
    prefix_per_hour=1000,
    new_numbers_per_day=1000,
    day_budgets={"INR": Money.parse("1000 INR")},
    hour_percent=100,
)


class Clock:
    def __init__(self) -> None:
        self.at = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def pass_time(self, **amount: float) -> None:
        self.at += timedelta(**amount)


@dataclass
class Place:
    """Events without webhooks; each is new. `decisions` is what was made of them."""

    url: str
    program: Program
    limits: Limits = LIMITS
    world: World = WORLD
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.database = Database(self.url)
        shared, hasher = OneClock(self.clock), KeyedHash(b"a test secret of enough bytes")
        sealer = Sealer(b"k" * 32)
        self.ledger = Ledger(self.database, shared, self.limits, lambda: self.world)
        self.commitments = Commitments(
            self.database,
            Outbox(sealer, hasher, shared),
            AppLinks("https://sanket.example.in"),
            sealer,
            hasher,
            shared,
            Guard(hasher, self.limits, lambda: self.world),
            lambda _: None,
        )

    def cause(self, channel: str, who: str, gateway: str, **more: Any) -> Cause:
        return Cause(
            gateway=gateway,
            kind=channel,
            event_id=uuid4().hex,
            party=Msisdn.parse(who, "IN"),
            decision="answered",
            **{"menu_version": None, "service": "home"} | more,
        )

    def ring(self, who: str = SOMEBODY, gateway: str = "india") -> str:
        return self.link("missed_call", who, gateway)

    def link(self, channel: str, who: str = SOMEBODY, gateway: str = "india") -> str:
        return self.keep(self.cause(channel, who, gateway))

    def keep(self, cause: Cause) -> str:
        effects = (SendLink(link="umang", language="en"),)
        kept = self.commitments.commit(cause, self.program, effects)
        return kept.withheld.value if kept.withheld else "sent"

    def text(self, what: str, who: str = SOMEBODY, answer: str = "An answer.") -> str:
        cause = self.cause("sms", who, "india", content={"text": what})
        kept = self.commitments.commit(cause, self.program, (), answer=answer)
        return kept.withheld.value if kept.withheld else "sent"

    def stop(self, who: str = SOMEBODY, *, said: ConsentState = ConsentState.OPTED_OUT) -> None:
        cause = self.cause("sms", who, "india", content={"text": said}, service="stop")
        self.commitments.change_consent(cause, said, "Confirmed.")

    def help(self, who: str) -> str:
        cause = self.cause("sms", who, "india", content={"text": "HELP"}, service="help")
        self.commitments.reply(cause, "Write STOP to end this.")
        with self.database.read() as conn:
            kept = inbound_event_of(conn, "india", "sms", cause.event_id)
        assert kept is not None
        return str(kept.decision).replace("answered", "sent")

    def stop_is_confirmed(self, who: str) -> bool:
        """START before it, so that it is news; whether that was answered tells nothing."""
        self.stop(who, said=ConsentState.OPTED_IN)
        before = len(self.promised())
        self.stop(who)
        return len(self.promised()) > before

    def promised(self) -> list[tuple[str, datetime]]:
        with self.database.read() as conn:
            query = select(mt_message.c.to_hash, mt_message.c.created_at, mt_message.c.channel)
            return [(row.to_hash + row.channel, row.created_at) for row in conn.execute(query)]

    def decisions(self) -> list[str]:
        with self.database.read() as conn:
            query = select(inbound_event.c.decision).order_by(inbound_event.c.id)
            return [str(one) for one in conn.execute(query).scalars()]

    def end_all_as(self, status: MtStatus) -> None:
        with self.database.write() as conn:
            conn.execute(update(mt_message).values(status=status))


@pytest.fixture
def place(database_url: str, default_program: Program) -> Place:
    return Place(database_url, default_program)


def test_one_in_ten_minutes_over_all_services_and_gateways(place: Place) -> None:
    assert [place.ring(), place.ring(), place.ring(gateway="kenya")] == [
        "sent", "called_too_soon", "called_too_soon",
    ]  # fmt: skip
    place.clock.pass_time(seconds=599.999)
    assert place.ring() == "called_too_soon"
    place.clock.pass_time(seconds=0.001)
    assert place.ring() == "sent"
    assert place.ring("+919812345679") == "sent"
    assert sorted(place.decisions()) == ["answered"] * 3 + ["called_too_soon"] * 3


def test_three_in_a_day(place: Place) -> None:
    for _ in range(3):
        assert place.ring() == "sent"
        place.clock.pass_time(minutes=10)
    assert place.ring() == "too_many_calls_today"
    place.clock.pass_time(hours=23, minutes=29, seconds=59)
    assert place.ring() == "too_many_calls_today"
    place.clock.pass_time(seconds=1)
    assert place.ring() == "sent"


def test_ten_in_a_week(place: Place) -> None:
    heard = []
    for _ in range(4):
        for _ in range(3):
            heard.append(place.ring())
            place.clock.pass_time(minutes=10)
        place.clock.pass_time(hours=24)
    assert heard == ["sent"] * 10 + ["too_many_calls_this_week"] * 2
    assert len(place.promised()) == 10
    place.clock.pass_time(days=3)
    assert place.ring() == "sent"  # the first ones are over a week old


@pytest.mark.parametrize(
    ("status", "next_call"),
    [
        (MtStatus.UNKNOWN_FINAL, "sent"),  # nobody knows: his next call works
        (MtStatus.FAILED, "sent"),
        (MtStatus.EXPIRED, "sent"),
        (MtStatus.UNKNOWN, "called_too_soon"),
        (MtStatus.SENT, "called_too_soon"),
        (MtStatus.DELIVERED, "called_too_soon"),
    ],
)
def test_a_lost_link_ends_the_cooldown_but_not_the_day(
    place: Place, status: MtStatus, next_call: str
) -> None:
    place.ring()
    place.end_all_as(status)
    assert place.ring() == next_call
    for _ in range(5):
        place.end_all_as(MtStatus.UNKNOWN_FINAL)
        place.ring()
    assert place.ring() in ("too_many_calls_today", "called_too_soon")
    assert len(place.promised()) == 3


def test_thirty_answers_a_day_and_the_call_is_not_one(place: Place) -> None:
    place.ring()
    for number in range(30):
        place.clock.pass_time(minutes=12)
        assert place.text(f"text {number}") == "sent"
    place.clock.pass_time(minutes=12)
    assert place.text("one more") == "too_many_answers_today"
    assert place.link("ussd") == "too_many_answers_today"
    assert place.ring() == "sent"
    place.stop()  # its confirmation still goes out
    assert len(place.promised()) == 33


def test_the_same_link_is_sent_once_a_minute_and_kind_of_event(place: Place) -> None:
    assert [place.link(channel) for channel in ("missed_call", "sms", "ussd")] == ["sent"] * 3
    assert [place.link(channel) for channel in ("sms", "ussd")] == ["same_link"] * 2
    place.clock.pass_time(seconds=59.9)
    assert place.link("sms") == "same_link"
    place.clock.pass_time(seconds=0.1)
    assert place.link("sms") == "sent"


@pytest.mark.parametrize("channel", ["missed_call", "sms", "ussd"])
@pytest.mark.parametrize(
    ("number", "withheld"),
    [
        ("+12025550123", "sent"),
        ("+254711000111", "sent"),
        ("+4915112345678", "country_not_allowed"),
        ("+18765550123", "country_not_allowed"),  # Jamaica looks like home to Americans
        ("+8821012345678", "cannot_take_sms"),  # a satellite telephone
        ("+911122901406", "cannot_take_sms"),
        ("+19002345678", "cannot_take_sms"),  # premium-rate
        ("+449098790000", "cannot_take_sms"),
        ("+611300123456", "cannot_take_sms"),  # shared-cost
        ("+911800111111", "cannot_take_sms"),
        ("+919718397000", "own_number"),  # a sender ID
        ("+919718397183", "own_number"),  # a number that is rung
    ],
)
def test_who_never_gets_one(place: Place, channel: str, number: str, withheld: str) -> None:
    assert place.link(channel, number) == withheld


@pytest.mark.parametrize(
    "kind", ["the same", "echo", "always another", "a list that he leafs through"]
)
def test_two_machines_fall_silent(place: Place, kind: str) -> None:
    heard: list[str] = []
    for number in range(40):
        place.clock.pass_time(seconds=5)
        answer = f"Answer {number}."
        what = {
            "the same": "I am driving.",
            "echo": f"answer  {max(0, heard.count('sent') - 1)}." if heard else "Hello.",
            "always another": f"It is {number} o'clock.",
            "a list that he leafs through": "98",
        }[kind]
        heard.append(place.text(what, answer=answer))
    most = {"the same": 3, "echo": 1, "always another": 5}.get(kind, 30)
    assert heard.count("sent") == most
    why = "loop" if most < 30 else "too_many_answers_today"
    assert heard[most:] == [why] * (40 - most)
    assert place.text("I am driving.", who="+919812345679") == "sent"


def test_machines_that_say_stop_and_start_fall_silent(place: Place) -> None:
    for _ in range(60):
        place.clock.pass_time(seconds=5)
        place.stop()
        place.stop(said=ConsentState.OPTED_IN)
    assert len(place.promised()) <= LIMITS.answers_per_day + 3


def test_neighbours_in_an_hour(database_url: str, default_program: Program) -> None:
    place = Place(database_url, default_program, replace(LIMITS, prefix_per_hour=20))
    heard = [place.ring(f"+919812345{number:03d}") for number in range(30)]
    assert heard == ["sent"] * 20 + ["too_many_neighbours"] * 10
    assert place.ring("+919812346000") == "sent"
    place.clock.pass_time(hours=1)
    assert place.ring("+919812345999") == "sent"


def test_new_numbers_a_day(database_url: str, default_program: Program) -> None:
    place = Place(database_url, default_program, replace(LIMITS, new_numbers_per_day=5))
    numbers = [f"+9198{number}0000000"[:13] for number in range(10, 18)]
    heard = [place.ring(number) for number in numbers]
    assert heard == ["sent"] * 5 + ["too_many_new_numbers"] * 3
    place.clock.pass_time(minutes=10)
    assert place.ring(numbers[0]) == "sent"  # he is known
    assert place.text("hello", who=numbers[6]) == "sent"  # another service
    place.clock.pass_time(hours=15)
    assert place.ring(numbers[7]) == "sent"  # another day


def budget(place: Place, amount: str, **more: Any) -> Place:
    limits = replace(place.limits, day_budgets={"INR": Money.parse(amount)}, **more)
    return Place(place.url, place.program, limits, place.world, place.clock)


def test_the_breaker_opens_at_the_budget_and_waits_for_a_human(place: Place) -> None:
    place = budget(place, "25 INR")
    heard = [place.ring(number) for number in ("+12025550123", "+12025550124", "+12025550125")]
    assert heard == ["sent", "sent", "over_budget"]  # 10 INR each
    assert place.ring() == "spending_stopped"  # also what would have fitted
    place.clock.pass_time(days=2)
    place = Place(place.url, place.program, place.limits, place.world, place.clock)  # a restart
    assert place.ring() == "spending_stopped"
    (trip,) = place.ledger.show().open
    assert (trip.scope, trip.why) == ("", "25.00 INR a day")
    assert place.ledger.rearm("kenya", by="asha", note="x") == []
    assert place.ledger.rearm(None, by="asha", note="looked at") == [""]
    assert place.ring() == "sent"
    (trip,) = place.ledger.show().latest
    assert (trip.armed_by, trip.note, trip.armed_at) == ("asha", "looked at", place.clock.now())


def test_rearming_grants_the_budget_anew(place: Place) -> None:
    place = budget(place, "2 INR")
    numbers = [f"+9198123456{number:02d}" for number in range(8)]
    assert [place.ring(one) for one in numbers[:3]] == ["sent", "sent", "over_budget"]
    place.ledger.rearm(None, by="asha", note="")
    assert [place.ring(one) for one in numbers[3:6]] == ["sent", "sent", "over_budget"]
    assert len(place.ledger.show().latest) == 2
    (line,) = place.ledger.show().lines
    assert (line.sms, str(line.spent), line.country) == (4, "4.00 INR", "IN")


def test_a_jump_within_an_hour_opens_it(place: Place) -> None:
    place = budget(place, "8 INR", hour_percent=25)
    numbers = [f"+9198123456{number:02d}" for number in range(8)]
    assert [place.ring(one) for one in numbers[:2]] == ["sent", "sent"]
    place.clock.pass_time(hours=1)
    assert [place.ring(one) for one in numbers[2:5]] == ["sent", "sent", "over_budget"]
    assert place.ledger.show().open[0].why == "25 % of 8.00 INR within an hour"


def test_a_gateways_own_budget_stops_that_gateway(place: Place) -> None:
    tariffs = dict(WORLD.tariffs) | {"kenya": Tariff(prices=FLAT, day_budget=Money.parse("1 INR"))}
    place = Place(place.url, place.program, place.limits, replace(WORLD, tariffs=tariffs))
    numbers = [f"+9198123456{number:02d}" for number in range(8)]
    assert [place.ring(one, "kenya") for one in numbers[:3]] == [
        "sent", "over_budget", "spending_stopped",
    ]  # fmt: skip
    assert place.ring(numbers[3], "india") == "sent"
    assert place.ledger.rearm("kenya", by="asha", note="") == ["kenya"]
    assert place.ring(numbers[4], "kenya") == "sent"


def test_a_service_that_has_used_up_its_day_stops_no_other(place: Place) -> None:
    limits = replace(place.limits, service_budgets={"INR": Money.parse("2 INR")})
    place = Place(place.url, place.program, limits)
    numbers = [f"+9198123456{number:02d}" for number in range(8)]
    gateways = ["india", "kenya", "india", "kenya"]
    heard = [place.ring(one, by) for one, by in zip(numbers[:4], gateways, strict=True)]
    assert heard == ["sent", "sent", "service_over_budget", "service_over_budget"]
    assert place.text("hello", numbers[5]) == "sent"
    assert place.ledger.show().open == ()
    assert place.stop_is_confirmed(numbers[0])
    place.clock.pass_time(days=1)
    assert place.ring(numbers[6]) == "sent"


def test_segments_are_paid_one_by_one(place: Place) -> None:
    place.text("hello", answer="x" * 161)
    place.text("hello there", answer="न" * 71)
    assert [str(line.spent) for line in place.ledger.show().lines] == ["4.00 INR"]


def test_stop_is_confirmed_when_the_money_is_up(place: Place) -> None:
    place = budget(place, "1 INR")
    place.ring()
    assert place.ring("+919812345679") == "over_budget"
    place.clock.pass_time(minutes=1)
    place.stop()
    assert len(place.promised()) == 2
    place.stop(said=ConsentState.OPTED_IN)  # obeyed, not confirmed
    assert len(place.promised()) == 2


def test_what_strangers_use_up_is_not_taken_from_whom_we_write_to(
    database_url: str, default_program: Program
) -> None:
    """STOP is confirmed to him in any case, HELP within the money; to a stranger neither."""
    stranger, new = "+919812345679", KNOWN_TO_NOBODY
    place = Place(database_url, default_program, replace(LIMITS, prefix_per_hour=2))
    assert [place.ring(SOMEBODY), place.ring(stranger), place.ring(new)] == [
        "sent", "sent", "too_many_neighbours",
    ]  # fmt: skip
    answers = {who: (place.help(who), place.stop_is_confirmed(who)) for who in (SOMEBODY, new)}
    assert answers == {SOMEBODY: ("sent", True), new: ("too_many_neighbours", False)}
    place = budget(place, "5 INR")
    for who in ("+12025550123", "+12025550124"):
        place.ring(who)  # 10 INR each
    assert place.ledger.show().open
    for who, is_known in ((stranger, True), (new, False)):
        assert place.help(who) == "spending_stopped"
        assert place.stop_is_confirmed(who) is is_known


def test_a_repeat_is_told_what_was_decided_first(place: Place) -> None:
    cause = place.cause("ussd", SOMEBODY, "india")
    assert [place.keep(cause), place.keep(cause)] == ["sent", "sent"]
    second = place.cause("ussd", SOMEBODY, "india")
    assert place.keep(second) == "same_link"
    place.clock.pass_time(days=1)
    assert place.keep(second) == "same_link"
    assert len(place.promised()) == 1


def test_sixteen_calls_at_once_bring_one(place: Place) -> None:
    with ThreadPoolExecutor(16) as pool:
        heard = list(pool.map(lambda _: place.ring(), range(16)))
    assert sorted(heard) == ["called_too_soon"] * 15 + ["sent"]
    assert len(place.promised()) == 1


def test_sixteen_callers_at_once_never_spend_more_than_the_budget(place: Place) -> None:
    place = budget(place, "7 INR")
    with ThreadPoolExecutor(16) as pool:
        heard = list(pool.map(lambda n: place.ring(f"+9198123{n:05d}"), range(0, 32000, 1000)))
    assert heard.count("sent") == len(place.promised()) == 7
    (trip,) = place.ledger.show().latest
    assert trip.generation == 1
    assert [line.sms for line in place.ledger.show().lines] == [7]


def test_several_processes_pass_the_budget_by_what_the_others_were_about_to_spend(
    place: Place,
) -> None:
    processes = [budget(Place(place.url, place.program), "7 INR") for _ in range(4)]

    def ring(number: int) -> list[str]:
        """One call at a time, so that a group is one event."""
        callers = [f"+9198{12 + number}{caller:03d}000" for caller in range(8)]
        return [processes[number].ring(caller) for caller in callers]

    with ThreadPoolExecutor(4) as pool:
        heard = [one for some in pool.map(ring, range(4)) for one in some]
    others = 0 if place.url.startswith("sqlite") else len(processes) - 1
    assert 7 <= heard.count("sent") <= 7 + others
    assert len(place.promised()) == heard.count("sent")
    assert place.ledger.show().open
    for process in processes:
        process.database.dispose()


def test_old_counters_are_forgotten_and_what_was_spent_is_kept(place: Place) -> None:
    place.ring()
    place.clock.pass_time(days=3)
    place.ring("+919812345679")
    with place.database.read() as conn:
        kept = conn.execute(select(spend.spend_counter.c.period, spend.spend_counter.c.counts))
        old = [row.counts for row in kept if row.period < "2026-11-25"]
    assert old == [spend.Counts.SPENT]


def test_no_query_of_the_guard_reads_a_table_whole(place: Place) -> None:
    plans: list[str] = []
    explains = {"sqlite": "EXPLAIN QUERY PLAN", "postgresql": "EXPLAIN"}

    def explain(conn: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "DELETE", "UPDATE", "WITH")):
            words = explains[conn.dialect.name]
            explained = conn.connection.cursor().execute(f"{words} {statement}", parameters)
            plans.extend(str(row[-1]) for row in explained)

    writer = place.database._engines_here().writer
    event.listen(writer, "before_cursor_execute", explain)
    place.ring()
    place.text("hello")
    assert any("ix_mt_message_to_hash" in plan for plan in plans)
    assert any("ix_inbound_event_msisdn_hash" in plan for plan in plans)
    tables = ("mt_message", "inbound_event", "spend_counter", "consent")
    whole = [f"{how} {table}" for table in tables for how in ("SCAN", "Seq Scan on")]
    whole.append("hashed SubPlan")  # a list of a whole table, made to answer EXISTS from it
    assert [plan for plan in plans if any(words in plan for words in whole)] == []


ACTS = st.tuples(
    st.sampled_from(["ring", "sms", "ussd", "text", "stop", "start", "lost"]),
    st.sampled_from([SOMEBODY, "+12025550123", "+4915112345678"]),
    st.sampled_from([0, 1, 59, 60, 599, 600, 3600, 30000, 86400]),
)


@settings(max_examples=30)
@given(st.lists(ACTS, max_size=40))
def test_whatever_comes_nobody_gets_more_than_his_share(
    new_database_url: Callable[[], str],
    default_program: Program,
    acts: list[tuple[str, str, int]],
) -> None:
    limits = replace(LIMITS, answers_per_day=5)
    place = Place(new_database_url(), default_program, limits)
    lost = False
    for number, (act, who, seconds) in enumerate(acts):
        place.clock.pass_time(seconds=seconds)
        match act:
            case "ring":
                place.ring(who)
            case "text":
                place.text(f"text {number}", who)
            case "stop":
                place.stop(who)
            case "start":
                place.stop(who, said=ConsentState.OPTED_IN)
            case "lost":
                place.end_all_as(MtStatus.UNKNOWN_FINAL)
                lost = True
            case channel:
                place.link(channel, who)
    times: dict[tuple[str, bool], list[datetime]] = {}
    for key, at in place.promised():
        is_call = key.endswith("missed_call")
        times.setdefault((key[:32], is_call), []).append(at)
    germans = KeyedHash(b"a test secret of enough bytes").of("+4915112345678")
    assert germans not in {whose for whose, _ in times}
    for (_, is_call), each in times.items():
        most = {timedelta(days=1): 3, timedelta(days=7): 10} if is_call else {timedelta(days=1): 8}
        if is_call and not lost:
            most[timedelta(minutes=10)] = 1
        for window, allowed in most.items():
            assert max(sum(at <= other < at + window for other in each) for at in each) <= allowed
    place.database.dispose()


def test_a_text_of_the_menu_is_promised_once(place: Place) -> None:
    cause = place.cause("ussd", SOMEBODY, "india", service="ordered")
    effects = (SendSms("Ordered.", "en"),)
    first = place.commitments.commit(cause, place.program, effects)
    again = place.commitments.commit(cause, place.program, effects)
    assert (first.is_new, first.withheld, again.is_new) == (True, None, False)
    assert len(place.promised()) == 1
