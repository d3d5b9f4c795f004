"""Registers of the bridge's own, on both databases: kept once a turn, told to nobody else."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from menu.compiler import compile_menu
from menu.record_parts import Standing
from menu.service_parts import Service
from menu.services import Inquiry, Reply
from models import kept_record, record_act
from models.database import Database
from models.kept_record import Wanted
from models.record_act import Deed
from models.sealing import Sealer
from models.shared_clock import OneClock
from services.faults import Failed
from services.record_desk import PAGE, NotDone, RecordDesk
from services.records import DIGITS, Records, new_references, reference_in
from services.request_writing import BadInput
from telecom.check_digit import is_checked, with_check_digit
from telecom.keyed_hash import KeyedHash
from tests.conftest import StandingClock

MENU = b"""version: 1
name: Example
languages: [en]
entry_points: { ussd: { "*384*7#": home } }
services:
  write:
    record: feedback
    takes:
      department: text
      kind: { optional: true }
      words: { max: 160 }
      day: { type: date, optional: true }
    gives: { reference: { max: 8 } }
  heard:
    status_of: feedback
    takes: { reference: { max: 12, optional: true } }
    gives: { reference: {}, status: {}, note: { max: 100, optional: true }, department: {} }
  elsewhere: { status_of: diary, gives: { status: {} } }
  diary: { record: diary, takes: { words: text }, gives: { reference: {} } }
