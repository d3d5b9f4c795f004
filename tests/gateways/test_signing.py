"""What a secret in a path must be, and which addresses count as ours."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from pydantic import SecretStr

from gateways.signing import check_address, check_loopback, check_secret, require_secrets
from telecom.errors import Forbidden

NEW, OLD = SecretStr("new-secret-0123456789"), SecretStr("old-secret-0123456789")
NETWORKS = (ip_network("192.0.2.0/24"), ip_network("2001:db8::/32"))


def test_both_secrets_of_a_rotation_and_no_third() -> None:
    for secret in (NEW, OLD):
        check_secret(secret.get_secret_value(), (NEW, OLD))
    with pytest.raises(Forbidden):
        check_secret(OLD.get_secret_value(), (NEW,))


@pytest.mark.parametrize("given", [None, "", "new-secret"])
def test_nothing_opens_a_gateway_without_secrets(given: str | None) -> None:
    with pytest.raises(Forbidden):
        check_secret(given, ())


@pytest.mark.parametrize(
    "client", ["192.0.2.1", "192.0.2.255", "::ffff:192.0.2.9", "2001:db8::7", "2001:DB8:0::7"]
)
def test_known_addresses(client: str) -> None:
    check_address(client, NETWORKS)


@pytest.mark.parametrize(
    "client",
    ["192.0.3.1", "::ffff:192.0.3.1", "2001:db9::7", "::192.0.2.1", "", "192.0.2.1:80", "x"],
)
def test_unknown_addresses(client: str) -> None:
    with pytest.raises(Forbidden) as refused:
        check_address(client, NETWORKS)
    assert not client or client not in str(refused.value)


def test_without_networks_every_address_may() -> None:
    check_address("198.51.100.7", ())


@pytest.mark.parametrize("client", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
def test_this_machine(client: str) -> None:
    check_loopback(client)


@pytest.mark.parametrize(
    "client", ["10.0.0.1", "0.0.0.0", "::", "::ffff:10.0.0.1", "localhost", ""]
)
def test_other_machines(client: str) -> None:
    with pytest.raises(Forbidden):
        check_loopback(client)


@pytest.mark.parametrize("secret", ["x" * 16, "aZ09._~-aZ09._~-"])
def test_good_secrets(secret: str) -> None:
    assert require_secrets((SecretStr(secret), NEW)) == (SecretStr(secret), NEW)


@pytest.mark.parametrize(
    ("secret", "why"),
    [
        ("x" * 15, "shorter than 16"),
        ("dlr", "shorter than 16"),
        ("with/slash-0123456789", "stands in a URL"),
        ("with blank 0123456789", "stands in a URL"),
        ("percent%20-0123456789", "stands in a URL"),
        ("newline-0123456789-\n", "stands in a URL"),
        ("गुप्त-0123456789012345", "stands in a URL"),
    ],
)
def test_bad_secrets_are_refused_unnamed(secret: str, why: str) -> None:
    with pytest.raises(ValueError, match=why) as refused:
        require_secrets((NEW, SecretStr(secret)))
    assert secret not in str(refused.value)


def test_no_secret_at_all() -> None:
    with pytest.raises(ValueError, match="at least one"):
        require_secrets(())
