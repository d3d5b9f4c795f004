"""Who asks: the nearest address that is not one of our own proxies."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

from flask import Request

Networks = Sequence[IPv4Network | IPv6Network]

FORWARDED: Final = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via")


class Clients:
    """`trusted` are the networks of proxies whose X-Forwarded-For is believed."""

    def __init__(self, trusted: Networks = ()) -> None:
        self._trusted = tuple(trusted)

    def address_of(self, request: Request) -> str:
        return self.address(request.remote_addr or "", request.headers.get("X-Forwarded-For", ""))

    def address(self, client: str, forwarded_for: str) -> str:
        """`client` is who is connected, `forwarded_for` the header as it came."""
        if not forwarded_for or not self._trusted:
            return client
        hops = [hop.strip() for hop in forwarded_for.split(",")]
        while hops and is_in(client, self._trusted):
            client = hops.pop() or client
        return client

    def come_from(self, networks: Networks, request: Request) -> bool:
        """Whether the one who asks surely sits in these networks.

        What somebody passed on whom we do not trust to name the sender comes from nowhere: a proxy
        on this host must not make the whole world look like this host.
        """
        passed_on = any(name in request.headers for name in FORWARDED)
        believed = is_in(request.remote_addr or "", self._trusted)
        named = "X-Forwarded-For" in request.headers
        if passed_on and not (believed and named):
            return False
        return is_in(self.address_of(request), networks)


def is_in(address: str, networks: Networks) -> bool:
    parsed = _parse(address)
    return parsed is not None and any(parsed in network for network in networks)


def _parse(address: str) -> IPv4Address | IPv6Address | None:
    try:
        parsed = ip_address(address)
    except ValueError:
        return None
    # A socket that listens on both kinds shows 127.0.0.1 as ::ffff:127.0.0.1.
    return (parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None) or parsed
