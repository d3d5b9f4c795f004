"""A TCP door to a server on a unix socket that a test can turn into a black hole.

In a test: `with FaultProxy(socket) as proxy:`; `proxy.swallows = True` takes every connection and
every byte from then on and answers nothing, also on connections that are open already.
"""

from __future__ import annotations

import socket
import threading
from pathlib import Path
from types import TracebackType


class FaultProxy:
    def __init__(self, behind: Path) -> None:
        self.swallows = False
        self._behind = behind
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, name="fault-proxy", daemon=True)

    def __enter__(self) -> FaultProxy:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listener.close()
        for end in self._open:
            end.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(client)
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        server = socket.socket(socket.AF_UNIX)
        self._open.append(server)
        if not self.swallows:
            try:
                server.connect(str(self._behind))
            except OSError:
                client.close()  # as a port where nobody listens any more
                return
            back = threading.Thread(target=self._pump, args=(server, client), daemon=True)
            back.start()
        self._pump(client, server)

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        try:
            while piece := source.recv(65536):
                if not self.swallows:
                    target.sendall(piece)
        except OSError:
            pass
        finally:
            source.close()
            target.close()
