"""People who ring, dial and text all the while, and the vendors who tell us: a load with a ledger.

Its own process: `python -m tests.fakes.people PLAN.json`, until its time is over or SIGTERM. 60 %
ring once, 25 % dial and press 1, 15 % text; 10 % of what they do is told twice, half of that at the
same moment. Every event has a caller of its own, so that the vendor's ledger can be read by it. The
ledger has one JSON object a line for each answer.
"""

from __future__ import annotations

import asyncio
import json
import random
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.fakes import wire

SHARES = {"missed_call": 0.60, "ussd": 0.25, "sms": 0.15}
DOUBLED, IN_PARALLEL = 0.10, 0.5
AGAIN_SECONDS, THINK_SECONDS = 1.0, 0.3
PROMISE = "END You will get an SMS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`tries`: how often a vendor tells an event that nobody took or answered. 0 rate: no pause."""

    ledger: str
    web_ports: list[int]
    seconds: float
    rate: float
    seed: int = 0
    first: int = 0  # of the callers' numbers
    shares: Mapping[str, float] | None = None
    twilio: float = 0.5  # of the calls and texts
    words: tuple[str, ...] = ("UMANG", "HELP")
    tries: int = 8
    wait_seconds: float = 20.0
    secret: str = ""
    token: str = ""
    account: str = ""
    public_url: str = ""
    addresses: Mapping[str, str] | None = None  # of web_ports on other hosts
    keeps: bool = False  # connections to them, as a proxy in front of them does


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    id: str
    kind: str
    caller: str
    promises: str  # "", or the class of what an answer of 200 promises: link, confirmation
    path: str
    form: Mapping[str, str]
    headers: Mapping[str, str]


