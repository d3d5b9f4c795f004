"""Threads that claim from one real file: no row goes to two of them, none is left."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING

from telecom.statuses import MtStatus

if TYPE_CHECKING:
    from tests.outbound.conftest import World

ROWS = 90
THREADS = 4


def run_together(work: list[threading.Thread]) -> None:
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()


def test_no_row_is_claimed_twice(world: World) -> None:
    enqueued = {world.enqueue() for _ in range(ROWS)}
    start = threading.Barrier(THREADS)
    claimed: list[tuple[str, str]] = []

    def claim_all(owner: str) -> None:
        worker = world.dispatcher(owner, batch=7)
        start.wait(10)
        while claims := worker.claim():
            claimed.extend((owner, claim.id) for claim in claims)

    run_together([threading.Thread(target=claim_all, args=(f"w{n}",)) for n in range(THREADS)])
    assert Counter(mt_id for _, mt_id in claimed) == Counter(enqueued)
    assert {(row.owner, row.id) for row in world.rows()} == set(claimed)


def test_every_row_is_sent_once_by_many(world: World) -> None:
    enqueued = [world.enqueue() for _ in range(ROWS // 2)]
    start = threading.Barrier(THREADS)

    def send_all(owner: str) -> None:
        worker = world.dispatcher(owner, batch=3)
        start.wait(10)
        while world.send_due(worker):
            pass

    run_together([threading.Thread(target=send_all, args=(f"w{n}",)) for n in range(THREADS)])
    assert [world.copies(mt_id) for mt_id in enqueued] == [1] * len(enqueued)
    assert {row.status for row in world.rows()} == {MtStatus.SENT}
