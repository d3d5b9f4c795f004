"""Ports that nobody takes before a server of ours does.

The kernel's own choice lies where outgoing connections get theirs, and one of them may be faster:
a server then finds its port in use, once in some hundred starts of a busy test.
"""

from __future__ import annotations

import random
import socket
from typing import Final

# Below what Linux, macOS and the BSDs give to outgoing connections.
PORTS: Final = range(20_000, 32_000)


def free_port(host: str = "127.0.0.1") -> int:
    chance = random.SystemRandom()  # processes side by side must not draw the same
    for _ in range(100):
        port = chance.choice(PORTS)
        with socket.socket() as probe:
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise OSError("no port is free")
