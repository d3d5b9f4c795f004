"""G2, G3: what each answer of a vendor makes of a message, told by the vendor's own ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, Final

import pytest

from telecom.statuses import MessageClass

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.debian("postgres"),
    pytest.mark.parametrize("storage", ["postgresql"], indirect=True),
]
LINK, ONCE = MessageClass.LINK, MessageClass.CONFIRMATION
# What the vendor does with one request after the other; then all is accepted. Copies on the phone.
CASES: Final[list[tuple[MessageClass, tuple[str, ...], int, str]]] = [
    (LINK, ("no_reply",) * 4, 2, "unknown_final"),
    (ONCE, ("no_reply",) * 4, 1, "unknown_final"),
    (LINK, ("fault_taken",), 2, "sent"),
    (ONCE, ("fault_taken",), 1, "unknown_final"),
    (LINK, ("lost_before",), 1, "sent"),
    (ONCE, ("lost_before",), 0, "unknown_final"),
    # The first copy may be on the phone, whatever the vendor says of the second.
    (LINK, ("no_reply", "refuse"), 1, "unknown_final"),
    (LINK, ("throttle", "throttle"), 1, "sent"),
    (ONCE, ("throttle", "throttle"), 1, "sent"),
    (LINK, ("refuse",), 0, "failed"),
    (ONCE, ("refuse",), 0, "failed"),
]


@pytest.mark.parametrize("gateway", ["india", "us"])
def test_g3_every_answer(gateway: str, new_field: Any, tell: Callable[..., None]) -> None:
    scripts = {f"+91{8_000_000_000 + n}": case[1] for n, case in enumerate(CASES)}
    field = new_field(
        webs=0, dispatchers=1, faults={}, reports=None, scripts=scripts,
        lease_seconds=2, settle_seconds=2,
    )  # fmt: skip
    people = [field.promise(n, gateway, case[0]) for n, case in enumerate(CASES)]
    field.wait_until_settled(60)
    copies = Counter(entry["to"] for entry in field.took() if entry["taken"])
    statuses = field.statuses_by_caller(people)
    got = [(copies[to], statuses[to]) for to in people]
    wrong = [(*case, *found) for case, found in zip(CASES, got, strict=True) if found != case[2:]]
    tell("G3", f"{gateway}: answers {len(CASES)}, copies or ends that are wrong {len(wrong)}")
    assert not wrong
