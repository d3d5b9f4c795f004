"""Which addresses a service may have: public ones, and those of networks that the operator opened.
A name that leads elsewhere leads nowhere.

Every address that a name has is looked at, and the connection is made to an address that was looked
at, so that a name that changes between two look-ups gains nothing.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

from services.bounded import Bounded, Busy, Late
from services.inner_networks import Network, is_inside

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Sequence[str]]

MOST_ADDRESSES: Final = 16  # of one name
LOOKING_UP: Final = 8  # names at a time: a resolver that hangs holds no more threads than these
WAITING: Final = 56  # names that may wait for one of them

# Python's own tables change between its versions; what must never be reached is written down here.
_CLOSED: Final = tuple(
    ip_network(each)
    for each in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24",
        "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24",
        "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "168.63.129.16/32",  # Azure's own agent, at an address that looks public
        "::/96", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64", "2001::/23", "2001:db8::/32",
        "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
    )
)  # fmt: skip
_NAT64: Final = ip_network("64:ff9b::/96")
_OPEN_IN_V6: Final = ip_network("2000::/3")  # all that was ever given out


class Forbidden(Exception):
    """The name leads to an address that no service may have."""


class Unresolved(Exception):
    """The name has no address, or nobody said one in time."""


class AddressGuard:
    """`allows_loopback` in development alone. `networks`: inner ones that are open."""

    def __init__(
        self,
        *,
        allows_loopback: bool = False,
        networks: Iterable[Network] = (),
        resolve: Resolve | None = None,
    ) -> None:
        self._allows_loopback = allows_loopback
        self._networks = tuple(networks)
        self._resolve = resolve or _resolve
        self._names = Bounded(LOOKING_UP, "names", waiting=WAITING)

    def close(self) -> None:
        """Of the threads; who hangs is not waited for."""
        self._names.close()

    def addresses_of(self, host: str, port: int, seconds: float) -> list[str]:
        """All that the name has, each looked at. Raises Forbidden where one of them is closed:
        no honest name is half inside. Raises Unresolved.
        """
        try:
            found = [str(ip_address(host))]
        except ValueError:
            found = list(self._looked_up(host, port, seconds))
        for each in found:
            if not self.allows(each):
                raise Forbidden(host)
        return found[:MOST_ADDRESSES]

    def allows(self, address: str) -> bool:
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        if isinstance(parsed, IPv6Address):
            if parsed.scope_id is not None:
                return False
            parsed = parsed.ipv4_mapped or parsed  # the same packets
        if parsed.is_loopback:
            return self._allows_loopback
        return is_open(parsed) or is_inside(parsed, self._networks)

    def _looked_up(self, host: str, port: int, seconds: float) -> Sequence[str]:
        """The system's resolver has no deadline of its own."""
        try:
            found = self._names.run(partial(self._resolve, host, port), seconds)
        except Busy:
            raise Unresolved("too many look-ups hang") from None
        except Late:
            raise Unresolved("not in time") from None
        except (OSError, UnicodeError):
            raise Unresolved("no such name") from None
        if not found:
            raise Unresolved("no address")
        return found


def is_open(address: Address) -> bool:
    """Whether it is a public address, whatever it is wrapped in."""
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:
            return False
        inner = _inner(address)
        if inner is not None:
            return is_open(inner)
        if address not in _OPEN_IN_V6:
            return False
    return address.is_global and not any(
        address in closed for closed in _CLOSED if closed.version == address.version
    )


def _inner(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that packets to this one end at: mapped, 6to4, NAT64."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def _resolve(host: str, port: int) -> Sequence[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))