class People:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._web = wire.Connections(plan.addresses or {}, keeps=plan.keeps)
        self._file = Path(plan.ledger).open("a", buffering=1, encoding="utf-8")  # noqa: SIM115
        self._chance = random.Random(plan.seed)
        self._on_their_way: set[asyncio.Task[None]] = set()
        self._stop = asyncio.Event()

    async def live(self) -> None:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self._stop.set)
        began, number = time.monotonic(), 0
        while not self._stop.is_set() and time.monotonic() - began < self.plan.seconds:
            due = began + number / self.plan.rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            self._start(number)
            number += 1
        while self._on_their_way:
            await asyncio.wait(self._on_their_way, timeout=1.0)

    def _start(self, number: int) -> None:
        kind = wire.choose(self._chance, self.plan.shares or SHARES, "missed_call")
        vendor = "twilio" if self._chance.random() < self.plan.twilio else "africastalking"
        is_doubled = self._chance.random() < DOUBLED
        in_parallel = self._chance.random() < IN_PARALLEL
        word = self._chance.choice(self.plan.words)
        who = self.plan.first + number
        if kind == "ussd":
            life: Any = self._dial(who)
        else:
            life = self._tell(self._event(kind, vendor, who, word), is_doubled, in_parallel)
        task = asyncio.ensure_future(life)
        self._on_their_way.add(task)
        task.add_done_callback(self._on_their_way.discard)

    async def _tell(self, event: Event, is_doubled: bool, in_parallel: bool) -> None:
        if is_doubled and in_parallel:
            await asyncio.gather(self._one(event), self._one(event, copy=1))
            return
        await self._one(event)
        if is_doubled:
            await asyncio.sleep(AGAIN_SECONDS)
            await self._one(event, copy=1)

    async def _dial(self, who: int) -> None:
        chance = random.Random(f"{self.plan.seed}:{who}")
        for text in ("", "1"):
            event = self._turn(who, text)
            if chance.random() < DOUBLED and chance.random() < IN_PARALLEL:
                first, _ = await asyncio.gather(self._one(event), self._one(event, copy=1))
            else:
                first = await self._one(event)
            if not first.startswith("CON"):
                return
            await asyncio.sleep(THINK_SECONDS)

    async def _one(self, event: Event, copy: int = 0) -> str:
        """The body of the last answer."""
        ports = list(self.plan.web_ports)
        random.Random(f"{event.id}:{copy}").shuffle(ports)
        for turn in range(self.plan.tries):
            began, status, body = time.time(), 0, ""
            try:
                status, body = await self._web.post(
                    ports[turn % len(ports)],
                    event.path,
                    event.form,
                    event.headers,
                    seconds=self.plan.wait_seconds,
                )
            except ConnectionRefusedError:
                status = -1
            except (OSError, asyncio.IncompleteReadError, TimeoutError, ValueError):
                pass
            self._write(event, copy, turn, status, body, began)
            if status == 200:
                return body
            await asyncio.sleep(0.05 if status == -1 else 0.3)
        return ""

    def _write(
        self, event: Event, copy: int, turn: int, status: int, body: str, began: float
    ) -> None:
        promises = event.promises
        if event.kind == "ussd":
            promises = "link" if body.startswith(PROMISE) else ""
        entry = {
            "at": began,
            "seconds": round(time.time() - began, 4),
            "event": event.id,
            "kind": event.kind,
            "caller": event.caller,
            "copy": copy,
            "turn": turn,
            "status": status,
            "body": body[:160],
            "promises": promises if status == 200 else "",
        }
        self._file.write(json.dumps(entry, ensure_ascii=False) + "\n")

    def _event(self, kind: str, vendor: str, who: int, word: str) -> Event:
        caller = f"+91{9_000_000_000 + who}"
        build = BUILD[kind, vendor]
        path, form = build(self.plan, who, caller, word)
        headers = {}
        if vendor == "twilio":
            url = self.plan.public_url + path
            headers["X-Twilio-Signature"] = wire.signature(self.plan.token, url, form)
        promises = "confirmation" if kind == "sms" and word == "HELP" else "link"
        return Event(
            id=f"{kind}:{who}",
            kind=kind,
            caller=caller,
            promises=promises,
            path=path,
            form=form,
            headers=headers,
        )

    def _turn(self, who: int, text: str) -> Event:
        caller = f"+91{9_000_000_000 + who}"
        form = {
            "sessionId": f"ATUid_{who}",
            "serviceCode": "*384*97183#",
            "phoneNumber": caller,
            "networkCode": "40445",
            "text": text,
        }
        return Event(
            id=f"ussd:{who}:{text}",
            kind="ussd",
            caller=caller,
            promises="",
            path=f"/ussd/india/{self.plan.secret}",
            form=form,
            headers={},
        )


Form = tuple[str, dict[str, str]]


def _ring_africas_talking(plan: Plan, who: int, caller: str, _word: str) -> Form:
    form = {"isActive": "1", "sessionId": f"ATVId_{who}", "direction": "Inbound"}
    return f"/missed-call/india/{plan.secret}", form | {
        "callerNumber": caller,
        "destinationNumber": "+919718397183",
    }


def _ring_twilio(plan: Plan, who: int, caller: str, _word: str) -> Form:
    form = {"AccountSid": plan.account, "CallSid": f"CA{who:032x}", "CallStatus": "ringing"}
    return "/missed-call/us", form | {
        "Direction": "inbound",
        "From": caller,
        "To": "+919718397183",
    }


def _text_africas_talking(plan: Plan, who: int, caller: str, word: str) -> Form:
    form = {"id": f"ATXid_in_{who}", "from": caller, "to": "56161", "text": word}
    return f"/sms/india/{plan.secret}", form | {"date": "2026-11-23 09:00:00"}


def _text_twilio(plan: Plan, who: int, caller: str, word: str) -> Form:
    form = {"AccountSid": plan.account, "MessageSid": f"SM{who:032x}", "SmsStatus": "received"}
    return "/sms/us", form | {"From": caller, "To": "+919718397183", "Body": word}


BUILD = {
    ("missed_call", "africastalking"): _ring_africas_talking,
    ("missed_call", "twilio"): _ring_twilio,
    ("sms", "africastalking"): _text_africas_talking,
    ("sms", "twilio"): _text_twilio,
}

if __name__ == "__main__":
    asyncio.run(People(wire.read_plan(Plan)).live())
