"""Africa's Talking and Twilio on one loopback port, as bad as they can be, by a plan and a seed.

Its own process: `python -m tests.fakes.scripted_gateway PLAN.json`. What becomes of the n-th
request for one recipient depends on the seed alone. The ledger has one JSON object a line, written
before the answer: a request with its outcome, and whether it was taken; or what was said to a
report. For what the vendors' contracts forbid there are stricter stand-ins beside this one.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlsplit
from uuid import UUID

from tests.fakes import wire

HANG_SECONDS = 12.0  # longer than anybody waits
SLOW_SECONDS = 1.0
LATE_SECONDS = (0.3, 1.5)
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
    keeps: bool = False  # connections to the web servers, as a proxy in front of them does


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
        self._web = wire.Connections(plan.addresses, keeps=plan.keeps)
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
                path, body = await wire.read_request(reader)
                status, answer = await self._answer(path, dict(parse_qsl(body.decode())))
                if status is None:
                    writer.transport.abort()
                    return
                writer.write(wire.response(status, answer))
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
        return wire.choose(chance, self.plan.faults, "accept")

    async def _report_early_or_later(self, sms: Taken) -> None:
        if not self.plan.web_ports:
            return
        how = wire.choose(sms.chance, self.plan.reports, "once")
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
            headers["X-Twilio-Signature"] = wire.signature(self.plan.token, url, form)
        ports = list(self.plan.web_ports)
        sms.chance.shuffle(ports)
        status = 0
        for port in ports[:2]:  # once more, only where nobody took the connection
            try:
                status, _ = await self._web.post(port, path, form, headers, seconds=8.0)
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


if __name__ == "__main__":
    asyncio.run(Gateway(wire.read_plan(Plan)).serve())
