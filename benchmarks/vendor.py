"""A stand-in for Africa's Talking's SMS API that takes everything, after a wait if it is told so.

The tests' own stand-in checks every request; this one must cost next to nothing.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.request import urlopen

from benchmarks.processes import LOOPBACK, free_port, python

# The loop rounds what it waits for up to a whole millisecond: by half of one on the average.
ROUNDED_SECONDS: Final = 0.0005
ANSWER: Final = (
    '{"SMSMessageData":{"Message":"Sent to 1/1","Recipients":[{"statusCode":101,"number":"+%s",'
    '"status":"Success","cost":"KES 0.8000","messageId":"ATXid_%d"}]}}'
)


@dataclass(frozen=True, slots=True)
class Vendor:
    base_url: str

    def taken(self) -> int:
        """How many SMS it took so far."""
        with urlopen(self.base_url, timeout=5) as answer:  # noqa: S310 - loopback
            return int(answer.read())


@contextmanager
def running(wait_seconds: float = 0.0) -> Iterator[Vendor]:
    port = free_port()
    words = ("benchmarks.vendor", str(port), str(wait_seconds))
    with (
        tempfile.TemporaryDirectory(prefix="sanket-") as folder,
        python(*words, port=port, env={}, log=Path(folder) / "log"),
    ):
        yield Vendor(f"http://{LOOPBACK}:{port}")


class _Connection(asyncio.Protocol):
    taken = 0  # by all of them

    def __init__(self, wait_seconds: float) -> None:
        self._wait_seconds = wait_seconds
        self._heard = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._heard += data
        head, gap, body = self._heard.partition(b"\r\n\r\n")
        _, _, rest = head.lower().partition(b"content-length:")
        if not gap or len(body) < int(rest.partition(b"\r\n")[0] or 0):
            return
        self._heard = b""
        if head.startswith(b"GET"):
            self._answer(str(_Connection.taken))
            return
        _Connection.taken += 1
        to = body.partition(b"to=%2B")[2].partition(b"&")[0].decode("ascii")
        answer = ANSWER % (to, _Connection.taken)
        wait = max(0.0, self._wait_seconds - ROUNDED_SECONDS)
        asyncio.get_running_loop().call_later(wait, self._answer, answer)

    def _answer(self, body: str) -> None:
        kind = "Content-Type: application/json"
        head = f"HTTP/1.1 201 Created\r\n{kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        self._transport.write((head + body).encode("ascii"))


async def serve(port: int, wait_seconds: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(wait_seconds), LOOPBACK, port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2])))
