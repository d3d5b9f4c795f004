"""Hosts on one cable: each a network namespace with an address and a name of its own.

In a test: `with new_network(2) as network:`, then a process that runs `network.enter(0)` after its
fork is on the first of them. What is started without it is at `network.home`, which all reach.
"""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from typing import Final

# A new name and another network, for this process and its children, whoever started it.
_ENTER: Final = """
import ctypes, os, socket
_libc = ctypes.CDLL(None, use_errno=True)
_network = os.open("/run/netns/{space}", os.O_RDONLY)
assert _libc.setns(_network, 0x40000000) == 0, os.strerror(ctypes.get_errno())
assert _libc.unshare(0x04000000) == 0, os.strerror(ctypes.get_errno())
os.close(_network)
socket.sethostname("{space}")
"""


def new_network(hosts: int) -> Network:
    """Namespaces where we may make them (as root), else addresses of this machine's loopback."""
    return Network(hosts) if _may_make_namespaces() else Loopback(hosts)


class Network:
    kind = "network namespaces"

    def __init__(self, hosts: int) -> None:
        self._number = os.getpid() % 250
        self._bridge = f"sanket{self._number}"
        self._hosts = range(hosts)

    def __enter__(self) -> Network:
        self._remove()  # what a killed run has left behind
        _ip("link", "add", self._bridge, "type", "bridge")
        _ip("address", "add", f"{self.home}/24", "dev", self._bridge)
        _ip("link", "set", self._bridge, "up")
        for host in self._hosts:
            space, cable = self.space(host), self._cable(host)
            _ip("netns", "add", space)
            _ip("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", space)
            _ip("link", "set", cable, "master", self._bridge, "up")
            _ip("-n", space, "address", "add", f"{self.address(host)}/24", "dev", "eth0")
            _ip("-n", space, "link", "set", "eth0", "up")
            _ip("-n", space, "link", "set", "lo", "up")
        return self

    def __exit__(self, *_: object) -> None:
        self._remove()

    @property
    def home(self) -> str:
        return f"10.213.{self._number}.1"

    def address(self, host: int) -> str:
        return f"10.213.{self._number}.{host + 2}"

    def space(self, host: int) -> str:
        return f"{self._bridge}-{host}"

    def enter(self, host: int) -> str:
        """Python, for SANKET_AFTER_FORK."""
        return _ENTER.format(space=self.space(host))

    def _cable(self, host: int) -> str:
        return f"{self._bridge}v{host}"

    def _remove(self) -> None:
        for host in self._hosts:
            with suppress(subprocess.CalledProcessError):
                _ip("netns", "delete", self.space(host))
        with suppress(subprocess.CalledProcessError):
            _ip("link", "delete", self._bridge)


class Loopback(Network):
    kind = "addresses"

    def __enter__(self) -> Network:
        return self

    @property
    def home(self) -> str:
        return "127.0.0.1"

    def address(self, host: int) -> str:
        return f"127.0.0.{host + 2}"

    def enter(self, host: int) -> str:
        return ""

    def _remove(self) -> None:
        pass


def _may_make_namespaces() -> bool:
    name = f"sanket-try-{os.getpid()}"
    try:
        _ip("netns", "add", name)
        _ip("-n", name, "link", "add", "sanket-try", "type", "bridge")
    except (OSError, subprocess.CalledProcessError):
        return False
    finally:
        with suppress(OSError, subprocess.CalledProcessError):
            _ip("netns", "delete", name)
    return True


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, stderr=subprocess.DEVNULL)
