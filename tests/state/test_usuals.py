"""The last query in Redis: sealed, for a month, and never in anybody's way."""

from __future__ import annotations

import pytest
from redis import Redis

from menu.usual import Usual
from models.sealing import Sealer
from state.connection import connect
from state.usuals import USUAL_SECONDS, RedisUsuals

CALLER = "0" * 32
USUAL = Usual(screen="price", language="hi", rows={"crop": "wheat"}, values={"uan": "100123"})


def usuals(redis: Redis, key: bytes = bytes(32)) -> RedisUsuals:
    sealer = Sealer(key, "usual")
    return RedisUsuals(redis, sealer.seal, sealer.find_open)


def test_the_last_one_is_found(redis: Redis) -> None:
    kept = usuals(redis)
    assert kept.find(CALLER) is None
    kept.keep(CALLER, Usual(screen="home", language="en"))
    kept.keep(CALLER, USUAL)
    assert kept.find(CALLER) == USUAL
    assert kept.find("1" * 32) is None


def test_it_is_sealed_and_does_not_stay(redis: Redis) -> None:
    usuals(redis).keep(CALLER, USUAL)
    (key,) = redis.keys("*")
    stored = redis.get(key)
    assert isinstance(stored, bytes)
    assert not any(word in stored for word in (b"price", b"wheat", b"100123"))
    assert 0 < redis.ttl(key) <= USUAL_SECONDS


@pytest.mark.parametrize("stored", [b"", b"\x01broken", b'["price"]'])
def test_what_cannot_be_read_is_nothing(redis: Redis, stored: bytes) -> None:
    kept = usuals(redis)
    kept.keep(CALLER, USUAL)
    (key,) = redis.keys("*")
    redis.set(key, stored)
    assert kept.find(CALLER) is None


def test_under_another_key_it_is_nothing(redis: Redis) -> None:
    usuals(redis).keep(CALLER, USUAL)
    assert usuals(redis, bytes([1] * 32)).find(CALLER) is None


def test_of_another_age_it_is_nothing(redis: Redis) -> None:
    kept, sealer = usuals(redis), Sealer(bytes(32), "usual")
    kept.keep(CALLER, USUAL)
    (key,) = redis.keys("*")
    redis.set(key, sealer.seal('{"screen": "price"}'))
    assert kept.find(CALLER) is None


def test_without_redis_nobody_notices(unused_socket: str) -> None:
    kept = usuals(connect(f"unix://{unused_socket}"))
    kept.keep(CALLER, USUAL)
    assert kept.find(CALLER) is None
    assert kept.find(CALLER) is None
