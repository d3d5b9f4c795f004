"""A group that is judged together is granted what its events are granted one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event, func, select

from menu.effects import SendLink
from menu.program import Program
from models.consent import ConsentState
from models.database import Database
from models.inbound_event import inbound_event
from models.metadata import metadata
from models.mt_message import mt_message
from models.sealing import Sealer
from models.shared_clock import OneClock
from models.spend import spend_counter, spend_trip
from outbound.causes import Cause, Kept, Proposal
from outbound.commitments import Commitments
from outbound.group_writer import GroupWriter
from outbound.guard import Guard, Tariff, World
from outbound.limits import Limits, Withheld
from outbound.outbox import Outbox
from services.app_links import AppLinks
from telecom.keyed_hash import KeyedHash
from telecom.money import Money
from telecom.msisdn import Msisdn
from telecom.prices import PriceList

FLAT = PriceList.parse({"default": "1 INR", "US": "3 INR"})
WORLD = World(
    tariffs={
        "india": Tariff(prices=FLAT),
        "kenya": Tariff(prices=FLAT, day_budget=Money.parse("4 INR")),
        "asia": Tariff(prices=FLAT, day_budget=Money.parse("1 INR")),
    },
    countries=frozenset({"IN", "US"}),
    own=frozenset(),
)
WIDE = Limits(
    prefix_per_hour=900,
    new_numbers_per_day=900,
    day_budgets={"INR": Money.parse("9000 INR")},
    hour_percent=100,
)
NUMBERS = ["+919812345678", "+919812345679", "+919812999999", "+12025550123", "+4915112345678"]
HASHER, SEALER = KeyedHash(b"a test secret of enough bytes"), Sealer(b"k" * 32)


@dataclass
class Clock:
    at: datetime = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


@dataclass
class Collector:
    """In the place of the group: keeps the proposals that would be written."""

    proposals: list[Proposal] = field(default_factory=list)

    def do(self, proposal: Proposal) -> Kept:
        self.proposals.append(proposal)
        return Kept(is_new=True)


class Thinker:
    """Makes the proposals of events, as webhooks do."""

    def __init__(self, program: Program) -> None:
        nowhere: Any = None
        clock = OneClock(Clock())
        self._program = program
        self._commitments = Commitments(
            nowhere, Outbox(SEALER, HASHER, clock), AppLinks("https://sanket.example.in"),
            SEALER, HASHER, clock, nowhere, lambda _: None,
        )  # fmt: skip
        self._collector = Collector()
        self._commitments._group = self._collector  # type: ignore[assignment]

    def propose(self, act: str, who: str = NUMBERS[0], gateway: str = "india") -> Proposal:
        kind, _, what = act.partition(" ")
        cause = Cause(
            gateway=gateway,
            kind={"ring": "missed_call", "dial": "ussd"}.get(kind, "sms"),
            event_id=uuid4().hex,
            party=Msisdn.parse(who, "IN"),
            decision="answered",
            content={"text": what} if kind == "text" else {},
            menu_version=None,
            service="home",
        )
        match what:
            case "STOP":
                self._commitments.change_consent(cause, ConsentState.OPTED_OUT, "Stopped.")
            case "START":
                self._commitments.change_consent(cause, ConsentState.OPTED_IN, "Started.")
            case "HELP":
                self._commitments.reply(cause, "Write STOP to end this.")
            case "":
                link = SendLink(link="umang", language="en")
                self._commitments.commit(cause, self._program, [link])
            case _:
                self._commitments.commit(cause, self._program, (), answer="An answer.")
        return self._collector.proposals.pop()


class Town:
    """One database, and what became of everything in it."""

    def __init__(self, url: str) -> None:
        self.database = Database(url)

    def writer(self, limits: Limits, clock: Clock) -> GroupWriter:
        guard = Guard(HASHER, limits, lambda: WORLD)
        return GroupWriter(self.database, SEALER, HASHER, OneClock(clock), guard)

    def forget_all(self) -> None:
        with self.database.write() as conn:
            for table in reversed(metadata.sorted_tables):
                conn.execute(delete(table))

    def state(self) -> list[object]:
        """Promises, decisions, sums and breakers."""
        mt, spent = mt_message.c, spend_counter.c
        asked = [
            select(mt.to_hash, mt.channel, mt.service, mt.status, func.count())
            .group_by(mt.to_hash, mt.channel, mt.service, mt.status),
            select(inbound_event.c.gateway_event_id, inbound_event.c.decision),
            select(spent.period, spent.counts, spent.gateway, spent.country, spent.subject,
                   func.sum(spent.sms), func.sum(spent.micros))
            .group_by(spent.period, spent.counts, spent.gateway, spent.country, spent.subject),
            select(spend_trip.c.scope, spend_trip.c.generation, spend_trip.c.why),
        ]  # fmt: skip
        with self.database.read() as conn:
            return [sorted(map(str, conn.execute(query))) for query in asked]


@pytest.fixture
def thinker(default_program: Program) -> Thinker:
    return Thinker(default_program)


@pytest.fixture
def towns(new_database_url: Callable[[], str]) -> Iterable[tuple[Town, Town]]:
    both = Town(new_database_url()), Town(new_database_url())
    yield both
    for town in both:
        town.database.dispose()


def in_turn(proposals: Sequence[Proposal]) -> list[Proposal]:
    """As a group is judged: commands last, the second of a number after everybody's first."""
    given: dict[str | None, int] = {}
    rounds: list[tuple[int, Proposal]] = []
    for one in proposals:
        if one.consent is not None:
            given[one.whose] = given.get(one.whose, 0) + 1
        rounds.append((given[one.whose] if one.consent is not None else 0, one))
    return [one for _, one in sorted(rounds, key=lambda pair: pair[0])]


