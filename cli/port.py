"""Addresses and the port: what they resolve to, and the socket that listens there."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from ipaddress import ip_address
from typing import Final

from cli.listening import take
from cli.refusal import Refusal

GLANCE_SECONDS: Final = 0.05


def resolve(host: str) -> str:
    """The IP address to bind. Raises Refusal."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as fault:
        raise Refusal(f"--host {host}: {fault.strerror}") from fault
    return str(found[0][4][0])


def is_loopback(address: str) -> bool:
    return ip_address(address).is_loopback


def take_when_free(address: str, port: int, patience_seconds: float) -> socket.socket:
    """As soon as a previous server has let go. Raises Refusal."""
    give_up_at = time.monotonic() + patience_seconds
    while True:
        try:
            return take(address, port)
        except OSError as fault:
            if time.monotonic() >= give_up_at:
                words = f"cannot listen on {address} port {port}: {fault.strerror}"
                raise Refusal(words) from None
        time.sleep(GLANCE_SECONDS)


def wait_until_served(
    address: str, port: int, *, patience_seconds: float, hopeless: Callable[[], bool]
) -> bool:
    """Whether somebody accepts connections there, soon enough and before it is `hopeless`."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)  # noqa: S104
    give_up_at = time.monotonic() + patience_seconds
    while not hopeless() and time.monotonic() < give_up_at:
        try:
            socket.create_connection((reachable, port), timeout=1).close()
        except OSError:
            time.sleep(GLANCE_SECONDS)
        else:
            return True
    return False
