"""Africa's Talking and Twilio on one loopback port, as bad as they can be, by a plan and a seed.

Its own process: `python tests/fakes/scripted_gateway.py PLAN.json`. What becomes of the n-th
request for one recipient depends on the seed alone. The ledger has one JSON object a line, written
before the answer: a request with its outcome, and whether it was taken; or what was said to a
report. For what the vendors' contracts forbid there are stricter stand-ins beside this one.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import sys
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha1
from hmac import digest
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit
from uuid import UUID

HANG_SECONDS = 12.0  # longer than anybody waits
SLOW_SECONDS = 1.0
LATE_SECONDS = (0.3, 1.5)
ADDRESSES: dict[int, str] = {}  # where a port is not on this host
# What an outcome does: HTTP status (None: the connection is reset), taken or not, seconds before.
ACCEPT = (201, True, 0.0)
OUTCOMES: Mapping[str, tuple[int | None, bool, float]] = {
    "accept": ACCEPT,
    "slow": (201, True, SLOW_SECONDS),
    "very_slow": (201, True, 3 * SLOW_SECONDS),
    "throttle": (429, False, 0.0),
    "refuse": (400, False, 0.0),
    "lost_before": (None, False, 0.0),
    "no_reply": (None, True, 0.0),
    "hang_lost": (None, False, HANG_SECONDS),
    "hang_taken": (None, True, HANG_SECONDS),
    "fault": (503, False, 0.0),
    "fault_taken": (503, True, 0.0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`faults` and `reports` are shares of 1; the rest is accepted, and reported once, late.

    `scripts` tells by recipient what becomes of his first requests, before chance decides.
    """

    port: int
    ledger: str
    seed: int = 0
    faults: Mapping[str, float] = field(default_factory=dict)
    scripts: Mapping[str, list[str]] = field(default_factory=dict)
    reports: Mapping[str, float] = field(default_factory=dict)  # early, doubled, lost; none
    web_ports: tuple[int, ...] = ()
    public_url: str = ""
    account: str = ""
    token: str = ""
    africas_talking: str = ""  # the path of its reports
    host: str = "127.0.0.1"
    addresses: Mapping[str, str] = field(default_factory=dict)  # of web_ports elsewhere


@dataclass(slots=True)
class Taken:
    vendor: str
    to: str
    text: str
    id: str
    callback: str
    chance: random.Random


class Gateway:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        ADDRESSES.update({int(port): address for port, address in plan.addresses.items()})
        self._seen: Counter[str] = Counter()
        # An end of line is the end of an entry: whoever reads it while we write sees whole ones.
        self._file = Path(plan.ledger).open("a", buffering=1, encoding="utf-8")  # noqa: SIM115
        self._reports: set[asyncio.Task[None]] = set()

    async def serve(self) -> None:
        server = await asyncio.start_server(self._serve_one, self.plan.host, self.plan.port)
        print("ready", flush=True)
        await server.serve_forever()

    async def _serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                path, body = await read_request(reader)
                status, answer = await self._answer(path, dict(parse_qsl(body.decode())))
                if status is None:
                    writer.transport.abort()
                    return
                writer.write(response(status, answer))
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            writer.close()

    async def _answer(self, path: str, form: Mapping[str, str]) -> tuple[int | None, bytes]:
        vendor = "twilio" if path.startswith("/2010") else "africastalking"
        to = form.get("To") or form["to"]
        text = form.get("Body") or form["message"]
        callback = form.get("StatusCallback", "")
        nth = self._seen[to]
        self._seen[to] += 1
        chance = random.Random(f"{self.plan.seed}:{to}:{nth}")
        outcome = self._choose(chance, to, nth)
        status, is_taken, seconds = OUTCOMES[outcome]
        id_ = UUID(int=chance.getrandbits(128)).hex
        sms = Taken(
            vendor, to, text, f"SM{id_}" if vendor == "twilio" else f"ATXid_{id_}", callback, chance
        )
        self._write(
            vendor=vendor,
            to=to,
            text=text,
            id=sms.id,
            ref=parse_qs(urlsplit(callback).query).get("ref", [""])[0],
            outcome=outcome,
            taken=is_taken,
            nth=nth,
        )
        if is_taken:
            await self._report_early_or_later(sms)
        if seconds:
            await asyncio.sleep(seconds)
        return status, RENDER[vendor](sms, status)

    def _choose(self, chance: random.Random, to: str, nth: int) -> str:
        script = self.plan.scripts.get(to, [])
        if nth < len(script):
            return script[nth]
        return choose(chance, self.plan.faults, "accept")

    async def _report_early_or_later(self, sms: Taken) -> None:
        if not self.plan.web_ports:
            return
        how = choose(sms.chance, self.plan.reports, "once")
        if how == "lost":
            return
        if how == "early":
            await self._report(sms, how, 0.0)
            return
        for _ in range(2 if how == "doubled" else 1):
            task = asyncio.ensure_future(self._report(sms, how, sms.chance.uniform(*LATE_SECONDS)))
            self._reports.add(task)
            task.add_done_callback(self._reports.discard)

    async def _report(self, sms: Taken, how: str, seconds: float) -> None:
        await asyncio.sleep(seconds)
        path, form = self._report_of(sms)
        headers = {}
        if sms.vendor == "twilio":
            url = self.plan.public_url + path
            headers["X-Twilio-Signature"] = signature(self.plan.token, url, form)
        ports = list(self.plan.web_ports)
        sms.chance.shuffle(ports)
        status = 0
        for port in ports[:2]:  # once more, only where nobody took the connection
            try:
                status, _ = await post(port, path, form, headers, seconds=8.0)
                break
            except ConnectionRefusedError:
                continue
            except (OSError, asyncio.IncompleteReadError, TimeoutError, ValueError):
                break
        self._write(report=sms.id, to=sms.to, how=how, status=status)

    def _report_of(self, sms: Taken) -> tuple[str, dict[str, str]]:
        if sms.vendor == "twilio":
            form = {"AccountSid": self.plan.account, "MessageSid": sms.id, "To": sms.to}
            path = sms.callback.removeprefix(self.plan.public_url)
            return path, form | {"MessageStatus": "delivered"}
        form = {"id": sms.id, "status": "Success", "phoneNumber": sms.to, "networkCode": "40445"}
        return self.plan.africas_talking, form

    def _write(self, **entry: object) -> None:
        self._file.write(json.dumps({"at": time.time(), **entry}, ensure_ascii=False) + "\n")