ACTS = [
    "ring", "dial", "text", "text hello you", "text good day", "text An answer.", "text 98",
    "text HELP",
    "text STOP", "text START",
]  # fmt: skip
GATEWAYS = st.sampled_from(["india", "kenya"])
ONE = st.tuples(st.sampled_from(ACTS), st.sampled_from(NUMBERS), GATEWAYS)
GROUPS = st.lists(
    st.tuples(st.sampled_from([0, 61, 601, 3600]), st.lists(ONE, min_size=1, max_size=12)),
    min_size=1,
    max_size=3,
)
NARROW = st.builds(
    Limits,
    call_cooldown=st.sampled_from([timedelta(0), timedelta(minutes=10)]),
    same_link=st.sampled_from([timedelta(0), timedelta(seconds=60)]),
    calls_per_day=st.integers(1, 3),
    calls_per_week=st.integers(2, 4),
    answers_per_day=st.integers(0, 4),
    loop_texts=st.integers(1, 4),
    loop_same_texts=st.integers(1, 3),
    prefix_per_hour=st.sampled_from([1, 3, 1000]),
    new_numbers_per_day=st.integers(0, 4),
    day_budgets=st.sampled_from(["3 INR", "8 INR", "100 INR"]).map(
        lambda amount: {"INR": Money.parse(amount)}
    ),
    service_budgets=st.sampled_from([{}, {"INR": Money.parse("3 INR")}]),
    hour_percent=st.sampled_from([50, 100]),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(groups=GROUPS, limits=NARROW)
@example(  # the first is answered, and that makes the second a loop
    groups=[(0, [("text hello you", NUMBERS[0], "india"), ("text good day", NUMBERS[0], "india")])],
    limits=replace(WIDE, loop_texts=1),
)
@example(  # what stands in the outbox when START is judged counts once
    groups=[(0, [("dial", NUMBERS[0], "india"), ("text START", NUMBERS[0], "india")])],
    limits=replace(WIDE, answers_per_day=2),
)
def test_together_or_one_by_one_everybody_is_granted_the_same(
    towns: tuple[Town, Town],
    thinker: Thinker,
    groups: list[tuple[int, list[tuple[str, str, str]]]],
    limits: Limits,
) -> None:
    clock = Clock()
    for town in towns:
        town.forget_all()
    together, one_by_one = (town.writer(limits, clock) for town in towns)
    for seconds, acts in groups:
        clock.at += timedelta(seconds=seconds)
        proposals = [thinker.propose(*act) for act in acts]
        kept = dict(zip((id(one) for one in proposals), together.write(proposals), strict=True))
        for one in in_turn(proposals):
            assert [kept[id(one)]] == one_by_one.write([one])
    states = [town.state() for town in towns]
    assert states[0] == states[1]
    assert len(states[0][1]) == sum(len(acts) for _, acts in groups)  # type: ignore[arg-type]


STRANGERS = [f"+9198{place:02d}000000" for place in range(10, 42)]


@pytest.mark.parametrize("act", ["ring", "text hello you"])
def test_thirty_strangers_cost_hardly_more_statements_than_one(
    towns: tuple[Town, Town], thinker: Thinker, act: str
) -> None:
    town = towns[0]
    seen: list[str] = []
    writer = town.database._engines_here().writer
    event.listen(writer, "before_cursor_execute", lambda *given: seen.append(given[2]))

    def ask(people: Sequence[str]) -> int:
        seen.clear()
        group = [thinker.propose(act, who) for who in people]
        kept = town.writer(replace(WIDE, prefix_per_hour=20), Clock()).write(group)
        assert [(one.is_new, one.withheld) for one in kept] == [(True, None)] * len(people)
        return len(seen)

    first = ask(STRANGERS[:1])  # who sweeps what is old
    alone, together = ask(STRANGERS[1:2]), ask(STRANGERS[2:])
    assert 0 < together <= alone <= first < 15


def test_the_breakers_of_a_group_open_in_one_order(
    towns: tuple[Town, Town], thinker: Thinker
) -> None:
    """Two processes that trip the same ones would else wait for each other."""
    town = towns[0]
    opened: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith("INSERT INTO spend_trip"):
            values = parameters.values() if isinstance(parameters, dict) else parameters
            opened.extend(one for one in values if one in WORLD.tariffs)

    event.listen(town.database._engines_here().writer, "before_cursor_execute", note)
    group = [
        thinker.propose("ring", who, gateway)
        for who, gateway in zip(STRANGERS, ["kenya"] * 5 + ["asia"] * 2, strict=False)
    ]
    kept = town.writer(WIDE, Clock()).write(group)
    assert [one.withheld for one in kept].count(Withheld.OVER_BUDGET) == 2
    assert opened == ["asia", "kenya"]
