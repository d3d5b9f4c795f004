"""Addresses and the port: what they resolve to, whether the port is free, whether it is served."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from ipaddress import ip_address
from typing import Final

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


def wait_until_free(address: str, port: int, patience_seconds: float) -> None:
    """Waits for a previous server to let go. Raises Refusal.

    Granian's workers share the port (SO_REUSEPORT): a second server would start without a word
    and take half of the callers. An exclusive bind is what notices the first.
    """
    give_up_at = time.monotonic() + patience_seconds
    while (fault := _try_bind(address, port)) is not None:
        if time.monotonic() >= give_up_at:
            raise Refusal(f"cannot listen on {address} port {port}: {fault}")
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


def _try_bind(address: str, port: int) -> str | None:
    """What is wrong with the port, None when nothing is."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # Without this the connections that a stopped server left behind keep the port for a minute.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as fault:
            return fault.strerror
    return None
