"""HTTP, as much as the vendor and the people of a scenario need: whole bodies, and their plans."""

from __future__ import annotations

import asyncio
import json
import random
import re
import sys
from base64 import b64encode
from collections import defaultdict
from collections.abc import Mapping
from hashlib import sha1
from hmac import digest
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

_Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Connections:
    """To the web servers: a new one for each request; or, if it `keeps` them, as many as are needed
    at a time, as a proxy in front of them would have. `addresses` are of ports on other hosts.
    """

    def __init__(self, addresses: Mapping[str, str], *, keeps: bool) -> None:
        self._addresses = {int(port): address for port, address in addresses.items()}
        self._keeps = keeps
        self._idle: dict[int, list[_Connection]] = defaultdict(list)

    async def post(
        self,
        port: int,
        path: str,
        form: Mapping[str, str],
        headers: Mapping[str, str],
        *,
        seconds: float,
    ) -> tuple[int, str]:
        """Raises ConnectionRefusedError where nobody took it, else OSError and others."""
        return await asyncio.wait_for(self._post(port, path, form, headers), seconds)

    async def _post(
        self, port: int, path: str, form: Mapping[str, str], headers: Mapping[str, str]
    ) -> tuple[int, str]:
        reader, writer = await self._open(port)
        is_whole = False
        try:
            writer.write(self._request(path, form, headers))
            head = await reader.readuntil(b"\r\n\r\n")
            answer = await reader.readexactly(length_of(head))
            is_whole = True
            return int(head.split(b" ", 2)[1]), answer.decode()
        finally:
            if is_whole and self._keeps:
                self._idle[port].append((reader, writer))
            else:
                writer.close()

    async def _open(self, port: int) -> _Connection:
        while self._idle[port]:
            reader, writer = self._idle[port].pop()
            if not reader.at_eof():
                return reader, writer
            writer.close()
        return await asyncio.open_connection(self._addresses.get(port, "127.0.0.1"), port)

    def _request(self, path: str, form: Mapping[str, str], headers: Mapping[str, str]) -> bytes:
        body = urlencode(form).encode()
        more = "" if self._keeps else "Connection: close\r\n"
        more += "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = (
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\n{more}"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


async def read_request(reader: asyncio.StreamReader) -> tuple[str, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    return head.split(b" ", 2)[1].decode(), await reader.readexactly(length_of(head))


def length_of(head: bytes) -> int:
    found = re.search(rb"(?i)content-length: *(\d+)", head)
    return int(found[1]) if found else 0


def response(status: int, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nRetry-After: 0\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def choose(chance: random.Random, shares: Mapping[str, float], otherwise: str) -> str:
    point = chance.random()
    for name, share in shares.items():
        if point < share:
            return name
        point -= share
    return otherwise


def signature(token: str, url: str, form: Mapping[str, str]) -> str:
    """As Twilio signs: the address, then each field in the order of its name."""
    signed = url + "".join(name + form[name] for name in sorted(form))
    return b64encode(digest(token.encode(), signed.encode(), sha1)).decode()


def read_plan(cls: type[Any]) -> Any:
    return cls(**json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
