"""The life of an MT message as one table: every move from every status, and what guards it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import Connection, Row, event, literal, select, text, update
from sqlalchemy.dialects import postgresql

from models import mt_claims, mt_moves, mt_sweeps, mt_turns
from models.database import Database
from models.dialect import chosen
from models.mt_message import mt_message
from models.mt_moves import IllegalMove, Settlement, moving
from models.send_attempt import send_attempt
from telecom.statuses import MOVES, MessageClass, MtStatus, may_move
from tests.models.held import FUTURE, HELD, LEASE, NOW, PAST, put

S = MtStatus
ON_POSTGRESQL = pytest.param("postgresql", marks=pytest.mark.debian("postgres", repeats=True))


def stored(conn: Connection) -> Row[tuple[object, ...]]:
    return conn.execute(select(mt_message)).one()


def settled(after: MtStatus, **more: object) -> Callable[[Connection], object]:
    settlement = Settlement(after=after, last_outcome="word", **more)  # type: ignore[arg-type]
    return lambda conn: mt_moves.settle(conn, HELD, settlement, now=NOW)


def accepted(conn: Connection) -> bool:
    before = stored(conn).status
    mt_turns.turn(conn, {HELD: "g1"}, {}, now=NOW, lease_until=NOW + LEASE)
    return stored(conn).status is not before


def proven(after: MtStatus) -> Callable[[Connection], object]:
    return lambda conn: mt_moves.record_evidence(conn, "m1", after, evidence="dlr", now=NOW)


def claimed(conn: Connection) -> object:
    return mt_claims.claim(conn, owner="w2", now=NOW, lease_until=NOW + LEASE, limit=10)


@dataclass(frozen=True)
class Op:
    """A move, the statuses that it moves and where to, and what the row must be like for it."""

    run: Callable[[Connection], object]
    moves: Mapping[MtStatus, MtStatus]
    columns: tuple[tuple[str, object], ...] = ()


LEASE_OVER = (("lease_until", PAST),)
EVIDENT = (S.QUEUED, S.CLAIMED, S.SUBMITTED, S.UNKNOWN, S.UNKNOWN_FINAL)

WAYS = {HELD: mt_moves.Way(gateway=HELD.gateway, sender_id=HELD.sender_id)}

OPS = {
    "claim": Op(claimed, {S.QUEUED: S.CLAIMED}),
    "put back": Op(lambda c: mt_moves.put_back(c, HELD, now=NOW), {S.CLAIMED: S.QUEUED}),
    "intent": Op(
        lambda c: mt_turns.turn(c, {}, WAYS, now=NOW, lease_until=NOW + LEASE).written,
        {S.CLAIMED: S.SUBMITTED},
    ),
    # Whoever holds it by now: it went out after all.
    "accepted": Op(accepted, {S.SUBMITTED: S.SENT} | dict.fromkeys(EVIDENT, S.SENT)),
    "refused, again": Op(
        settled(S.QUEUED, was_refused=True, not_before=FUTURE), {S.SUBMITTED: S.QUEUED}
    ),
    "refused for good": Op(settled(S.FAILED, was_refused=True), {S.SUBMITTED: S.FAILED}),
    "refused, doubtful": Op(settled(S.UNKNOWN_FINAL), {S.SUBMITTED: S.UNKNOWN_FINAL}),
    "ambiguous": Op(settled(S.UNKNOWN), {S.SUBMITTED: S.UNKNOWN}),
    "proof: sent": Op(proven(S.SENT), dict.fromkeys(EVIDENT, S.SENT)),
    "proof: delivered": Op(
        proven(S.DELIVERED), dict.fromkeys((*EVIDENT, S.SENT, S.FAILED), S.DELIVERED)
    ),
    "proof: failed": Op(
        proven(S.FAILED),
        # A copy that failed ends a resend that waits: the network has said that it cannot.
        dict.fromkeys((*EVIDENT, S.SENT), S.FAILED),
    ),
    "suppress": Op(
        lambda c: mt_moves.suppress(c, "m1", why="opted_out", now=NOW),
        {S.QUEUED: S.SUPPRESSED, S.CLAIMED: S.SUPPRESSED},
    ),
    "sweep: reclaim": Op(
        lambda c: mt_sweeps.reclaim(c, now=NOW, limit=9), {S.CLAIMED: S.QUEUED}, LEASE_OVER
    ),
    "sweep: doubt": Op(
        lambda c: mt_sweeps.doubt(c, now=NOW, limit=9), {S.SUBMITTED: S.UNKNOWN}, LEASE_OVER
    ),
    "sweep: resend": Op(
        lambda c: mt_sweeps.resend(c, unknown_until=NOW, now=NOW, limit=9),
        {S.UNKNOWN: S.QUEUED},
        (("submissions", 1),),
    ),
    "sweep: close": Op(
        lambda c: mt_sweeps.close(c, unknown_until=NOW, now=NOW, limit=9),
        {S.UNKNOWN: S.UNKNOWN_FINAL},
        (("submissions", 2),),
    ),
    "sweep: expire": Op(
        lambda c: mt_sweeps.expire(c, now=NOW, limit=9),
        {S.QUEUED: S.EXPIRED},
        (("expires_at", PAST),),
    ),
    "sweep: expire doubtful": Op(
        lambda c: mt_sweeps.expire_doubtful(c, now=NOW, limit=9),
        {S.QUEUED: S.UNKNOWN_FINAL},
        (("expires_at", PAST), ("ambiguous_before", True)),
    ),
}


@pytest.mark.parametrize(("name", "before"), list(product(OPS, MtStatus)))
def test_every_move_from_every_status(database: Database, name: str, before: MtStatus) -> None:
    op = OPS[name]
    with database.write() as conn:
        put(conn, before, **dict(op.columns))
        untouched = stored(conn)
        assert bool(op.run(conn)) is (before in op.moves)
        row = stored(conn)
    if before not in op.moves:
        assert row == untouched
        return
    assert row.status is op.moves[before]
    assert row.updated_at == NOW
    assert (row.owner is None) is (row.status not in (S.CLAIMED, S.SUBMITTED))
    assert (row.lease_until is None) is (row.owner is None)


def test_the_code_makes_exactly_the_legal_moves() -> None:
    made = {move for op in OPS.values() for move in op.moves.items()}
    legal = {(before, after) for before, afters in MOVES.items() for after in afters}
    assert made <= legal
    assert legal - made == {(S.CLAIMED, S.EXPIRED)}  # goes by way of queued: one place ends lives


@pytest.mark.parametrize(("before", "after"), list(product(MtStatus, MtStatus)))
def test_an_illegal_move_cannot_even_be_written(before: MtStatus, after: MtStatus) -> None:
    if may_move(before, after):
        moving({before}, after)
    else:
        with pytest.raises(IllegalMove, match=f"{before} to {after}"):
            moving({before}, after)


@pytest.mark.parametrize(
    ("columns", "is_good"),
    [
        ({}, True),
        ({"generation": 2}, False),
        ({"lease_until": NOW}, False),
        ({"lease_until": PAST}, False),
        ({"expires_at": NOW}, False),
        ({"id": "m2"}, False),
    ],
)
def test_an_intent_is_guarded(
    database: Database, columns: dict[str, object], is_good: bool
) -> None:
    with database.write() as conn:
        put(conn, S.CLAIMED, **columns)
        written = mt_turns.turn(conn, {}, WAYS, now=NOW, lease_until=NOW + LEASE).written
        row = stored(conn)
        attempts = conn.execute(select(send_attempt)).all()
    assert (HELD.id in written, row.submissions, row.attempts) == (is_good, is_good, is_good)
    assert [(one.generation, one.started_at, one.outcome) for one in attempts] == (
        [(1, NOW, None)] if is_good else []
    )


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("claim", {"not_before": NOW + timedelta(seconds=1)}),
        ("claim", {"expires_at": NOW}),
        ("put back", {"generation": 2}),
        ("ambiguous", {"generation": 2}),
        ("suppress", {"submissions": 1}),
        ("sweep: reclaim", {"lease_until": FUTURE}),
        ("sweep: doubt", {"lease_until": FUTURE}),
        ("sweep: resend", {"unknown_since": FUTURE}),
        ("sweep: resend", {"submissions": 2}),
        ("sweep: resend", {"expires_at": NOW}),
        ("sweep: resend", {"message_class": MessageClass.OTP}),
        ("sweep: resend", {"message_class": MessageClass.BULK, "submissions": 0}),
        ("sweep: close", {"unknown_since": FUTURE}),
        ("sweep: close", {"submissions": 1}),
        ("sweep: expire", {"expires_at": FUTURE}),
        ("sweep: expire", {"ambiguous_before": True}),
        ("sweep: expire doubtful", {"ambiguous_before": False}),
    ],
)
def test_a_guard_refuses(database: Database, name: str, columns: dict[str, object]) -> None:
    op = OPS[name]
    before = next(iter(op.moves))
    with database.write() as conn:
        put(conn, before, **dict(op.columns) | columns)
        assert not op.run(conn)
        assert stored(conn).status is before


@pytest.mark.parametrize(
    ("name", "columns", "expected"),
    [
        ("accepted", {}, {"sent_at": NOW, "evidence": "reply", "gateway_message_id": "g1"}),
        ("ambiguous", {}, {"unknown_since": NOW, "ambiguous_before": True, "evidence": "word"}),
        (
            "refused, again",
            {"submissions": 2, "attempts": 2},
            {"submissions": 1, "attempts": 2, "not_before": FUTURE},
        ),
        ("refused for good", {}, {"body_sealed": b"body", "last_outcome": "word"}),
        ("refused for good", {"message_class": MessageClass.OTP}, {"body_sealed": None}),
        ("ambiguous", {"message_class": MessageClass.OTP}, {"body_sealed": b"body"}),
        ("sweep: doubt", {}, {"unknown_since": NOW, "ambiguous_before": True}),
        ("sweep: resend", {}, {"not_before": NOW, "submissions": 1}),
        ("claim", {}, {"generation": 2, "owner": "w2", "lease_until": NOW + LEASE}),
        ("suppress", {}, {"last_outcome": "opted_out"}),
    ],
)
def test_what_a_move_writes(
    database: Database, name: str, columns: dict[str, object], expected: dict[str, object]
) -> None:
    op = OPS[name]
    with database.write() as conn:
        put(conn, next(iter(op.moves)), **dict(op.columns) | columns)
        assert op.run(conn)
        row = stored(conn)._mapping
    assert {column: row[column] for column in expected} == expected


def test_evidence_keeps_the_first_gateway_message_id_and_time(database: Database) -> None:
    with database.write() as conn:
        put(conn, S.SENT, gateway_message_id="g1", sent_at=PAST)
        assert mt_moves.record_evidence(
            conn, "m1", S.DELIVERED, evidence="dlr", now=NOW, gateway_message_id="g2"
        )
        row = stored(conn)
    assert (row.gateway_message_id, row.sent_at, row.evidence) == ("g1", PAST, "dlr")


def test_a_class_of_a_newer_release_is_left_to_it(database: Database) -> None:
    with database.write() as conn:
        put(conn, S.QUEUED)
        conn.execute(text("UPDATE mt_message SET message_class = 'voucher'"))
        assert not mt_claims.lanes_due(conn, NOW)
        assert claimed(conn) == []
        conn.execute(text("UPDATE mt_message SET status = 'unknown', submissions = 5"))
        assert mt_sweeps.close(conn, unknown_until=NOW, now=NOW, limit=9) == []


def test_a_sweep_is_bounded(database: Database) -> None:
    with database.write() as conn:
        queue(conn, 4)
        conn.execute(update(mt_message).values(status=S.CLAIMED, lease_until=PAST))
        swept = [len(mt_sweeps.reclaim(conn, now=NOW, limit=3)) for _ in range(3)]
    assert swept == [3, 1, 0]


@pytest.mark.parametrize(
    ("run", "index"),
    [
        (lambda c: mt_claims.lanes_due(c, NOW), "ix_mt_message_due"),
        (claimed, "ix_mt_message_due"),
        (lambda c: mt_sweeps.reclaim(c, now=NOW, limit=9), "ix_mt_message_claimed"),
        (lambda c: mt_sweeps.doubt(c, now=NOW, limit=9), "ix_mt_message_submitted"),
        (lambda c: mt_sweeps.expire(c, now=NOW, limit=9), "ix_mt_message_overdue"),
    ],
)
def test_polling_reads_the_small_index(
    database: Database, run: Callable[[Connection], object], index: str
) -> None:
    plans: list[str] = []
    explains = {"sqlite": "EXPLAIN QUERY PLAN", "postgresql": "EXPLAIN"}

    def explain(statement: str, parameters: tuple[object, ...]) -> None:
        words = explains[conn.dialect.name]
        explained = conn.connection.cursor().execute(f"{words} {statement}", parameters)
        plans.extend(str(row[-1]) for row in explained)

    with database.write() as conn:
        if conn.dialect.name == "postgresql":  # which reads a small table whole, given the choice
            conn.exec_driver_sql("SET LOCAL enable_seqscan = off")
            if index == "ix_mt_message_overdue":  # all that wait for another reason cost the same
                queue(conn, 50)
                conn.exec_driver_sql("ANALYZE mt_message")
        event.listen(
            conn,
            "before_cursor_execute",
            lambda _conn, _cursor, statement, parameters, _context, _many: explain(
                statement, parameters
            ),
        )
        run(conn)
    assert any(index in plan for plan in plans)
    assert not any(plan.startswith("SCAN mt_message") for plan in plans)
    assert not any("Seq Scan on mt_message" in plan for plan in plans)


def queue(conn: Connection, count: int) -> None:
    """Rows m1, m2, ... that are due."""
    put(conn, S.QUEUED, owner=None, lease_until=None)
    columns = [column.name for column in mt_message.c if column.name != "id"]
    unique = [f"{name} || n" if name in ("ref", "dedupe_key") else name for name in columns]
    numbers = ", ".join(f"({n})" for n in range(2, count + 1))
    conn.execute(
        text(
            f"WITH n(n) AS (VALUES {numbers})"
            f" INSERT INTO mt_message (id, {', '.join(columns)})"
            f" SELECT 'm' || n, {', '.join(unique)} FROM mt_message, n"
        )
    )


@pytest.mark.parametrize("storage", [ON_POSTGRESQL], indirect=True)
def test_workers_pass_each_other(database: Database) -> None:
    """Two claims that are both still uncommitted: neither waits, and they share no row."""
    with database.write() as conn:
        queue(conn, 9)

    def claim(conn: Connection, owner: str) -> set[str]:
        found = mt_claims.claim(conn, owner=owner, now=NOW, lease_until=FUTURE, limit=4)
        return {one.id for one in found}

    with database.write() as first, database.write() as second, database.write() as third:
        shares = [claim(conn, f"w{n}") for n, conn in enumerate((first, second, third))]
    assert [len(share) for share in shares] == [4, 4, 1]
    assert set.union(*shares) == {f"m{n}" for n in range(1, 10)}


def test_the_claim_is_worded_for_workers_to_pass_each_other() -> None:
    ids = chosen(select(mt_message.c.id), limit=literal(10))
    claim = moving({S.QUEUED}, S.CLAIMED).where(mt_message.c.id.in_(select(ids.c.id)))
    sql = str(claim.compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
    assert "AS MATERIALIZED" in sql
    assert "FOR UPDATE SKIP LOCKED" in sql
