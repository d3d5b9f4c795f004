"""SAMPLE providers on loopback for the services of the shipped menu. All that they say is made up.

python examples/providers/sample_providers.py [PORT]     (or: make providers)

    GET  /v1/mandi?market=azadpur&crop=wheat        a price
    POST /v1/pf       {"uan", "caller"}             a balance, to the registered number
    POST /v1/refills  {"company", "caller"}         books a refill, once for each Idempotency-Key
    GET  /v1/pnr/{10 digits}                        a train, a seat
    GET  /v1/bills/{6 to 12 digits}                 what is due
    POST /v1/results  {"roll", "born"}              marks

What a number ends with, or one of these words in its place, brings a fault: 00 "unknown" is not
found, 01 "slow" takes SLOW_SECONDS, 02 "down" is a 503, 03 "garbage" is HTML, 04 "wrong" has wrong
types, 05 "stranger" belongs to another number (403).
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

PORT: Final = 8091
SLOW_SECONDS: Final = 30.0
MOST_BODY: Final = 10_000
MOST_KEPT: Final = 10_000  # bookings
DAY: Final = "23/11/2026"
FAULTS: Final = ("unknown", "slow", "down", "garbage", "wrong", "stranger")
COMPANIES: Final = ("indane", "bharatgas", "hp_gas")
GARBAGE: Final = b"<html><body>END Internal error \x00 CON</body></html>"

Told = Mapping[str, str]
Answer = dict[str, object]


class NotFound(Exception):
    """Nobody knows what was asked about."""


def drawn(least: int, most: int, *of: str) -> int:
    """A number between these, always the same for the same words."""
    digest = hashlib.sha256("\n".join(("SAMPLE", *of)).encode()).digest()
    return least + int.from_bytes(digest[:8], "big") % (most - least + 1)


def mandi(told: Told) -> Answer:
    """Of one market, or of the whole state."""
    place, crop = told.get("market") or told.get("state", ""), told.get("crop", "")
    if not place or not crop:
        raise NotFound
    modal = drawn(120, 900, place, crop) * 10
    price = {"min": modal - 150, "max": modal + 200, "modal": modal, "date": DAY}
    return {"records": [{"market": place, "crop": crop, **price}]}


def pf(told: Told) -> Answer:
    """`caller` is what the bridge calls the number that asks: never the number itself."""
    uan = told.get("uan", "")
    if not re.fullmatch("[0-9]{12}", uan) or not told.get("caller"):
        raise NotFound
    paid = drawn(1_200, 9_900, uan)
    return {"member": f"XXXX{uan[-4:]}", "balance": paid * 43, "paid": paid, "month": DAY}


def pnr(told: Told) -> Answer:
    number = told["number"]
    if not re.fullmatch("[0-9]{10}", number):
        raise NotFound
    status = ("CNF", "RAC", "WL")[drawn(0, 2, number)]
    seat = f"S{drawn(1, 9, number)}/{drawn(1, 72, number, 'berth')}"
    return {
        "train": str(drawn(12_001, 12_999, number)),
        "date": DAY,
        "status": status,
        "seat": seat,
    }


def bill(told: Told) -> Answer:
    number = told["number"]
    if not re.fullmatch("[0-9]{6,12}", number):
        raise NotFound
    return {"due": drawn(180, 4_200, number), "by": "05/12/2026", "account": f"XX{number[-4:]}"}


def result(told: Told) -> Answer:
    roll = told.get("roll", "")
    if not re.fullmatch("[0-9]{6,10}", roll) or not told.get("born"):
        raise NotFound
    marks = drawn(120, 490, roll)
    return {"roll": roll, "result": "PASS" if marks >= 165 else "FAIL", "marks": marks, "of": 500}


SAFE: Final[Mapping[str, Callable[[Told], Answer]]] = {
    "mandi": mandi, "pf": pf, "pnr": pnr, "bills": bill, "results": result,
}  # fmt: skip


class Bookings:
    """Refills: one for each idempotency key, however often it comes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: dict[str, Answer] = {}

    def book(self, told: Told, key: str) -> Answer:
        if told.get("company") not in COMPANIES or not told.get("caller"):
            raise NotFound
        with self._lock:
            number = len(self._made) + 1
            name = key or f"without a key {number}"
            if name not in self._made and number <= MOST_KEPT:
                self._made[name] = {"reference": f"SAMPLE{number:05}"}
            return self._made[name]

    def __len__(self) -> int:
        return len(self._made)


class Providers(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int = PORT, slow_seconds: float = SLOW_SECONDS) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.slow_seconds = slow_seconds
        self.bookings = Bookings()
        self.asked: Counter[str] = Counter()  # by service; nothing of what was asked
        self.stopping = threading.Event()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    server: Providers

    def do_GET(self) -> None:
        split = urlsplit(self.path)
        self._serve(split.path, dict(parse_qsl(split.query)))

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > MOST_BODY:
            self.close_connection = True
            return self._say(413, {"error": "no such body"})
        try:
            body = json.loads(self.rfile.read(int(length)))
        except (ValueError, RecursionError):
            body = None
        if not isinstance(body, dict):
            return self._say(400, {"error": "no JSON object"})
        return self._serve(self.path, {str(name): str(text) for name, text in body.items()})

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as above
        """What people ask for is nobody's to write down."""

    def _serve(self, path: str, told: dict[str, str]) -> None:
        _, _, rest = path.partition("/v1/")
        service, _, number = rest.partition("/")
        if number or service in ("pnr", "bills"):
            told["number"] = unquote(number)
        self.server.asked[service] += 1
        fault = fault_of(told)
        if fault == "slow":
            self.server.stopping.wait(self.server.slow_seconds)
        if fault in ("unknown", "down", "stranger"):
            status = {"unknown": 404, "down": 503, "stranger": 403}[fault]
            return self._say(status, {"error": fault})
        if fault == "garbage":
            return self._write(200, "text/html", GARBAGE)
        try:
            answer = self._answer(service, told)
        except NotFound:
            return self._say(404, {"error": "unknown"})
        if fault == "wrong":
            answer = {name: [{"not": "this"}] for name in answer}
        return self._say(200, {"sample": True, **answer})

    def _answer(self, service: str, told: Told) -> Answer:
        if service == "refills" and self.command == "POST":
            return self.server.bookings.book(told, self.headers.get("Idempotency-Key", ""))
        if service in SAFE:
            return SAFE[service](told)
        raise NotFound

    def _say(self, status: int, body: object) -> None:
        self._write(status, "application/json", json.dumps(body).encode())

    def _write(self, status: int, kind: str, body: bytes) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:  # who asked has gone: a slow answer is for nobody
            self.close_connection = True


def fault_of(told: Told) -> str:
    """The fault that what is told asks for, if any. A crop and a caller ask for none."""
    for name in ("number", "uan", "roll", "market", "company"):
        text = told.get(name, "")
        if text in FAULTS:
            return text
        if text.isdecimal() and text[-2:-1] == "0" and int(text[-1]) < len(FAULTS):
            return FAULTS[int(text[-1])]
    return ""


def server(port: int = PORT, slow_seconds: float = SLOW_SECONDS) -> Providers:
    return Providers(port, slow_seconds)


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else PORT
    with server(wanted) as running:
        where = f"http://127.0.0.1:{running.server_address[1]}"
        sys.stdout.write(f"SAMPLE providers on {where}\n")
        sys.stdout.flush()
        try:
            running.serve_forever()
        except KeyboardInterrupt:
            running.stopping.set()
