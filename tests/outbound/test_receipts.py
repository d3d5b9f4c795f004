"""Reports that are taken together: each ends as if it had come alone, whoever else is there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, insert, select, update

from models import mt_message as messages
from models.consent import ConsentState, consent
from models.database import DatabaseDown
from models.delivery_report import delivery_report
from models.mt_message import NewRow, mt_message
from models.send_attempt import send_attempt
from models.shared_clock import OneClock
from outbound import early_reports
from outbound.receipts import Receipt, Receipts
from outbound.report_group import Asked, Heard
from telecom.errors import Reason
from telecom.events import DeliveryReport
from telecom.statuses import DlrStatus, MessageClass, MtStatus

if TYPE_CHECKING:
    from tests.outbound.conftest import World

ON_POSTGRESQL = pytest.param("postgresql", marks=pytest.mark.debian("postgres", repeats=True))
GATEWAY, OTHER = "at-ke", "tw-ke"
WORDS = {
    "Sent": DlrStatus.SENT,
    "Success": DlrStatus.DELIVERED,
    "Failed": DlrStatus.FAILED,
    "Odd": DlrStatus.UNKNOWN,
}
SUBMITTED, UNKNOWN, SENT = MtStatus.SUBMITTED, MtStatus.UNKNOWN, MtStatus.SENT


@dataclass(frozen=True)
class Message:
    """`attempts`: what the gateways called them, None where no answer came."""

    status: MtStatus
    attempts: tuple[str | None, ...]
    submissions: int = 1


MESSAGES = (
    Message(SENT, ("a0",)),
    Message(SENT, ("a1", "b1"), 2),
    Message(SUBMITTED, (None,)),
    Message(UNKNOWN, (None, None), 2),
    Message(MtStatus.FAILED, ("a4",), 0),
    Message(MtStatus.QUEUED, ("a5",)),
)


class Desk:
    """A database with the MESSAGES, each a gateway's, and who takes reports about them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.receipts = Receipts(world.database, OneClock(world.clock))
        now = world.clock.now()
        with world.database.write() as conn:
            for place, one in enumerate(MESSAGES):
                row = NewRow(
                    id=f"m{place}",
                    ref=f"{place:032x}",
                    dedupe_key=f"k{place}",
                    message_class=MessageClass.RESULT,
                    to_hash=f"h{place}",
                    to_sealed=b"to",
                    body_sealed=b"body",
                    sender_id=None,
                    gateway=GATEWAY,
                    not_before=now,
                    expires_at=now,
                    link_id=None,
                    inbound_event_id=None,
                    resend_of=None,
                    created_at=now,
                )
                messages.insert(conn, row)
                state = {"status": one.status, "submissions": one.submissions}
                own = {"gateway_message_id": one.attempts[0]}
                where = mt_message.c.id == row.id
                conn.execute(update(mt_message).where(where).values(**state, **own))
                for generation, name in enumerate(one.attempts):
                    attempt = {
                        "mt_id": row.id,
                        "generation": generation,
                        "started_at": now,
                        "late": False,
                        "gateway": GATEWAY,
                        "gateway_message_id": name,
                    }
                    conn.execute(insert(send_attempt).values(**attempt))

    def write(self, *asked: Asked) -> list[Receipt]:
        return [heard.receipt for heard in self.receipts.write(asked)]

    def state(self) -> tuple[list[Any], list[Any], list[Any]]:
        """All that reports change; the ids of rows are nobody's business."""
        m, r = mt_message.c, delivery_report.c
        moved = select(
            m.id, m.status, m.gateway_message_id, m.evidence, m.sent_at, m.body_sealed
        ).order_by(m.id)
        stored = select(
            r.gateway, r.gateway_message_id, r.vendor_status, r.dlr_status, r.mt_id, r.look_at
        )
        with self.world.database.read() as conn:
            rows = sorted(tuple(map(str, row)) for row in conn.execute(stored))
            people = select(consent.c.msisdn_hash, consent.c.state).order_by("msisdn_hash")
            return list(conn.execute(moved)), rows, list(conn.execute(people))


def asked(
    name: str,
    word: str = "Success",
    ref: int | None = None,
    *,
    reason: str | None = None,
    gateway: str = GATEWAY,
) -> Asked:
    report = DeliveryReport(
        gateway=gateway,
        gateway_message_id=name,
        status=WORDS[word],
        vendor_status=word,
        reason=reason,
    )
    return Asked(report=report, ref=f"{ref:032x}" if ref is not None else None)


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


