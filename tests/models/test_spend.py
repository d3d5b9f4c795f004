"""Counters beside parallel writers: nobody waits, and each sees what the others have committed."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from sqlalchemy import func, select

from models import bulk, spend
from models.database import Database
from models.spend import SHARDS, Counter, Counts, Sum

BUDGET = Counter("2026-11-23", Counts.BUDGET, currency="INR")
SPENT = Counter("2026-11-23", Counts.SPENT, "india", "IN", "umang", "INR")
OTHER = Counter("2026-11-23", Counts.SPENT, "india", "IN", "bhim", "INR")
PREFIX = Counter("2026-11-23T09", Counts.PREFIX, subject="a hash")
ONE = Sum(1, 1_000_000)


def test_counters_add_up_and_can_be_taken_back(database: Database) -> None:
    for expected in (1, 2, 3):
        with database.write() as conn:
            shard = spend.take_shard(conn)
            bulk.make_all(conn, [spend.raised(dict.fromkeys((BUDGET, SPENT, PREFIX), ONE), shard)])
            sums = spend.look(conn, [BUDGET, SPENT, PREFIX]).sums
        assert sums == dict.fromkeys((BUDGET, SPENT, PREFIX), Sum(expected, expected * 1_000_000))
    with database.write() as conn:
        bulk.make_all(conn, [spend.raised({SPENT: Sum(-1, -1_000_000)}, shard)])
        assert spend.look(conn, [SPENT, OTHER]).sums == {SPENT: Sum(2, 2_000_000), OTHER: Sum(0, 0)}
    with database.read() as conn:
        assert spend.spent(conn, "2026-11-23") == [(SPENT, Sum(2, 2_000_000))]


@pytest.mark.parametrize("storage", ["postgresql"], indirect=True)
def test_parallel_writers_do_not_wait_and_add_up(database: Database) -> None:
    with ExitStack() as open_ones:
        shards = []
        for _ in range(3):
            conn = open_ones.enter_context(database.write())
            shards.append(spend.take_shard(conn))
            # Within a second, or the database would end the wait; the others are not committed.
            bulk.make_all(conn, [spend.raised({BUDGET: ONE, SPENT: ONE}, shards[-1])])
            assert spend.look(conn, [BUDGET]).sums == {BUDGET: ONE}
        assert sorted(shards) == [0, 1, 2]
    with database.write() as conn:
        assert spend.take_shard(conn) == 0
        bulk.make_all(conn, [spend.raised({BUDGET: ONE, SPENT: ONE}, 0)])
        assert spend.look(conn, [BUDGET]).sums == {BUDGET: Sum(4, 4_000_000)}
    with database.read() as conn:
        assert spend.spent(conn, "2026-11-23") == [(SPENT, Sum(4, 4_000_000))]
        rows = select(func.count()).select_from(spend.spend_counter)
        assert conn.execute(rows).scalar() == 2 * 3


@pytest.mark.parametrize("storage", ["postgresql"], indirect=True)
def test_who_looks_takes_one_shard_for_all_that_he_looks_at(database: Database) -> None:
    with ExitStack() as open_ones:
        conns = [open_ones.enter_context(database.write()) for _ in range(SHARDS + 2)]
        shards = [spend.look(conn, [BUDGET, SPENT, PREFIX]).shard for conn in conns[:-1]]
        assert shards == [*range(SHARDS), None]
        assert spend.take_shard(conns[-1]) == SHARDS
        assert spend.look(conns[0], []).shard is None


@pytest.mark.parametrize("storage", ["postgresql"], indirect=True)
def test_more_writers_than_shards_have_one_line(database: Database) -> None:
    with ExitStack() as open_ones:
        conns = [open_ones.enter_context(database.write()) for _ in range(SHARDS + 1)]
        assert [spend.take_shard(conn) for conn in conns] == list(range(SHARDS + 1))
