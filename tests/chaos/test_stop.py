"""G26: after STOP was acknowledged nothing is sent to its sender, whatever was on its way."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import pytest
from redis import Redis

from tests.chaos.field import SECRET, post

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.debian("postgres", "redis-server"),
    pytest.mark.parametrize("storage", ["postgresql"], indirect=True),
]
GRACE_SECONDS: Final = 5.0
pause: Final = threading.Event()


def test_g26_stop_among_everything_else(
    new_field: Any,
    own_redis: Any,
    seed: int,
    times: Callable[[int, int], int],
    tell: Callable[..., None],
) -> None:
    # Throttled and unclear sends wait in the outbox, and STOP must reach them there.
    field = new_field(
        at_redis=own_redis.url, faults={"throttle": 0.3, "no_reply": 0.1, "slow": 0.1}, reports={}
    )
    people, within = times(120, 10_000), times(8, 400)
    chance, stopped, rung = random.Random(seed), {}, []

    def live(number: int, moments: list[float], stop_at: float) -> None:
        began = time.monotonic()
        caller = f"+91{9_500_000_000 + number}"
        for nth, moment in enumerate(sorted([*moments, stop_at])):
            pause.wait(max(0.0, began + moment - time.monotonic()))
            if moment == stop_at:
                form = {"from": caller, "to": "56161", "text": "STOP", "id": f"ATXid_stop_{number}"}
                form["date"] = "2026-11-23 09:00:00"
                while post(field.ports[number % 2], f"/sms/india/{SECRET}", form) != 200:
                    pause.wait(0.2)
                stopped[caller] = time.time()
                continue
            form = {"isActive": "1", "sessionId": f"ATVId_{number}_{nth}", "direction": "Inbound"}
            form |= {"callerNumber": caller, "destinationNumber": "+919718397183"}
            post(field.ports[nth % 2], f"/missed-call/india/{SECRET}", form)
            rung.append(caller)

    with field.supervised(field.kill_at_random, every=3.0), ThreadPoolExecutor(40) as crowd:
        for number in range(people):
            # Around STOP, and once more when everybody should have heard of it.
            moments = [*(chance.uniform(0, 1.0) for _ in range(3)), chance.uniform(7.0, 8.0)]
            crowd.submit(live, number, moments, chance.uniform(0, 1.0))
        pause.wait(within / 2)
        Redis(port=own_redis.port).flushall()
    field.wait_until_settled()
    links = [entry for entry in field.took() if "/l/" in entry.get("text", "")]
    after = [entry["at"] - stopped[entry["to"]] for entry in links if entry["to"] in stopped]
    late = [seconds for seconds in after if seconds > GRACE_SECONDS]
    suppressed = field.statuses().get("suppressed", 0)
    tell(
        "G26",
        f"people {people}, calls {len(rung)}, links sent {len(links)}, suppressed {suppressed}, "
        f"requests over 5 s after STOP {len(late)}, latest {max(after, default=0.0):.2f} s after",
    )
    assert len(stopped) == people
    assert links
    assert suppressed
    assert not late
