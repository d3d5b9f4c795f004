"""By which index PostgreSQL finds the rows of a busy outbox, while its tables are still empty.

A plan outlives the size that it was made for: what reads all that are submitted, or a whole table,
is quick on the first day and half of the server's work on the second.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Final

import pytest
from psycopg._queries import MAX_CACHED_STATEMENT_LENGTH
from sqlalchemy import Connection, event

from models import (
    delivery_report,
    menu_preview,
    mt_moves,
    mt_turns,
    report_owners,
    send_attempt,
)
from models.database import Database
from models.delivery_report import Pair
from models.mt_moves import Proof, Way
from models.report_owners import Token
from models.send_attempt import Finished
from telecom.statuses import MtStatus
from tests.models.held import FUTURE, HELD, NOW

pytestmark = pytest.mark.parametrize("storage", ["postgresql"], indirect=True)

MESSAGE, ATTEMPT = "pk_mt_message", "uq_send_attempt_mt_id_generation"
TABLES: Final = re.compile(r" on (mt_message|send_attempt|delivery_report)\b")
USED: Final = re.compile(r"using (\w+)|$")
BY_NAME: Final = re.compile(r"Index Cond:.* = .*\b(given|ended|wanted)(_\d)?\.")
NAMED, OWNED = "uq_delivery_report_once", "ix_delivery_report_mt_id"

WAY = Way(gateway="at-ke", sender_id=None)
ENDED = Finished(
    mt_id="m1",
    generation=1,
    outcome="accepted",
    reason=None,
    http_code=None,
    gateway_message_id="at-1",
    late=False,
)
PROOF = Proof(mt_id="m1", after=MtStatus.DELIVERED, evidence="dlr", was_out=True)
NAME = Pair("at-ke", "at-1")


def intents(conn: Connection) -> object:
    return mt_turns.turn(conn, {}, {HELD: WAY}, now=NOW, lease_until=FUTURE)


def sent(conn: Connection) -> object:
    return mt_turns.turn(conn, {HELD: "at-1"}, {}, now=NOW, lease_until=FUTURE)


def both(conn: Connection) -> object:
    other = replace(HELD, id="m2")
    return mt_turns.turn(conn, {HELD: "at-1"}, {other: WAY}, now=NOW, lease_until=FUTURE)


def proofs(conn: Connection) -> object:
    return mt_moves.record_proofs(conn, [PROOF], now=NOW)


def attempts(conn: Connection) -> None:
    send_attempt.finish(conn, [ENDED], NOW)


def stored(conn: Connection) -> object:
    return delivery_report.stored_of(conn, [NAME], ["m1"])


@pytest.mark.parametrize(
    ("run", "indexes"),
    [
        pytest.param(intents, {MESSAGE}, id="intents"),
        pytest.param(sent, {MESSAGE, ATTEMPT, NAMED, OWNED}, id="what was sent"),
        pytest.param(both, {MESSAGE, ATTEMPT, NAMED, OWNED}, id="a turn"),
        pytest.param(proofs, {MESSAGE}, id="proofs"),
        pytest.param(attempts, {ATTEMPT}, id="ends of attempts"),
        pytest.param(stored, {NAMED, OWNED}, id="stored reports"),
    ],
)
def test_rows_are_found_by_their_names(
    database: Database, run: Callable[[Connection], object], indexes: set[str]
) -> None:
    looks = list(pairwise(plan_of(database, run)))
    reads = [(line, below) for line, below in looks if TABLES.search(line) and "Scan" in line]
    assert {found[1] for line, _ in reads if (found := USED.search(line))} == indexes
    assert all(BY_NAME.search(below) for _, below in reads), reads


@pytest.mark.parametrize("run", [intents, sent, both])
def test_the_driver_remembers_how_it_read_a_turn(
    database: Database, run: Callable[[Connection], object]
) -> None:
    """It reads a longer statement anew with each execution, which costs as much as the rest."""
    said: list[str] = []
    with database.write() as conn:
        event.listen(conn, "before_cursor_execute", lambda *told: said.append(told[2]))
        run(conn)
    assert said
    assert max(map(len, said)) <= MAX_CACHED_STATEMENT_LENGTH


def test_the_owners_of_reports_are_found_by_their_names(database: Database) -> None:
    tokens = [Token("at-ke", "ref")]
    plan = plan_of(database, lambda conn: report_owners.find(conn, [NAME], tokens, waits=True))
    reads = [line for line in plan if TABLES.search(line) and "Scan" in line]
    assert {found[1] for line in reads if (found := USED.search(line))} == {
        "ix_mt_message_gateway_message_id",
        "ix_send_attempt_gateway_message_id",
        "uq_mt_message_ref",
        ATTEMPT,
        MESSAGE,
    }


def test_what_is_read_whole_is_not_compiled_for_it(database: Database) -> None:
    plan = plan_of(database, menu_preview.previews)
    assert any("on menu_preview" in line for line in plan)
    assert not any("JIT" in line for line in plan)


def plan_of(database: Database, run: Callable[[Connection], object]) -> list[str]:
    plan: list[str] = []
    with database.write() as conn:

        def explain(
            _conn: object, _cursor: object, words: str, given: object, *_others: object
        ) -> None:
            cursor = conn.connection.cursor()
            cursor.execute(f"EXPLAIN {words}", given)  # type: ignore[arg-type]
            plan.extend(str(row[0]) for row in cursor.fetchall())

        event.listen(conn, "before_cursor_execute", explain)
        run(conn)
    return plan
