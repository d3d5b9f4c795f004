"""Which networks an operator may open for services, and what stays closed inside them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import Final

Network = IPv4Network | IPv6Network

_LANS: Final = tuple(
    ip_network(each)
    for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
)
# Where clouds tell any program of theirs its keys: inside those networks, or at addresses beside.
_TELLS_KEYS: Final = tuple(
    ip_network(each)
    for each in (
        "100.100.100.200/32", "168.63.129.16/32", "169.254.0.0/16", "192.0.0.192/32",
        "fd00:ec2::/32", "fd20:ce::/32",
    )
)  # fmt: skip


def find_fault(network: Network) -> str | None:
    """Why a network cannot be opened; None where it can."""
    if any(_is_within(network, lan) for lan in _LANS):
        if any(_is_within(network, each) for each in _TELLS_KEYS):
            return f"{network}: clouds tell programs their keys there"
        return None
    if network.is_loopback or str(network.network_address) in ("::", "0.0.0.0"):  # noqa: S104 - compared
        return f"{network} is no network of a LAN; BRIDGE_SERVICES_LOOPBACK opens this computer"
    known = ", ".join(str(lan) for lan in _LANS)
    return f"{network} is no network of a LAN: those lie in {known}"


def is_inside(address: IPv4Address | IPv6Address, opened: Iterable[Network]) -> bool:
    """Whether it is in a network that was opened, and none of those that never are."""
    return any(address in each for each in opened) and not any(
        address in each for each in _TELLS_KEYS
    )


def _is_within(network: Network, other: Network) -> bool:
    if isinstance(network, IPv4Network):
        return isinstance(other, IPv4Network) and network.subnet_of(other)
    return isinstance(other, IPv6Network) and network.subnet_of(other)
