"""A strict stand-in for Africa's Talking's SMS API on loopback: a ledger, and scripted outcomes.

In a test: `with FakeAfricasTalking() as vendor:` and `base_url: vendor.base_url`. As a process:
`python tests/fakes/africastalking.py --port 4020 --ledger FILE`, which appends what it accepted to
FILE, one JSON object a line, before it answers. What the real SDK would never send is refused with
400 and kept in `complaints`.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4

PATH = "/version1/messaging"
FIELDS = frozenset({"username", "to", "message", "bulkSMSMode"})
OPTIONAL_FIELDS = frozenset({"from", "enqueue"})
ACCEPTED = frozenset({100, 101, 102})


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that this vendor will deliver."""

    id: str
    to: str
    text: str
    sender: str | None
    username: str


@dataclass(frozen=True, slots=True)
class Heard:
    """A request as it came, and when. Header names are in lower case."""

    path: str
    headers: Mapping[str, str]
    form: tuple[tuple[str, str], ...]
    at: float = field(default_factory=time.monotonic, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One answer. Without a body the vendor lists each number with `recipient_code`.

    `takes` puts the messages into the ledger although the answer says otherwise, or never comes.
    `number` stands in the answer in place of the recipient's.
    `ends` is "whole"; "hangup" (whole, then the connection closes without a word before); "cut"
    (it closes in mid-body); "reset" or "never" (the request is read, and no answer comes).
    """

    code: int = 201
    body: bytes | None = None
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    recipient_code: int = 101
    number: str | None = None
    takes: bool = False
    ends: str = "whole"


ACCEPT = Outcome()


class FakeAfricasTalking:
    def __init__(self, port: int = 0, *, api_key: str | None = None, ledger: Path | None = None):
        """Any key is good where `api_key` is None."""
        self.ledger: list[Taken] = []
        self.heard: list[Heard] = []
        self.complaints: list[str] = []
        self.connections = 0
        self.closing = threading.Event()
        self.hung_up = threading.Event()  # set when the first connection was closed by the vendor
        self._api_key = api_key
        self._file = ledger.open("a", encoding="utf-8") if ledger else None
        self._scripted: deque[Outcome] = deque()
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.vendor = self
        self._thread: threading.Thread | None = None

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def script(self, **outcome: Any) -> None:
        """What the next request gets, in the words of Outcome; then all is accepted again."""
        with self._lock:
            self._scripted.append(Outcome(**outcome))

    def serve(self) -> None:
        self._server.serve_forever(poll_interval=0.02)

    def __enter__(self) -> FakeAfricasTalking:
        self._thread = threading.Thread(target=self.serve, name="africastalking", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        if self._file:
            self._file.close()

    def answer(self, heard: Heard) -> Outcome:
        """Checks a request as strictly as its sender should, and decides on the outcome."""
        with self._lock:
            self.heard.append(heard)
            complaint = _complaint(heard)
            if complaint:
                self.complaints.append(complaint)
                return _plain(400, complaint)
            if self._api_key is not None and heard.headers.get("apikey") != self._api_key:
                return _plain(401, "The supplied authentication is invalid")
            outcome = self._scripted.popleft() if self._scripted else ACCEPT
            return self._carry_out(outcome, dict(heard.form))

    def _carry_out(self, outcome: Outcome, form: Mapping[str, str]) -> Outcome:
        accepts = outcome.body is None and outcome.recipient_code in ACCEPTED
        recipients = []
        for to in form["to"].split(","):
            taken = Taken(
                f"ATXid_{uuid4().hex}", to, form["message"], form.get("from"), form["username"]
            )
            if accepts or outcome.takes:
                self._take(taken)
            recipients.append(_recipient(taken, outcome, accepts))
        if outcome.body is not None:
            return outcome
        body = {"SMSMessageData": {"Message": "Sent to 1/1", "Recipients": recipients}}
        return replace(outcome, body=json.dumps(body).encode())

    def _take(self, taken: Taken) -> None:
        self.ledger.append(taken)
        if self._file:
            self._file.write(json.dumps(asdict(taken), ensure_ascii=False) + "\n")
            self._file.flush()


def _recipient(taken: Taken, outcome: Outcome, accepted: bool) -> dict[str, object]:
    return {
        "statusCode": outcome.recipient_code,
        "number": outcome.number or taken.to,
        "status": "Success" if accepted else "Failed",
        "cost": "KES 0.8000" if accepted else "0",
        "messageId": taken.id if accepted else "None",
    }


def _complaint(heard: Heard) -> str | None:
    """What is wrong with a request, None when nothing is."""
    names = [name for name, _ in heard.form]
    if heard.path != PATH:
        return f"no such path: {heard.path}"
    if heard.headers.get("content-type") != "application/x-www-form-urlencoded":
        return "content type"
    if heard.headers.get("accept") != "application/json":
        return "accept header: the answer would be XML"
    if not heard.headers.get("apikey"):
        return "no apiKey header"
    if len(names) != len(set(names)):
        return "a doubled field"
    if not FIELDS <= set(names) <= FIELDS | OPTIONAL_FIELDS:
        return f"fields: {sorted(names)}"
    if not all(to.startswith("+") and to[1:].isdigit() for to in dict(heard.form)["to"].split(",")):
        return "to: not E.164"
    return None


def _plain(code: int, text: str) -> Outcome:
    return Outcome(code=code, body=text.encode(), content_type="text/plain")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    vendor: FakeAfricasTalking

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that gave up is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each answer waits 40 ms between its head and its body
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.server.vendor.connections += 1

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        form = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict"
        )
        headers = {name.lower(): value for name, value in self.headers.items()}
        self._send(self.server.vendor.answer(Heard(self.path, headers, tuple(form))))

    def _send(self, outcome: Outcome) -> None:
        body = outcome.body or b""
        if outcome.ends == "never":
            self.server.vendor.closing.wait(30)
        if outcome.ends in {"never", "reset"}:
            self._reset()
            return
        self.send_response(outcome.code)
        for name, value in outcome.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", outcome.content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if outcome.ends == "cut":
            self.wfile.write(body[: len(body) // 2])
            self.close_connection = True
            return
        with contextlib.suppress(OSError):  # the client may have heard enough
            self.wfile.write(body)
        if outcome.ends == "hangup":
            self.close_connection = True

    def finish(self) -> None:
        super().finish()
        self.request.shutdown(socket.SHUT_WR)
        self.server.vendor.hung_up.set()

    def _reset(self) -> None:
        """Closes with a TCP reset: the client learns nothing of what became of its request."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base's name
        """Requests hold numbers and texts."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--ledger", type=Path, required=True)
    arguments = parser.parse_args()
    vendor = FakeAfricasTalking(arguments.port, ledger=arguments.ledger)
    print(f"ready {vendor.base_url}", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        vendor.serve()


if __name__ == "__main__":
    main()
