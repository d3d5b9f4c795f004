"""Events that are written together: each ends as if it had come alone, whoever else is there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Connection, event, func, literal, select

from models import consent as consents
from models.consent import ConsentState
from models.database import DatabaseDown
from models.inbound_event import WAITS, inbound_event
from models.mt_message import mt_message
from models.shared_clock import OneClock
from models.subscriber import subscriber
from outbound.causes import Cause, Kept, Promise, Proposal
from outbound.group_writer import GroupWriter, is_bare
from outbound.guard import Guard, Tariff, Wish
from outbound.guard import World as Known
from outbound.limits import Limits, Withheld
from outbound.outbox import NewMt
from outbound.wake import Rings
from telecom.keyed_hash import KeyedHash
from telecom.msisdn import Msisdn
from telecom.prices import PriceList
from telecom.statuses import MessageClass, MtStatus

if TYPE_CHECKING:
    from tests.outbound.conftest import World

FLAT = PriceList.parse({"default": "1 KES"})
OPEN = Known(tariffs={"at-ke": Tariff(prices=FLAT)}, countries=frozenset({"KE"}), own=frozenset())
CALLERS = [Msisdn.parse(f"+2547110001{number:02d}", "KE") for number in range(40)]


def is_opted_out(conn: Connection, whose: str) -> bool:
    return bool(conn.execute(select(consents.forbids(literal(whose)))).scalar())


class House:
    def __init__(self, world: World) -> None:
        self.world = world
        self.hasher = KeyedHash(b"a test secret of enough bytes")
        self.rung: list[str] = []
        clock = OneClock(world.clock)
        guard = Guard(
            self.hasher, Limits(call_cooldown=timedelta(minutes=10), day_budgets={}), lambda: OPEN
        )
        self.writer = GroupWriter(
            world.database, world.sealer, self.hasher, clock, guard, self._rings()
        )

    def _rings(self) -> Rings:
        def noting(what: str) -> Callable[[], None]:
            return lambda: self.rung.append(what)

        return Rings(sms=noting("sms"), calls=noting("calls"), late_answers=noting("late answers"))

    def proposal(
        self,
        event_id: str,
        caller: Msisdn = CALLERS[0],
        *,
        kind: str = "sms",
        text: str | None = "Here is your link",
        consent: ConsentState | None = None,
        remembers: Sequence[str] = (),
        decision: str = "answered",
    ) -> Proposal:
        cause = Cause(
            gateway="at-ke", kind=kind, event_id=event_id, party=caller, decision=decision
        )
        answers = consent is not None
        promises = []
        if text is not None:
            new = NewMt(
                gateway="at-ke",
                to=caller,
                text=text,
                message_class=MessageClass.CONFIRMATION if answers else MessageClass.RESULT,
                dedupe_key="answer",
                channel=kind,
                service="home",
            )
            promises = [Promise(mt=self.world.outbox.seal(new))]
        wish = Wish(
            gateway="at-ke",
            channel=kind,
            to=caller,
            texts=(text,) if text is not None else (),
            service="home",
            is_answer_to_command=answers,
            is_stop=consent is ConsentState.OPTED_OUT,
        )
        return Proposal(
            cause=cause,
            whose=self.hasher.of(caller.e164),
            content_sealed=b"sealed",
            promises=promises,
            wish=wish if promises or answers else None,
            remembers=remembers,
            consent=consent,
        )

    def write(self, *proposals: Proposal) -> Sequence[Kept]:
        return self.writer.write(proposals)

    def events(self) -> dict[str, str]:
        with self.world.database.read() as conn:
            query = select(inbound_event.c.gateway_event_id, inbound_event.c.decision)
            return {row[0]: row[1] for row in conn.execute(query)}

    def messages(self) -> list[tuple[str, str]]:
        with self.world.database.read() as conn:
            query = select(mt_message.c.message_class, mt_message.c.status)
            return sorted((row[0].value, row[1].value) for row in conn.execute(query))


@pytest.fixture
def house(world: World) -> House:
    return House(world)


def test_a_group_is_one_transaction_with_an_outcome_for_each(house: House) -> None:
    kept = house.write(house.proposal("b"), house.proposal("a", CALLERS[1]))
    assert [(one.is_new, one.withheld) for one in kept] == [(True, None), (True, None)]
    assert house.events() == {"a": "answered", "b": "answered"}
    assert house.messages() == [("result", "queued")] * 2


def test_of_copies_in_one_group_the_first_is_new(house: House) -> None:
    kept = house.write(*(house.proposal("same") for _ in range(5)), house.proposal("other"))
    assert [one.is_new for one in kept] == [True, False, False, False, False, True]
    assert not any(house.write(house.proposal("same"), house.proposal("other")))
    assert len(house.messages()) == 2


def test_stop_takes_back_what_the_same_group_promises(house: House) -> None:
    """Whichever was first in the line: they came at the same time."""
    stop = house.proposal("stop", consent=ConsentState.OPTED_OUT, text="Stopped")
    kept = house.write(stop, house.proposal("link"), house.proposal("other", CALLERS[1]))
    assert [one.is_new for one in kept] == [True, True, True]
    assert kept[0].is_news
    assert house.messages() == [
        ("confirmation", MtStatus.QUEUED),
        ("result", MtStatus.QUEUED),
        ("result", MtStatus.SUPPRESSED),
    ]


def test_who_said_stop_is_promised_nothing_and_his_neighbour_is(house: House) -> None:
    house.write(house.proposal("stop", consent=ConsentState.OPTED_OUT, text=None))
    withheld, kept = house.write(house.proposal("a"), house.proposal("b", CALLERS[1]))
    assert (withheld.withheld, kept.withheld) == (Withheld.OPTED_OUT, None)
    assert house.events() == {"stop": "answered", "a": "opted_out", "b": "answered"}
    assert house.messages() == [("result", "queued")]


def test_a_second_stop_is_not_confirmed_again_and_a_start_is(house: House) -> None:
    for event_id, state in [("1", "OUT"), ("2", "OUT"), ("3", "IN"), ("4", "IN")]:
        consent = ConsentState[f"OPTED_{state}"]
        assert house.write(house.proposal(event_id, consent=consent))[0].is_new
    with house.world.database.read() as conn:
        assert not is_opted_out(conn, house.hasher.of(CALLERS[0].e164))
    assert len(house.messages()) == 3


def test_of_sixteen_calls_of_one_number_in_one_group_one_brings_an_sms(house: House) -> None:
    calls = [house.proposal(f"{place:02d}", kind="missed_call") for place in range(16)]
    kept = house.write(*calls, house.proposal("other", CALLERS[1], kind="missed_call"))
    assert [one.withheld for one in kept] == [None, *[Withheld.TOO_SOON] * 15, None]
    assert [one.withheld for one in house.write(*calls)] == [None, *[Withheld.TOO_SOON] * 15]
    assert house.messages() == [("result", "queued")] * 2


def test_a_copy_in_the_same_group_is_told_what_was_decided_first(house: House) -> None:
    house.write(house.proposal("first", kind="missed_call"))
    kept = house.write(*(house.proposal("again", kind="missed_call") for _ in range(2)))
    assert [(one.is_new, one.withheld) for one in kept] == [
        (True, Withheld.TOO_SOON), (False, Withheld.TOO_SOON),
    ]  # fmt: skip


def test_groups_of_several_processes_that_cross_do_not_lock_each_other_out(house: House) -> None:
    """The same events, languages and STOPs from both ends at once: everything counts once."""
    writers = [House(house.world) for _ in range(4)]

    def rush(place: int) -> int:
        order = CALLERS if place % 2 else CALLERS[::-1]
        new = 0
        for turn in range(5):
            stops = ConsentState.OPTED_OUT if turn == 3 else None
            group = [
                writers[place].proposal(f"{caller.e164}{turn}", caller, consent=stops, text=None,
                                        remembers=["hi"])
                for caller in order
            ]  # fmt: skip
            new += sum(map(bool, writers[place].write(*group)))
        return new

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(rush, range(4))) == 5 * len(CALLERS)
    with house.world.database.read() as conn:
        remembered = conn.execute(select(func.count()).select_from(subscriber)).scalar()
    assert remembered == len(CALLERS)


def test_many_stops_and_languages_are_few_statements(house: House) -> None:
    """Other processes wait a second at most for the numbers that a group holds."""
    seen: list[str] = []
    writer = house.world.database._engines_here().writer
    event.listen(writer, "before_cursor_execute", lambda *given: seen.append(given[2]))

    def stop(people: Sequence[Msisdn], turn: int) -> int:
        seen.clear()
        group = [
            house.proposal(f"{turn}{caller.e164}", caller, consent=ConsentState.OPTED_OUT,
                           text=None, remembers=["hi"])
            for caller in people
        ]  # fmt: skip
        assert [one.is_news for one in house.write(*group)] == [True] * len(people)
        assert not any(house.write(*group))
        return len(seen)

    alone, together = stop(CALLERS[:1], 1), stop(CALLERS[1:], 2)
    assert 0 < together <= alone < 25


def test_stop_and_start_of_one_number_in_one_group_are_obeyed_in_turn(house: House) -> None:
    words = [ConsentState.OPTED_OUT, ConsentState.OPTED_IN, ConsentState.OPTED_OUT]
    group = [house.proposal(str(place), consent=word) for place, word in enumerate(words)]
    kept = house.write(house.proposal("9", CALLERS[1], consent=words[0]), *group)
    assert [one.is_news for one in kept] == [True] * 4
    with house.world.database.read() as conn:
        whose = house.hasher.of(CALLERS[0].e164)
        assert [one.state for one in consents.history(conn, whose)] == words
        assert is_opted_out(conn, whose)


def test_calls_that_wait_are_one_statement_that_rings_for_them(house: House) -> None:
    seen: list[str] = []
    asker = house.world.database._engines_here().asker
    event.listen(asker, "before_cursor_execute", lambda *given: seen.append(given[2]))

    def waiting(*event_ids: str) -> list[Proposal]:
        return [house.proposal(one, text=None, decision=WAITS) for one in event_ids]

    def kept(*proposals: Proposal) -> list[bool]:
        assert all(map(is_bare, proposals))
        return [*map(bool, house.writer.record(proposals))]

    assert kept(*waiting("c1", "c2", "c1")) == [True, True, False]
    assert kept(*waiting("c2", "c3")) == [False, True]
    assert house.rung == ["calls"] * 2
    assert kept(*waiting("c3"), house.proposal("noted", text=None)) == [False, True]
    assert house.rung == ["calls"] * 2
    assert house.events() == {"c1": WAITS, "c2": WAITS, "c3": WAITS, "noted": "answered"}
    if not house.world.database.has_one_writer:
        assert [statement.split()[0] for statement in seen] == ["INSERT"] * 3


def test_a_call_among_texts_waits_as_it_does_alone(house: House) -> None:
    kept = house.write(
        house.proposal("text"), house.proposal("call", CALLERS[1], text=None, decision=WAITS)
    )
    assert all(kept)
    assert house.rung == ["sms", "calls"]
    assert house.events() == {"text": "answered", "call": WAITS}


def test_a_group_that_promises_rings_once_after_its_commit(world: World) -> None:
    house = House(world)
    house.write(house.proposal("e1"), house.proposal("e2", CALLERS[1]))
    assert house.rung == ["sms"]
    house.write(house.proposal("e1"), house.proposal("e3", CALLERS[2], text=None))
    assert house.rung == ["sms"]
    world.database.failures = 1
    with pytest.raises(DatabaseDown):
        house.write(house.proposal("e4", CALLERS[3]))
    assert house.rung == ["sms"]