def choose(chance: random.Random, shares: Mapping[str, float], otherwise: str) -> str:
    point = chance.random()
    for name, share in shares.items():
        if point < share:
            return name
        point -= share
    return otherwise


def _twilio(sms: Taken, status: int | None) -> bytes:
    if status == 201:
        answer: dict[str, object] = {
            "sid": sms.id,
            "status": "queued",
            "to": sms.to,
            "body": sms.text,
            "error_code": None,
            "error_message": None,
        }
    else:
        code = {429: 20429, 400: 21211}.get(status or 0, 20500)
        answer = {"code": code, "message": "No.", "status": status}
    return json.dumps(answer).encode()


def _africas_talking(sms: Taken, status: int | None) -> bytes:
    if status not in (201, 400):
        return b"No."
    recipient = {
        "statusCode": 101 if status == 201 else 403,
        "number": sms.to,
        "status": "Success" if status == 201 else "InvalidPhoneNumber",
        "cost": "KES 0.8000",
        "messageId": sms.id if status == 201 else "None",
    }
    return json.dumps({"SMSMessageData": {"Message": "Sent", "Recipients": [recipient]}}).encode()


RENDER: Mapping[str, Callable[[Taken, int | None], bytes]] = {
    "twilio": _twilio,
    "africastalking": _africas_talking,
}


# HTTP, as much as is needed: whole bodies, connections that stay.


async def read_request(reader: asyncio.StreamReader) -> tuple[str, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    return head.split(b" ", 2)[1].decode(), await reader.readexactly(length_of(head))


def length_of(head: bytes) -> int:
    found = re.search(rb"(?i)content-length: *(\d+)", head)
    return int(found[1]) if found else 0


def response(status: int, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nRetry-After: 0\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def post(
    port: int, path: str, form: Mapping[str, str], headers: Mapping[str, str], *, seconds: float
) -> tuple[int, str]:
    """Raises ConnectionRefusedError where nobody took the connection, else OSError and others."""
    return await asyncio.wait_for(_post(port, path, form, headers), seconds)


async def _post(
    port: int, path: str, form: Mapping[str, str], headers: Mapping[str, str]
) -> tuple[int, str]:
    reader, writer = await asyncio.open_connection(ADDRESSES.get(port, "127.0.0.1"), port)
    try:
        body = urlencode(form).encode()
        more = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        writer.write(
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{more}"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        head = await reader.readuntil(b"\r\n\r\n")
        answer = await reader.readexactly(length_of(head))
        return int(head.split(b" ", 2)[1]), answer.decode()
    finally:
        writer.close()


def signature(token: str, url: str, form: Mapping[str, str]) -> str:
    """As Twilio signs: the address, then each field in the order of its name."""
    signed = url + "".join(name + form[name] for name in sorted(form))
    return b64encode(digest(token.encode(), signed.encode(), sha1)).decode()


def read_plan(cls: type[Any]) -> Any:
    return cls(**json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))


def run(main: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(main())  # type: ignore[arg-type]


if __name__ == "__main__":
    run(Gateway(read_plan(Plan)).serve)
