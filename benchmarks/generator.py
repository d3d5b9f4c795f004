"""Many callers over keep-alive connections, as a process of its own: prints one line of JSON.

One loop, and next to nothing done in it: what it costs itself is part of what it reports.
"""

from __future__ import annotations

import json
import selectors
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from benchmarks.webhooks import DIALOGUES, FORM_TYPE, Webhook

LAST_SECONDS: Final = 10.0  # for what is in flight when the time is over


@dataclass(slots=True)
class Line:
    """One connection: its callers dial one after the other, and wait for each answer."""

    socket: socket.socket
    asks: Iterator[tuple[bytes, Webhook]]
    expected: bytes = b""
    asked_at: float = 0.0
    heard: bytes = field(default=b"")

    def ask(self) -> None:
        request, webhook = next(self.asks)
        self.expected, self.heard, self.asked_at = webhook.expects, b"", time.perf_counter()
        self.socket.sendall(request)

    def hear(self) -> bool | None:
        """Whether the answer is the right one; None while it is not whole."""
        piece = self.socket.recv(65536)
        if not piece:
            raise ConnectionError("the server hung up")
        self.heard += piece
        head, gap, body = self.heard.partition(b"\r\n\r\n")
        if not gap or len(body) < _length_in(head):
            return None
        return head.startswith(b"HTTP/1.1 200") and self.expected in body


def main(channel: str, port: int, connections: int, seconds: float, first: int) -> None:
    """`first` is the first caller, who like all after him must never have called before."""
    selector = selectors.DefaultSelector()
    for place in range(connections):
        connected = socket.create_connection(("127.0.0.1", port))
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line = Line(connected, _requests(channel, first + place, connections))
        selector.register(connected, selectors.EVENT_READ, line)
        line.ask()
    begun, cpu = time.perf_counter(), time.process_time()
    until, open_lines = begun + seconds, connections
    waits: list[float] = []
    wrong = 0
    while open_lines and time.perf_counter() < until + LAST_SECONDS:
        for key, _ in selector.select(1.0):
            line = key.data
            if (is_right := line.hear()) is None:
                continue
            now = time.perf_counter()
            waits.append(now - line.asked_at)
            wrong += not is_right
            if now < until:
                line.ask()
            else:
                open_lines -= 1
    wall = time.perf_counter() - begun
    own = time.process_time() - cpu
    told = {"seconds": wall, "own_seconds": own, "wrong": wrong + open_lines, "waits": waits}
    sys.stdout.write(json.dumps(told))


def _requests(channel: str, first: int, step: int) -> Iterator[tuple[bytes, Webhook]]:
    caller = first
    while True:
        for webhook in DIALOGUES[channel]:
            body = webhook.body(caller)
            head = (
                f"POST {webhook.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {FORM_TYPE}\r\n"
                f"Content-Length: {len(body)}\r\n\r\n"
            )
            yield head.encode("ascii") + body, webhook
        caller += step


def _length_in(head: bytes) -> int:
    _, _, rest = head.lower().partition(b"content-length:")
    return int(rest.partition(b"\r\n")[0] or 0)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]), int(sys.argv[5]))
