"""Two whole `flask serve`, as on two hosts: one PostgreSQL, one Redis behind Sentinels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.servers.sentinels import Circle

pytestmark = [
    pytest.mark.debian("postgres", "redis-server"),
    pytest.mark.parametrize("storage", ["postgresql"], indirect=True),
]
REJECT = '<?xml version="1.0" encoding="UTF-8"?><Response><Reject/></Response>'
CALLER = "+919600000001"


@pytest.mark.usefixtures("storage")
def test_a_dialogue_goes_from_host_to_host_and_outlives_the_master_of_redis(
    new_town: Any, database_url: str, tmp_path: Path, eventually: Callable[..., None]
) -> None:
    with Circle(tmp_path, "127.0.0.1") as circle:
        shared = {
            "BRIDGE_DATABASE_URL": database_url,
            "BRIDGE_REDIS_URL": circle.url,
            "BRIDGE_SECRET_KEY": "the one secret key of both hosts, long enough",
            "BRIDGE_PUBLIC_URL": "https://sanket.example.in",
        }
        hosts = [new_town(shared) for _ in range(2)]
        for host in hosts:
            eventually(host.is_ready, 60)

        first, second = hosts
        assert first.turn("ATUid_1", CALLER, "")[1].startswith("CON ")
        eventually(circle.is_whole, 30)
        fallen = circle.kill_master()
        assert [host.ring(number) for number, host in enumerate(hosts, 10)] == [(200, REJECT)] * 2
        bodies = [host.turn("ATUid_2", "+919600000002", "")[1] for host in hosts * 4]
        assert {body[:4] for body in bodies} <= {"CON ", "END "}
        circle.wait_for_another_than(fallen)
        for host in hosts:
            eventually(host.is_ready, 30)

        status, body = second.turn("ATUid_1", CALLER, "1")
        assert status == 200
        assert body.startswith("END You will get an SMS")
        wanted = {CALLER, *first.acknowledged, *second.acknowledged}
        eventually(lambda: wanted <= set(sent_by(hosts)), 30)
        assert set(sent_by(hosts).values()) == {1}


def sent_by(hosts: list[Any]) -> Counter[str]:
    """What the vendors of both took: a dispatcher sends whatever is due, whoever was told of it."""
    return sum((host.delivered() for host in hosts), Counter[str]())
