"""G1, G2, G3: any process is killed every two seconds, and vendors do their worst."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.debian("postgres"),
    pytest.mark.parametrize("storage", ["postgresql"], indirect=True),
]


def test_g1_g2_g3_kill_any_process(
    new_field: Any,
    seconds: Callable[[float], float],
    times: Callable[[int, int], int],
    tell: Callable[..., None],
) -> None:
    field = new_field(threads=times(4, 16))
    with field.supervised(field.kill_at_random, every=2.0):
        field.crowd(seconds(16), rate=times(60, 200))
        field.wait_for_crowds(seconds(16) + 60)
    field.wait_until_settled(90 + seconds(16))
    verdict = field.verdict()
    kills = sum(field.kills.values())
    allowed = verdict.ambiguous + field.kills["dispatcher"] * field.wishes.threads
    tell("G1", f"{verdict}  kills {kills}")
    tell(
        "G2",
        f"second copies: once-only classes {len(verdict.doubled_once_only)}, links "
        f"{len(verdict.copied)} of {allowed} that faults and kills explain, after a report "
        f"{len(verdict.copied_though_reported)}",
    )
    once = sum(kind == "confirmation" for kind in verdict.promised.values())
    tell(
        "G3",
        f"once-only not sent {len(verdict.not_sent)} of {once}, all visible; marked sent and not "
        f"taken {len(verdict.said_sent)}, marked failed and taken {len(verdict.said_failed)}",
    )
    assert kills > 3
    assert verdict.is_sound, verdict
    assert len(verdict.copied) <= allowed
    assert max(verdict.copies.values()) <= 2
    assert len(verdict.copied_though_reported) <= 1
