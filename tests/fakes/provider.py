"""A provider of services on loopback that misbehaves as it is told: `with Provider() as provider:`.

`provider.script(path, Answer(...))`; what it heard is in `provider.heard`.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType

DROPS = b""


@dataclass(frozen=True, slots=True)
class Heard:
    """A request as it came: the target is what stood on the wire. Header names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`raw` replaces all else. `pieces` are sent with `pause` seconds between them; a provider that
    is `gone` closes without a word. `wait` is before the first byte."""

    status: int = 200
    body: bytes = b"{}"
    kind: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    wait: float = 0.0
    pause: float = 0.0
    gone: bool = False
    raw: Callable[[], Iterator[bytes]] | None = None

    def pieces(self) -> Iterator[bytes]:
        if self.raw is not None:
            yield from self.raw()
            return
        head = {
            "Content-Type": self.kind,
            "Content-Length": str(len(self.body)),
            **self.headers,
        }
        lines = [f"HTTP/1.1 {self.status} Whatever", *(f"{name}: {head[name]}" for name in head)]
        yield ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        yield self.body


def says(value: object, **more: object) -> Answer:
    return Answer(body=json.dumps(value).encode(), **more)  # type: ignore[arg-type]


class Provider:
    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.answers: dict[str, Answer] = {}
        self.then: dict[str, list[Answer]] = {}
        self._stop = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port: int = self._socket.getsockname()[1]
        self.origin = f"http://127.0.0.1:{self.port}"

    def script(self, path: str, *answers: Answer) -> None:
        """One after the other; the last one stays."""
        *first, last = answers
        self.then[path], self.answers[path] = list(first), last

    def asked(self, path: str) -> int:
        return sum(1 for heard in self.heard if heard.target.split("?")[0] == path)

    def __enter__(self) -> Provider:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _accept(self) -> None:
        while not self._stop.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with suppress(OSError, ValueError, IndexError), connection:
            reader = connection.makefile("rb")
            while not self._stop.is_set():
                heard = _read(reader.readline, reader.read)
                if heard is None:
                    return
                self.heard.append(heard)
                path = heard.target.split("?")[0]
                waiting = self.then.get(path)
                answer = waiting.pop(0) if waiting else self.answers.get(path, Answer(status=404))
                self._stop.wait(answer.wait)
                if answer.gone:
                    return
                for piece in answer.pieces():
                    connection.sendall(piece)
                    if answer.pause and self._stop.wait(answer.pause):
                        return
                if answer.raw is not None or heard.headers.get("connection") == "close":
                    return


def _read(line: Callable[[], bytes], rest: Callable[[int], bytes]) -> Heard | None:
    first = line().decode("latin-1").split()
    if len(first) != 3:
        return None
    headers: dict[str, str] = {}
    while (written := line().decode("latin-1").rstrip("\r\n")) != "":
        name, _, value = written.partition(":")
        headers[name.strip().lower()] = value.strip()
    body = rest(int(headers.get("content-length", "0")))
    return Heard(first[0], first[1], headers, body)