screens: { home: { text: Hello., end: true } }
"""
SERVICES = compile_menu({"menus.yaml": MENU}).services
ASHA, RAVI = ("asha's hash", "+919812345678"), ("ravi's hash", "+919812345679")
TOLD = {"department": "health", "words": "The clinic opens late."}
SEALER = Sealer(bytes(range(32)))
PER_DAY = 3


@dataclass
class Office:
    """The register, its desk, and the people who write."""

    database: Database
    clock: StandingClock
    turns: Iterator[int] = field(default_factory=lambda: iter(range(10**6)))

    def __post_init__(self) -> None:
        hasher, clock = KeyedHash(b"k" * 32), OneClock(self.clock)
        self.records = Records(self.database, SEALER, hasher, clock, per_day=PER_DAY)
        self.desk = RecordDesk(self.database, SEALER, clock)

    def ask(self, name: str, inquiry: Inquiry) -> Reply:
        service: Service = SERVICES[name]
        way: Any = service.way
        return self.records.ask(service, way, inquiry)

    def write(self, who: tuple[str, str] = ASHA, key: str = "", **told: str) -> Reply:
        key = key or f"turn {next(self.turns)}"
        return self.ask(
            "write",
            Inquiry(service="write", told=TOLD | told, key=key, caller_key=who[0], number=who[1]),
        )

    def reference(self, who: tuple[str, str] = ASHA, key: str = "", **told: str) -> str:
        return self.write(who, key, **told).parts["reference"]

    def heard(self, who: tuple[str, str], reference: str = "", name: str = "heard") -> Reply:
        told = {"reference": reference} if reference else {}
        return self.ask(name, Inquiry(service=name, told=told, caller_key=who[0]))

    def rows(self) -> int:
        with self.database.read() as conn:
            count = select(func.count()).select_from(kept_record.kept_record)
            return int(conn.execute(count).scalar_one())


@pytest.fixture
def office(database_url: str, clock: StandingClock) -> Iterator[Office]:
    database = Database(database_url, busy_timeout_seconds=5)
    yield Office(database, clock)
    database.dispose()


def test_a_reference_is_eight_digits_with_a_check() -> None:
    made = [next(each) for each in [new_references()] for _ in range(500)]
    assert {len(one) for one in made} == {DIGITS}
    assert all(is_checked(one) and one[0] != "0" for one in made)
    assert len(set(made)) > 490


def test_a_turn_that_comes_again_gets_the_same_reference(office: Office) -> None:
    first = office.reference(key="turn")
    assert [office.reference(key="turn") for _ in range(3)] == [first] * 3
    office.clock.pass_seconds(86400 * 3)
    assert office.reference(key="turn") == first
    assert office.rows() == 1
    assert office.reference(key="another turn") != first
    # Who was told of a fault, and answers the same question otherwise, has written something else.
    assert office.reference(key="turn", words="It never opens.") != first
    assert office.rows() == 3


def test_parallel_copies_of_a_turn_make_one_row(office: Office) -> None:
    together = threading.Barrier(8)

    def copy(_: int) -> str:
        together.wait(10)
        return office.reference(key="turn")

    with ThreadPoolExecutor(8) as pool:
        references = list(pool.map(copy, range(8)))
    assert len(set(references)) == 1
    assert office.rows() == 1


def test_a_number_keeps_so_many_a_day_and_repeats_count_for_nothing(office: Office) -> None:
    first = office.reference(key="first")
    for _ in range(PER_DAY - 1):
        office.reference()
    assert office.write() == Reply(outcome="too_many")
    assert office.rows() == PER_DAY
    assert office.reference(key="first") == first
    assert office.reference(RAVI)
    office.clock.pass_seconds(86400 + 1)
    assert office.reference()
    assert office.rows() == PER_DAY + 2


def test_the_limit_is_exact_for_who_writes_at_once(office: Office) -> None:
    together = threading.Barrier(8)

    def one(number: int) -> str:
        together.wait(10)
        return office.write(key=f"turn {number}").outcome

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(one, range(8)))
    assert sorted(outcomes) == [""] * PER_DAY + ["too_many"] * (8 - PER_DAY)
    assert office.rows() == PER_DAY


def test_a_reference_that_is_taken_goes_to_nobody_else(office: Office) -> None:
    taken, free = with_check_digit("1234567"), with_check_digit("7654321")
    for expected in (taken, free):
        office.records._references = lambda: iter([taken, free])
        assert office.reference() == expected
    office.records._references = lambda: iter([taken])
    with pytest.raises(Failed) as fault:
        office.write(RAVI)
    assert fault.value.outcome == "down"
    assert office.rows() == 2


def test_a_status_is_told_to_who_wrote_and_to_nobody_else(office: Office) -> None:
    reference = office.reference()
    parts = {"reference": reference, "status": "new", "note": "", "department": "health"}
    spaced = f"{reference[:4]} {reference[4:]}"
    hindi = reference.translate({ord(str(n)): chr(0x0966 + n) for n in range(10)})
    for typed in (reference, spaced, f"{reference[:4]}-{reference[4:]}", hindi, ""):
        assert office.heard(ASHA, typed).parts == parts, typed
    unknown = office.heard(ASHA, with_check_digit("1000000"))
    assert unknown == Reply(outcome="not_found")
    assert office.heard(RAVI, reference) == office.heard(RAVI) == unknown
    assert office.heard(ASHA, "12345678") == office.heard(ASHA, "no number") == unknown
    assert office.heard(ASHA, name="elsewhere") == unknown  # of another register


def test_without_a_reference_it_is_the_newest(office: Office) -> None:
    office.reference()
    office.clock.pass_seconds(1)
    assert office.reference(words="Thank you.") == office.heard(ASHA).parts["reference"]


def test_the_way_of_a_record(office: Office) -> None:
    reference = office.reference()
    one, acts = office.desk.read(reference, by="asha", marks=False, with_number=False)
    assert (one.standing, one.number, [act.deed for act in acts]) == (
        "new", "+91********78", [Deed.READ],
    )  # fmt: skip
    one, _ = office.desk.read(f" {reference} ", by="asha", marks=True, with_number=True)
    assert (one.standing, one.number, one.told) == ("seen", ASHA[1], {"words": TOLD["words"]})
    assert office.heard(ASHA).parts["status"] == "seen"
    office.clock.pass_seconds(60)
    office.desk.answer(reference, "It opens at 8.\x1b[2J\u202e", by="ravi")
    office.desk.answer(reference, "It opens at 9.", by="ravi")
    assert office.heard(ASHA).parts["note"] == "It opens at 9."
    assert office.heard(ASHA).parts["status"] == "answered"
    office.desk.close(reference, "", by="ravi")
    told = office.heard(ASHA).parts
    assert (told["status"], told["note"]) == ("closed", "It opens at 9.")
    one, acts = office.desk.read(reference, by="asha", marks=True, with_number=False)
    assert one.standing == "closed"
    assert [(act.by, act.deed, act.note) for act in acts] == [
        ("asha", "read", ""), ("asha", "read", "with its number"), ("ravi", "answered", ""),
        ("ravi", "answered", ""), ("ravi", "closed", ""), ("asha", "read", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "note", "why"),
    [
        ("12345678", "Yes.", "no reference"),
        ("1234567", "Yes.", "no reference"),
        (with_check_digit("1000000"), "Yes.", "there is no 1000000"),
        ("own", "", "says nothing"),
        ("own", "\u202e\x07", "says nothing"),
        ("own", "x" * 101, "101 characters"),
        ("closed", "Yes.", "it is closed"),
    ],
)
def test_what_cannot_be_answered_changes_nothing(
    office: Office, typed: str, note: str, why: str
) -> None:
    own, closed = office.reference(), office.reference()
    office.desk.close(closed, "Done.", by="asha")
    before = office.desk.newest(Wanted(), 10)
    with pytest.raises(NotDone, match=why):
        office.desk.answer({"own": own, "closed": closed}.get(typed, typed), note, by="asha")
    assert office.desk.newest(Wanted(), 10) == before
    assert [act.deed for act in office.desk.acts()] == [Deed.CLOSED]


def test_nothing_is_readable_where_it_lies(office: Office) -> None:
    office.desk.answer(office.reference(words="zebra क्लिनिक"), "giraffe", by="asha")
    with office.database.read() as conn:
        (row,) = conn.execute(select(kept_record.kept_record)).mappings()
        acts = conn.execute(select(record_act.record_act)).mappings().all()
    kept = b"\n".join(
        one if isinstance(one, bytes) else str(one).encode() for one in (*row.values(), acts)
    )
    for word in ("zebra", "क्लिनिक", "giraffe", "9812345678"):
        assert word.encode() not in kept
    assert row["department"] == "health"
    other = RecordDesk(office.database, Sealer(bytes(32)), OneClock(office.clock))
    assert "sealed with another key" in other.newest(Wanted(), 1)[0].told["words"]


WRITTEN = [  # what comes in, and what is kept of it
    ("one\r\n\ttwo", "one two"), ("\x1b[31mred\x07", "[31mred"),
    ("ab\u202edc\u2066x\u200f", "abdcx"), ("क्\u200dष", "क्\u200dष"),
    ("=HYPERLINK(1)", "=HYPERLINK(1)"), ("e\u0301cole", "\u00e9cole"), ("x" * 160, "x" * 160),
]  # fmt: skip


@pytest.mark.parametrize(("written", "kept"), WRITTEN)
def test_words_are_kept_without_what_turns_or_moves_others(
    office: Office, written: str, kept: str
) -> None:
    office.reference(words=written)
    (one,) = office.desk.newest(Wanted(), 10)
    assert one.told == {"words": kept}


REFUSED = [
    {"words": ""}, {"words": "\u202e\x07"}, {"words": "x" * 161}, {"department": "Health; DROP"},
    {"department": "स्वास्थ्य"}, {"kind": "a complaint"}, {"day": "tomorrow"}, {"department": ""},
]  # fmt: skip


@pytest.mark.parametrize("told", REFUSED)
def test_what_does_not_fit_is_bad_input_and_not_kept(office: Office, told: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        office.write(ASHA, "", **told)
    assert office.rows() == 0


@pytest.mark.parametrize("who", [("", "+919812345678"), ("asha's hash", "")])
def test_nobody_writes_without_a_number(office: Office, who: tuple[str, str]) -> None:
    with pytest.raises(BadInput):
        office.write(who)
    assert office.rows() == 0


def test_without_a_database_it_is_down(clock: StandingClock, unused_socket: str) -> None:
    office = Office(Database(f"sqlite:///{unused_socket}/nowhere.db"), clock)
    with pytest.raises(Failed) as written:
        office.write()
    with pytest.raises(Failed) as heard:
        office.heard(ASHA)
    assert (written.value.outcome, heard.value.outcome) == ("down", "down")


def test_a_commit_that_fails_keeps_nothing(office: Office) -> None:
    with office.database.write() as conn:
        conn.execute(text("ALTER TABLE kept_record RENAME TO elsewhere"))
    with pytest.raises(Failed):
        office.write(key="turn")
    with office.database.write() as conn:
        conn.execute(text("ALTER TABLE elsewhere RENAME TO kept_record"))
    assert office.rows() == 0
    assert office.reference(key="turn") == office.reference(key="turn")


def test_old_ones_are_deleted_with_or_without_an_answer(office: Office) -> None:
    def delete(most: int) -> int:
        with office.database.write() as conn:
            return kept_record.delete_old(conn, office.clock.now(), timedelta(days=30), most)

    old = [office.reference((f"{number}", ASHA[1])) for number in range(5)]
    office.desk.answer(old[0], "Yes.", by="asha")
    office.clock.pass_seconds(86400 * 29)
    young = office.reference()
    assert delete(10) == 0
    office.clock.pass_seconds(86400 + 1)
    assert [delete(3), delete(3), delete(3)] == [3, 2, 0]
    assert [one.reference for one in office.desk.newest(Wanted(), 10)] == [young]


FOUR = [
    ("a", "health", ""), ("b", "health", "callback"), ("c", "eci", ""), ("d", "eci", "callback"),
]  # fmt: skip
WANTED = [
    (Wanted(), "abcd"), (Wanted(department="health"), "ab"), (Wanted(kind="callback"), "bd"),
    (Wanted(standing=Standing.SEEN), "c"), (Wanted(department="health", kind="callback"), "b"),
    (Wanted(register="diary"), ""), (Wanted(department="none"), ""),
]  # fmt: skip


@pytest.mark.parametrize(("wanted", "found"), WANTED)
def test_rows_are_chosen(office: Office, wanted: Wanted, found: str) -> None:
    for name, department, kind in FOUR:
        office.clock.pass_seconds(60)
        reference = office.reference((name, ASHA[1]), words=name, department=department, kind=kind)
        if name == "c":
            office.desk.read(reference, by="asha", marks=True, with_number=False)
    got = [one.told["words"] for one in office.desk.newest(wanted, 10)]
    assert got == sorted(found, reverse=True)
    assert office.desk.count(wanted) == len(found)
    since = replace(wanted, since=office.clock.now())
    office.clock.pass_seconds(1)
    taken = office.desk.export(wanted, by="asha", with_numbers=False)
    assert [one.told["words"] for one in taken] == got
    assert [one.told["words"] for one in office.desk.newest(since, 10)] == [
        one for one in got if one == "d"
    ]


def test_an_export_has_many_pages_and_none_that_came_after(office: Office) -> None:
    for number in range(PAGE + 5):
        office.reference((f"{number}", ASHA[1]))
    office.clock.pass_seconds(1)
    rows = office.desk.export(Wanted(), by="asha", with_numbers=True)
    taken = [next(rows)]
    office.reference(RAVI)
    taken += rows
    assert len({one.reference for one in taken}) == len(taken) == PAGE + 5
    (act,) = office.desk.acts()
    assert act.note == f"{PAGE + 5} of every department, with numbers"


@given(st.text(max_size=60))
def test_whatever_is_typed_as_a_reference_is_read_or_not(typed: str) -> None:
    found = reference_in(typed)
    assert found is None or (len(found) == DIGITS and is_checked(found))
