"""No service leads inside, whatever its name says, and however the address is written."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Sequence
from importlib.metadata import version
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

import pytest

from services.address_guard import AddressGuard, Forbidden, Unresolved, is_open
from services.inner_networks import find_fault
from tests.services.conftest import Desk, declared

CLOSED = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1",
    "100.127.255.255", "169.254.169.254", "169.254.0.1", "172.16.0.1", "172.31.255.255",
    "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1",
    "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.1.2.3", "240.0.0.1",
    "255.255.255.255", "168.63.129.16",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
    "::ffff:0:127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1.2.3.4",
    "2002:7f00:1::", "2002:a9fe:a9fe::1", "2002:c0a8:101::1", "2001::1", "2001:0:7f00:1::",
    "2001:db8::1", "2001:10::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0",
    "fec0::1", "ff02::1", "100::1", "3fff::1", "5f00::1", "4000::1",
]  # fmt: skip
OPEN = [
    "1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1",
    "2606:4700:4700::1111", "2a00:1450:4009::200e", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8",
    "2002:808:808::1",
]  # fmt: skip


@pytest.mark.parametrize("address", CLOSED)
def test_addresses_that_no_service_may_have(address: str) -> None:
    assert not is_open(ip_address(address))
    with pytest.raises(Forbidden):
        AddressGuard(resolve=lambda *_: [address]).addresses_of("name.example", 443, 1.0)


@pytest.mark.parametrize("address", OPEN)
def test_addresses_that_services_have(address: str) -> None:
    assert is_open(ip_address(address))
    guard = AddressGuard(resolve=lambda *_: [address])
    assert guard.addresses_of("name.example", 443, 1.0) == [address]


INNER = [ip_network(each) for each in ("10.20.0.0/16", "fd00:1234::/48", "100.64.0.0/10")]
OPENED = [
    "10.20.0.1", "10.20.255.255", "::ffff:10.20.0.1", "fd00:1234::1", "fd00:1234:0:ffff::9",
    "100.64.0.1", "100.127.255.255", "8.8.8.8",
]  # fmt: skip
STILL_CLOSED = [
    "10.19.255.255", "10.21.0.0", "::ffff:10.21.0.1", "64:ff9b::10.20.0.1", "2002:a14:1::1",
    "::10.20.0.1", "fd00:1235::1", "fd00:1234::1%eth0", "192.168.1.1", "172.16.0.1", "127.0.0.1",
    "::1", "::ffff:127.0.0.1", "0.0.0.0", "169.254.169.254", "::ffff:169.254.169.254", "fe80::1",
    "100.100.100.200", "::ffff:100.100.100.200", "168.63.129.16", "fd00:ec2::254", "fd20:ce::254",
    "224.0.0.1", "255.255.255.255", "198.18.0.1", "ff02::1",
]  # fmt: skip


@pytest.mark.parametrize(
    ("address", "is_allowed"),
    [*((each, True) for each in OPENED), *((each, False) for each in STILL_CLOSED)],
)
def test_a_network_of_ones_own_is_opened_and_nothing_beside_it(
    address: str, is_allowed: bool
) -> None:
    guard = AddressGuard(networks=INNER, resolve=lambda *_: [address])
    assert guard.allows(address) is is_allowed
    if is_allowed:
        assert guard.addresses_of("name.example", 443, 1.0) == [address]
    else:
        with pytest.raises(Forbidden):
            guard.addresses_of("name.example", 443, 1.0)


@pytest.mark.parametrize(
    ("network", "words"),
    [
        ("10.20.0.0/16", ""), ("192.168.7.9/32", ""), ("172.16.0.0/12", ""),
        ("100.64.0.0/10", ""), ("fd00:1234::/48", ""), ("fc00::/7", ""),
        ("0.0.0.0/0", "BRIDGE_SERVICES_LOOPBACK"), ("::/0", "BRIDGE_SERVICES_LOOPBACK"),
        ("127.0.0.0/8", "BRIDGE_SERVICES_LOOPBACK"), ("::1/128", "BRIDGE_SERVICES_LOOPBACK"),
        ("10.0.0.0/7", "those lie in 10.0.0.0/8"), ("8.8.8.0/24", "no network of a LAN"),
        ("169.254.0.0/16", "no network of a LAN"), ("fe80::/10", "no network of a LAN"),
        ("::ffff:10.0.0.0/104", "no network of a LAN"), ("2001:db8::/32", "no network of a LAN"),
        ("64:ff9b::/96", "no network of a LAN"), ("168.63.129.16/32", "no network of a LAN"),
        ("100.100.100.200/32", "tell programs their keys"),
        ("fd00:ec2::/48", "tell programs their keys"),
    ],
)  # fmt: skip
def test_which_networks_may_be_opened(network: str, words: str) -> None:
    fault = find_fault(ip_network(network))
    assert words in fault if fault else not words, fault


def test_a_name_that_is_half_in_an_open_network_is_closed() -> None:
    guard = AddressGuard(networks=INNER, resolve=lambda *_: ["10.20.0.1", "10.21.0.1"])
    with pytest.raises(Forbidden):
        guard.addresses_of("name.example", 443, 1.0)


def test_a_name_that_moves_out_of_the_open_network_is_closed_at_the_next_connection() -> None:
    answers = [["10.20.0.1"], ["10.21.0.1"], ["127.0.0.1"], ["169.254.169.254"]]
    guard = AddressGuard(networks=INNER, resolve=lambda *_: answers.pop(0))
    assert guard.addresses_of("name.example", 443, 1.0) == ["10.20.0.1"]
    for _ in range(3):
        with pytest.raises(Forbidden):
            guard.addresses_of("name.example", 443, 1.0)
    assert answers == []


@pytest.mark.parametrize("address", CLOSED)
def test_development_opens_this_computer_and_nothing_else(address: str) -> None:
    parsed = ip_address(address)
    inner = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    is_loopback = (inner or parsed).is_loopback and "%" not in address
    assert AddressGuard(allows_loopback=True).allows(address) == is_loopback


def test_one_closed_address_among_open_ones_closes_the_name() -> None:
    guard = AddressGuard(resolve=lambda *_: ["8.8.8.8", "10.0.0.1"])
    with pytest.raises(Forbidden):
        guard.addresses_of("name.example", 443, 1.0)


# The names that inet_aton knows for this computer: the resolver says what they mean.
@pytest.mark.parametrize("host", ["127.1", "0x7f.1", "2130706433", "0177.0.0.1", "localhost"])
def test_other_names_of_this_computer(host: str) -> None:
    with pytest.raises((Forbidden, Unresolved)):
        AddressGuard().addresses_of(host, 80, 2.0)


def test_a_resolver_that_hangs_is_not_waited_for() -> None:
    hangs = threading.Event()

    def resolve(host: str, port: int) -> Sequence[str]:
        hangs.wait(30)
        return ["8.8.8.8"]

    guard = AddressGuard(resolve=resolve)
    with pytest.raises(Unresolved):
        guard.addresses_of("name.example", 443, 0.05)
    hangs.set()


@pytest.mark.parametrize("fault", [socket.gaierror("no"), UnicodeError("label too long")])
def test_a_name_that_does_not_exist(fault: Exception) -> None:
    def resolve(host: str, port: int) -> Sequence[str]:
        raise fault

    with pytest.raises(Unresolved):
        AddressGuard(resolve=resolve).addresses_of("name.example", 443, 1.0)


def test_the_connection_is_made_to_the_address_that_was_looked_at(
    provider: Any, new_desk: Callable[..., Desk]
) -> None:
    """A name that changes between two look-ups is looked up once: the second answer is not asked
    for. The server is told the name, not the address."""
    answers = [["127.0.0.1"], ["169.254.169.254"]]
    guard = AddressGuard(allows_loopback=True, resolve=lambda *_: answers.pop(0))
    desk = new_desk(guard=guard)
    provider.script("/x", provider_says({"a": "b"}))
    service = declared(f"url: http://name.example:{provider.port}/x\ngives: {{ a: {{}} }}")
    assert desk.ask(service).parts == {"a": "b"}
    assert provider.heard[0].headers["host"] == f"name.example:{provider.port}"
    assert answers == [["169.254.169.254"]]


def test_loopback_is_closed_unless_it_is_opened(
    provider: Any, new_desk: Callable[..., Desk]
) -> None:
    service = declared(f"url: {provider.origin}/x\ngives: {{ a: {{}} }}")
    provider.script("/x", provider_says({"a": "b"}))
    assert new_desk(guard=AddressGuard()).ask(service).outcome == "down"
    assert provider.heard == []
    assert new_desk().ask(service).parts == {"a": "b"}


def test_this_version_of_httpx2_has_the_door_that_the_guard_uses(desk: Desk) -> None:
    """After an upgrade: does transport._pool._network_backend still make every connection?"""
    assert version("httpx2") == "2.16.2"


def provider_says(value: object) -> Any:
    from tests.services.conftest import provider_module

    return provider_module.says(value)
