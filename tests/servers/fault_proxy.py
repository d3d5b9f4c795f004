"""A TCP proxy on loopback that a test makes bad: a black hole, a cut, a refusal.

`with FaultProxy(port) as proxy:` and `proxy.port`; then `proxy.mode = "black hole"`, in which
connections stay and are new ones taken, and nothing is heard of anything that was said.
"""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from pathlib import Path

LOOK_SECONDS = 0.05


class FaultProxy:
    def __init__(self, behind: int | Path) -> None:
        """`behind`: a port of loopback, or a unix socket."""
        self.mode = "pass"  # or "black hole", "cut"
        self._behind = behind
        self._stop = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> FaultProxy:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _serve(self) -> None:
        """One thread for all: what comes from either side of a pair goes to the other."""
        others: dict[socket.socket, socket.socket] = {}
        while not self._stop.is_set():
            ready, _, _ = select.select([self._listener, *others], [], [], LOOK_SECONDS)
            if self.mode == "black hole":  # the kernel takes what is said, and nobody reads it
                self._stop.wait(LOOK_SECONDS)
                continue
            if self.mode == "cut":
                _close([*others])
                others.clear()
            for one in ready:
                if one is self._listener:
                    self._accept(others)
                elif one in others:
                    self._carry(one, others)
        _close([self._listener, *others])

    def _accept(self, others: dict[socket.socket, socket.socket]) -> None:
        near, _ = self._listener.accept()
        try:
            far = self._connect()
        except OSError:
            near.close()
            return
        near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        others[near], others[far] = far, near

    def _connect(self) -> socket.socket:
        if isinstance(self._behind, int):
            far = socket.create_connection(("127.0.0.1", self._behind), timeout=1.0)
            far.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return far
        far = socket.socket(socket.AF_UNIX)
        far.settimeout(1.0)
        far.connect(str(self._behind))
        return far

    def _carry(self, one: socket.socket, others: dict[socket.socket, socket.socket]) -> None:
        with contextlib.suppress(OSError):
            said = one.recv(65536)
            if said:
                others[one].sendall(said)
                return
        other = others.pop(one)
        others.pop(other, None)
        _close([one, other])


def _close(sockets: list[socket.socket]) -> None:
    for one in sockets:
        with contextlib.suppress(OSError):
            one.close()
