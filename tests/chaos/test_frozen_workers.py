"""G5: a dispatcher is frozen beyond its lease, and wakes when others have taken its work."""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any, Final

import pytest

from telecom.statuses import MessageClass
from tests.servers.processes import STOPPED, state_of

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.debian("postgres"),
    pytest.mark.parametrize("storage", ["postgresql"], indirect=True),
]
LINK, ONCE = MessageClass.LINK, MessageClass.CONFIRMATION
LEASE, SETTLE = 4, 4
# The signal is for the thread that is there: one for the process may be taken up by another thread,
# and this one goes on meanwhile, as far as to the vendor.
FREEZE: Final = """
import os, signal, threading
import outbound.calling, outbound.claiming, outbound.dispatcher

def frozen(name, armed=[]):
    if name == os.environ.get("CHAOS_FREEZE_AT") and not armed:
        armed.append(name)
        signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)

for room in (outbound.calling, outbound.claiming, outbound.dispatcher):
    room.failpoint = frozen
"""
# Where it is frozen: copies of a link and of a once-only message, by a vendor that tells nothing.
PLACES: Final = {"after_claim": (1, 1), "after_intent": (1, 0), "after_reply": (2, 1)}


@pytest.mark.parametrize("place", PLACES)
def test_g5_frozen_at_a_named_place(place: str, new_field: Any, tell: Callable[..., None]) -> None:
    field = new_field(
        webs=0, dispatchers=2, threads=1, faults={}, reports=None, opens=False,
        lease_seconds=LEASE, settle_seconds=SETTLE, after_fork=FREEZE,
    )  # fmt: skip
    frozen, healthy = field.dispatchers
    frozen.environ = {"CHAOS_FREEZE_AT": place}
    people = {}
    for number, kind in enumerate((LINK, ONCE)):
        people[kind] = field.promise(number, "us", kind)
        frozen.start()
        field.wait_until(lambda: state_of(frozen.pid) == STOPPED, 30)
        healthy.start()
        field.let_time_pass(LEASE + 1)
        # The other one has decided by itself: sent again, or unknown for good.
        field.wait_until(lambda: not {"claimed", "submitted"} & set(field.statuses()), 30)
        field.let_time_pass(SETTLE + 1)
        field.wait_until(lambda: set(field.statuses()) <= {"sent", "unknown_final"}, 30)
        threading.Event().wait(LEASE)  # the frozen one's own clock goes on, and nobody hurries it
        os.killpg(frozen.pid, signal.SIGCONT)
        if place == "after_reply":
            field.wait_until(lambda: b"late reply" in frozen.words(), 30)
            field.wait_until(lambda: set(field.statuses()) == {"sent"}, 10)  # it is evidence
        elif place == "after_claim":
            field.wait_until(lambda: b"claim lost" in frozen.words(), 30)
        else:
            field.wait_until(lambda: b"too_late" in frozen.words() or len(field.took()) > 1, 30)
        frozen.kill()
        healthy.kill()
    copies = Counter(entry["to"] for entry in field.took() if entry.get("taken"))
    got = (copies[people[LINK]], copies[people[ONCE]])
    tell("G5", f"frozen {place}: copies of a link {got[0]}, of a once-only message {got[1]}")
    assert got == PLACES[place]


def test_g5_wakes_while_another_sends(new_field: Any, tell: Callable[..., None]) -> None:
    """What it says of a claim that is no longer its own must not touch the other one's call."""
    lease = 8
    field = new_field(
        webs=0, dispatchers=2, threads=1, faults={}, reports=None, opens=False,
        lease_seconds=lease, settle_seconds=SETTLE, after_fork=FREEZE,
        scripts={"+918000000000": ["very_slow"]},
    )  # fmt: skip
    frozen, healthy = field.dispatchers
    frozen.environ = {"CHAOS_FREEZE_AT": "after_intent"}
    field.promise(0, "us", LINK)
    frozen.start()
    field.wait_until(lambda: state_of(frozen.pid) == STOPPED, 30)
    threading.Event().wait(lease / 2 + 1)  # too late to send
    field.let_time_pass(lease + 1)
    healthy.start()
    field.wait_until(lambda: not {"claimed", "submitted"} & set(field.statuses()), 30)
    field.let_time_pass(SETTLE + 1)
    field.wait_until(lambda: len(field.took()) == 1, 30)
    os.killpg(frozen.pid, signal.SIGCONT)
    field.wait_until(lambda: b"too_late" in frozen.words(), 30)
    assert "queued" not in field.statuses()  # or somebody would call again, if he is fast enough
    field.wait_until_settled()
    threading.Event().wait(2.0)  # a second call would have begun
    tell("G5", f"wakes while another sends: copies of a link {len(field.took())}")
    assert len(field.took()) == 1


def test_g5_frozen_at_random(
    new_field: Any, times: Callable[[int, int], int], tell: Callable[..., None]
) -> None:
    field = new_field(
        faults={"slow": 0.05}, reports={}, lease_seconds=3, settle_seconds=4, threads=2
    )
    freezes, pause = times(3, 100), threading.Event()
    field.crowd(freezes * 7.0, rate=15)
    for _ in range(freezes):
        victim = field.chance.choice(field.dispatchers)
        os.killpg(victim.pid, signal.SIGSTOP)
        pause.wait(6.0)
        os.killpg(victim.pid, signal.SIGCONT)
        pause.wait(field.chance.uniform(0.2, 1.5))
    field.wait_for_crowds()
    field.wait_until_settled()
    verdict = field.verdict()
    tell(
        "G5", f"{verdict}  freezes {freezes}  after a report {len(verdict.copied_though_reported)}"
    )
    assert verdict.is_sound, verdict
    assert len(verdict.copied_though_reported) <= max(1, freezes // 100)
    assert len(verdict.copied) <= freezes * field.wishes.threads
