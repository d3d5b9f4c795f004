"""The address of a Redis behind Sentinels: what is read, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from redis.sentinel import SentinelManagedConnection, SentinelManagedSSLConnection

from state.connection import SOCKET_SECONDS, connect
from state.sentinel_url import SentinelUrl, find_fault, parse

HOSTS = (("a.example", 26379), ("b", 26380), ("fd00::1", 7))


@pytest.mark.parametrize(
    ("url", "parsed"),
    [
        ("redis+sentinel://a/m", SentinelUrl(sentinels=(("a", 26379),), master="m")),
        ("redis+sentinel://a/m/", SentinelUrl(sentinels=(("a", 26379),), master="m")),
        (
            "redis+sentinel://a.example,b:26380,[fd00::1]:7/my.master-1/3",
            SentinelUrl(sentinels=HOSTS, master="my.master-1", db=3),
        ),
        (
            "redis+sentinel://ann:p%40s%2Fs@a/m?sentinel_username=bob&sentinel_password=w%23%26d",
            SentinelUrl(
                sentinels=(("a", 26379),),
                master="m",
                username="ann",
                password="p@s/s",
                sentinel_username="bob",
                sentinel_password="w#&d",
            ),
        ),
        (
            "rediss+sentinel://:pass@a/m/0?ssl_ca_certs=/etc/ca.pem",
            SentinelUrl(
                sentinels=(("a", 26379),),
                master="m",
                password="pass",
                is_tls=True,
                tls={"ssl_ca_certs": "/etc/ca.pem"},
            ),
        ),
    ],
)
def test_an_address_is_read(url: str, parsed: SentinelUrl) -> None:
    assert parse(url) == parsed
    assert find_fault(url) is None


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("redis+sentinel://:hush@a", "must name the master after the hosts"),
        ("redis+sentinel://:hush@a/", "must name the master after the hosts"),
        ("redis+sentinel://:hush@a/m/one", "must name the master after the hosts"),
        ("redis+sentinel://:hush@a/m/0/1", "must name the master after the hosts"),
        ("redis+sentinel://:hu/sh@a/m", "must name "),
        ("redis+sentinel://:hush@/m", "must name each Sentinel as host or host:port"),
        ("redis+sentinel://:hush@a,,b/m", "must name each Sentinel as host or host:port"),
        ("redis+sentinel://:hush@a, b/m", "no spaces"),
        ("redis+sentinel://:hush@a:hush/m", "must name each Sentinel as host or host:port"),
        ("redis+sentinel://:hush@a:65536/m", "must name each Sentinel as host or host:port"),
        ("redis+sentinel://:hush@a:0/m", "must name each Sentinel as host or host:port"),
        ("redis+sentinel://fd00::1/m", "must name each Sentinel as host or host:port"),
        ("redis+sentinel://:hush@a/m?hush=1", "may have no options but sentinel_password, "),
        ("redis+sentinel://a/m?ssl_cert_reqs=none", "are for rediss+sentinel:// only"),
        ("redis+sentinel://:hu#sh@a/m", "%23"),
        ("redis://:hush@a:hush/0", "must have a number as its port"),
    ],
)
def test_a_wrong_one_is_refused_without_its_secrets(url: str, words: str) -> None:
    fault = find_fault(url)
    assert fault is not None
    assert words in fault
    assert "hush" not in fault


@pytest.mark.parametrize("url", ["redis://a:1/0", "rediss://a", "unix:///run/redis.sock"])
def test_a_plain_one_stays_what_it_was(url: str) -> None:
    assert find_fault(url) is None


def test_no_secret_is_shown() -> None:
    url = "redis+sentinel://ann:hush@a/m?sentinel_username=bob&sentinel_password=hush"
    assert "hush" not in repr(parse(url))


@pytest.mark.parametrize(
    ("url", "kind", "options"),
    [
        ("redis+sentinel://:x@a/m/3", SentinelManagedConnection, {"db": 3, "password": "x"}),
        (
            "rediss+sentinel://a/m?ssl_cert_reqs=none&ssl_check_hostname=false",
            SentinelManagedSSLConnection,
            {"ssl_cert_reqs": "none", "ssl_check_hostname": False},
        ),
    ],
)
def test_the_client_has_the_limits_of_any_other(
    url: str, kind: type[Any], options: dict[str, Any]
) -> None:
    pool: Any = connect(url).connection_pool
    assert issubclass(pool.connection_class, kind)
    for one in (pool, pool.sentinel_manager.sentinels[0].connection_pool):
        limits = one.connection_kwargs
        assert limits["socket_timeout"] == limits["socket_connect_timeout"] == SOCKET_SECONDS
        assert limits["retry"].get_retries() == 0
    assert options.items() <= pool.connection_kwargs.items()
