"""The dispatchers' sign of life, in a real Redis."""

from __future__ import annotations

from typing import Any

import pytest

from menu.ports import SessionsDown
from state.connection import connect
from state.heartbeat import Heartbeat
from state.keys import HEARTBEAT


def test_its_age_counts_from_the_last_beat(redis: Any) -> None:
    heartbeat = Heartbeat(redis)
    assert heartbeat.find_age_seconds() is None
    heartbeat.beat()
    age = heartbeat.find_age_seconds()
    assert age is not None
    assert 0 <= age < 5
    redis.expire(HEARTBEAT, redis.ttl(HEARTBEAT) - 100)  # as if 100 s had passed
    older = heartbeat.find_age_seconds()
    assert older is not None
    assert 99 <= older < 110


def test_a_dispatcher_works_without_redis(unused_socket: str) -> None:
    heartbeat = Heartbeat(connect(f"unix://{unused_socket}"))
    heartbeat.beat()
    with pytest.raises(SessionsDown):
        heartbeat.find_age_seconds()