NAMES = ["a0", "a1", "b1", "a4", "a5", "new2", "new3", "more3", "strange"]
ASKED = st.builds(
    asked,
    st.sampled_from(NAMES),
    st.sampled_from(list(WORDS)),
    st.none() | st.integers(0, len(MESSAGES)),
    reason=st.none() | st.just(Reason.OPTED_OUT.value),
    gateway=st.sampled_from([GATEWAY, GATEWAY, GATEWAY, OTHER]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(ASKED, max_size=10), st.data())
def test_any_split_ends_as_one_by_one(
    new_world: Callable[[], World], reports: list[Asked], data: st.DataObject
) -> None:
    """A STOP is learnt behind the others of its group, so the groups are those without."""
    together, alone = Desk(new_world()), Desk(new_world())
    try:
        heard: list[Receipt] = []
        left = list(reports)
        expected: list[Receipt] = []
        while left:
            size = data.draw(st.integers(1, len(left)))
            group, left = left[:size], left[size:]
            plain = [one for one in group if one.report.reason is None]
            stops = [one for one in group if one.report.reason is not None]
            found = dict(zip(map(id, group), together.write(*group), strict=True))
            in_turn = (*plain, *stops)
            heard += [found[id(one)] for one in in_turn]
            expected += [alone.write(one)[0] for one in in_turn]
        assert heard == expected
        assert together.state() == alone.state()
        for one in (together, alone):
            one.world.clock.pass_seconds(30)
            one.world.reaper.sweep()
        assert together.state() == alone.state()
    finally:
        for one in (together, alone):
            one.world.database.dispose()


TABLE: list[tuple[str, Sequence[Asked], Sequence[Receipt], dict[str, str]]] = [
    ("two messages", [asked("a0"), asked("a1", "Sent")], [Receipt.TAKEN, Receipt.LATE],
     {"m0": "delivered", "m1": "sent"}),
    ("a copy", [asked("a0"), asked("a0")], [Receipt.TAKEN, Receipt.REPEATED], {"m0": "delivered"}),
    ("backwards", [asked("a0"), asked("a0", "Failed"), asked("a0", "Sent")],
     [Receipt.TAKEN, Receipt.LATE, Receipt.LATE], {"m0": "delivered"}),
    ("one copy of two has failed", [asked("a1", "Failed"), asked("a0", "Failed")],
     [Receipt.LATE, Receipt.TAKEN], {"m0": "failed", "m1": "sent"}),
    ("both have", [asked("a1", "Failed"), asked("b1", "Failed")],
     [Receipt.LATE, Receipt.TAKEN], {"m1": "failed"}),
    ("a stranger and ours", [asked("strange"), asked("a0")], [Receipt.WAITS, Receipt.TAKEN],
     {"m0": "delivered"}),
    ("by ref, before its answer", [asked("new2", ref=2), asked("new2", "Sent")],
     [Receipt.TAKEN, Receipt.LATE], {"m2": "delivered"}),
    ("the second waits, the first tells whose it is", [asked("new2"), asked("new2", "Sent", 2)],
     [Receipt.WAITS, Receipt.TAKEN], {"m2": "delivered"}),
    ("two ids, one attempt", [asked("new2", "Sent", 2), asked("new3", ref=2)],
     [Receipt.TAKEN, Receipt.CONTRADICTS], {"m2": "sent"}),
    ("three ids, two attempts", [asked("x", "Sent", 3), asked("y", ref=3), asked("z", ref=3)],
     [Receipt.TAKEN, Receipt.TAKEN, Receipt.CONTRADICTS], {"m3": "delivered"}),
    ("a ref of another message", [asked("a0", ref=1), asked("a1")],
     [Receipt.CONTRADICTS, Receipt.TAKEN], {"m0": "sent", "m1": "delivered"}),
    ("another gateway's ref and id", [asked("a0", gateway=OTHER), asked("x", ref=0, gateway=OTHER)],
     [Receipt.WAITS, Receipt.CONTRADICTS], {"m0": "sent"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("group", "receipts", "statuses"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_a_group(
    desk: Desk, group: Sequence[Asked], receipts: Sequence[Receipt], statuses: dict[str, str]
) -> None:
    assert desk.write(*group) == receipts
    found = {row.id: str(row.status) for row in desk.state()[0]}
    assert {mt_id: found[mt_id] for mt_id in statuses} == statuses
    again = [Receipt.CONTRADICTS if one is Receipt.CONTRADICTS else Receipt.REPEATED
             for one in receipts]  # fmt: skip
    assert desk.write(*group) == again


def test_stops_that_reports_tell_of_are_learnt_once(desk: Desk) -> None:
    stop = Reason.OPTED_OUT.value
    group = [asked("a1", "Failed", reason=stop), asked("a0", "Failed", reason=stop), asked("a5")]
    assert desk.write(*group) == [Receipt.LATE, Receipt.TAKEN, Receipt.TAKEN]
    out = [("h0", ConsentState.OPTED_OUT), ("h1", ConsentState.OPTED_OUT)]
    assert desk.state()[2] == out
    with desk.world.database.write() as conn:
        conn.execute(update(consent).values(state=ConsentState.OPTED_IN))
    desk.write(*group)
    assert {state for _, state in desk.state()[2]} == {ConsentState.OPTED_IN}


@pytest.mark.parametrize("reports", [[("a0", None)], [("a0", 0)], [("a0", None), ("a1", 1)]])
def test_any_number_of_reports_is_five_statements(
    desk: Desk, reports: list[tuple[str, int | None]]
) -> None:
    seen: list[str] = []
    writer = desk.world.database._engines_here().writer
    event.listen(writer, "before_cursor_execute", lambda *told: seen.append(told[2]))
    desk.write(*(asked(name, ref=ref) for name, ref in reports))
    assert len([one for one in seen if not one.startswith(("BEGIN", "PRAGMA"))]) <= 5


@pytest.mark.parametrize("storage", [ON_POSTGRESQL], indirect=True)
def test_of_a_group_only_those_wait_whose_message_is_being_acted_on(desk: Desk) -> None:
    """As when the end of its send is just being recorded, in whatever order."""
    with ThreadPoolExecutor(1) as pool:
        with desk.world.database.write() as conn:
            conn.execute(update(mt_message).where(mt_message.c.id == "m0").values(owner="w"))
            many = desk.receipts._write({0: asked("a0"), 1: asked("a1")})
            assert list(many) == [1]
            alone = pool.submit(desk.write, asked("a0"))
        assert alone.result(timeout=5) == [Receipt.TAKEN]
    assert desk.write(asked("a1")) == [Receipt.REPEATED]


def test_groups_that_cross_do_not_lock_each_other_out(desk: Desk) -> None:
    def rush(place: int) -> list[Receipt]:
        group = [asked(name, word) for name in ("a0", "a1", "b1", "a5", "x") for word in WORDS]
        return desk.write(*(group if place % 2 else group[::-1]))

    with ThreadPoolExecutor(4) as pool:
        receipts = list(pool.map(rush, range(8)))
    stored = [one for some in receipts for one in some if one is not Receipt.REPEATED]
    assert len(stored) == len(desk.state()[1]) == 5 * len(WORDS)
    found = {row.id: str(row.status) for row in desk.state()[0]}
    assert [found[mt_id] for mt_id in ("m0", "m1", "m5")] == ["delivered"] * 3


def test_a_poisoned_report_hurts_no_other(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    write = desk.receipts._write

    def breaks(group: dict[int, Asked]) -> dict[int, Heard]:
        if any(one.report.gateway_message_id == "poison" for one in group.values()):
            raise ValueError("poison")
        return write(group)

    monkeypatch.setattr(desk.receipts, "_write", breaks)
    names = ["a0", "poison", "a1"]
    with ThreadPoolExecutor(3) as pool:
        done = [pool.submit(desk.receipts.take, asked(name).report) for name in names]
    faults = [one.exception() for one in done]
    assert [type(fault) for fault in faults] == [type(None), ValueError, type(None)]
    assert [row.status for row in desk.state()[0][:2]] == [MtStatus.DELIVERED] * 2


def test_a_database_that_is_down_keeps_nothing(desk: Desk) -> None:
    before = desk.state()
    desk.world.database.failures = 1
    with pytest.raises(DatabaseDown):
        desk.write(asked("a0"), asked("a1"))
    assert desk.state() == before


def test_the_sweep_joins_many_with_few_statements(desk: Desk) -> None:
    """Reports and the ends of their sends missed each other."""
    desk.write(*(asked(f"late{place}") for place in range(4)), asked("strange"))
    late = {f"m{place}": f"late{place}" for place in range(4)}
    with desk.world.database.write() as conn:
        for mt_id, name in late.items():
            where = mt_message.c.id == mt_id
            conn.execute(update(mt_message).where(where).values(gateway_message_id=name))
    desk.world.clock.pass_seconds(6)
    seen: list[str] = []
    writer = desk.world.database._engines_here().writer
    event.listen(writer, "before_cursor_execute", lambda *told: seen.append(told[2]))
    with desk.world.database.write() as conn:
        swept = early_reports.sweep(conn, now=desk.world.clock.now(), limit=100)
    assert {one.id for one in swept} == late.keys()
    assert len(seen) < 10
    assert [row.status for row in desk.state()[0][:4]] == [MtStatus.DELIVERED] * 4
