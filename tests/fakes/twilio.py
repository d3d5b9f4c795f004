"""A strict stand-in for Twilio's Messages API on loopback: a ledger, and scripted outcomes.

In a test: `with FakeTwilio() as vendor:` and `base_url: vendor.base_url`. As a process:
`python tests/fakes/twilio.py --port 4010 --ledger FILE`, which appends what it accepted to FILE,
one JSON object a line, before it answers. What Twilio's own contract (OpenAPI, 2010-04-01) forbids
is refused with 400 and kept in `complaints`.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import json
import re
import socket
import struct
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

ACCOUNT = "AC00000000000000000000000000000001"
TOKEN = "the-token"
PATH = re.compile(r"/2010-04-01/Accounts/(AC[0-9a-f]{32})/Messages\.json")
FIELDS = frozenset({"To", "Body"})
SENDERS = frozenset({"From", "MessagingServiceSid"})
OPTIONAL_FIELDS = frozenset({"StatusCallback", "ValidityPeriod"})
MAX_BODY = 1600


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that this vendor will deliver."""

    id: str
    to: str
    text: str
    sender: str
    callback: str | None
    validity_seconds: int | None


@dataclass(frozen=True, slots=True)
class Heard:
    """A request as it came. Header names are in lower case."""

    path: str
    headers: Mapping[str, str]
    form: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One answer. Without a body: HTTP 201 and the message, or `error` as the vendor writes it.

    `takes` puts the message into the ledger although the answer says otherwise, or never comes.
    `ends` is "whole"; "hangup" (whole, then the connection closes without a word before); "cut"
    (it closes in mid-body); "reset" or "never" (the request is read, and no answer comes).
    """

    code: int = 201
    error: int | None = None
    message_status: str = "queued"
    error_code: int | None = None
    body: bytes | None = None
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    takes: bool = False
    ends: str = "whole"


ACCEPT = Outcome()


class FakeTwilio:
    def __init__(self, port: int = 0, *, token: str | None = TOKEN, ledger: Path | None = None):
        """Any token is good where `token` is None."""
        self.ledger: list[Taken] = []
        self.heard: list[Heard] = []
        self.complaints: list[str] = []
        self.connections = 0
        self.closing = threading.Event()
        self.hung_up = threading.Event()  # set when the first connection was closed by the vendor
        self._token = token
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

    def __enter__(self) -> FakeTwilio:
        self._thread = threading.Thread(target=self.serve, name="twilio", daemon=True)
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
            if not self._is_known(heard):
                return _error(401, 20003)
            complaint = _complaint(heard)
            if complaint:
                self.complaints.append(complaint)
                return _error(400, 21200)
            outcome = self._scripted.popleft() if self._scripted else ACCEPT
            return self._carry_out(outcome, dict(heard.form))

    def _is_known(self, heard: Heard) -> bool:
        """HTTP Basic, and never an account that is not the one of the path."""
        path = PATH.fullmatch(heard.path)
        account = path[1] if path else ACCOUNT
        scheme, _, proof = heard.headers.get("authorization", "").partition(" ")
        with contextlib.suppress(ValueError):
            name, _, token = base64.b64decode(proof, validate=True).decode("ascii").partition(":")
            return scheme == "Basic" and name == account and self._token in {None, token}
        return False

    def _carry_out(self, outcome: Outcome, form: Mapping[str, str]) -> Outcome:
        if outcome.error is not None:
            return replace(_error(outcome.code, outcome.error), headers=outcome.headers)
        validity = form.get("ValidityPeriod")
        taken = Taken(
            id=f"SM{uuid4().hex}",
            to=form["To"],
            text=form["Body"],
            sender=form.get("From") or form["MessagingServiceSid"],
            callback=form.get("StatusCallback"),
            validity_seconds=int(validity) if validity else None,
        )
        accepts = outcome.body is None and outcome.message_status in {"queued", "accepted"}
        if accepts or outcome.takes:
            self._take(taken)
        if outcome.body is not None:
            return outcome
        return replace(outcome, body=json.dumps(_message(taken, outcome)).encode())

    def _take(self, taken: Taken) -> None:
        self.ledger.append(taken)
        if self._file:
            self._file.write(json.dumps(asdict(taken), ensure_ascii=False) + "\n")
            self._file.flush()


def _message(taken: Taken, outcome: Outcome) -> dict[str, object]:
    return {
        "sid": taken.id,
        "account_sid": ACCOUNT,
        "api_version": "2010-04-01",
        "body": taken.text,
        "direction": "outbound-api",
        "error_code": outcome.error_code,
        "error_message": None,
        "num_media": "0",
        "num_segments": "1",
        "price": None,
        "price_unit": "USD",
        "status": outcome.message_status,
        "to": taken.to,
    }


def _complaint(heard: Heard) -> str | None:
    """What is wrong with a request, None when nothing is."""
    names = [name for name, _ in heard.form]
    form = dict(heard.form)
    if PATH.fullmatch(heard.path) is None:
        return f"no such path: {heard.path}"
    if heard.headers.get("content-type") != "application/x-www-form-urlencoded":
        return "content type"
    if heard.headers.get("accept") != "application/json":
        return "accept header"
    if not heard.headers.get("user-agent", "").startswith("twilio-python/"):
        return "not the SDK's request"
    if len(names) != len(set(names)):
        return "a doubled field"
    if not FIELDS <= set(names) <= FIELDS | SENDERS | OPTIONAL_FIELDS:
        return f"fields: {sorted(names)}"
    if len(SENDERS & set(names)) != 1:
        return "not one sender"
    if not re.fullmatch(r"\+[0-9]{7,15}", form["To"]):
        return "To: not E.164"
    if not 0 < len(form["Body"]) <= MAX_BODY:
        return "Body: empty or too long"
    if not 1 <= int(form.get("ValidityPeriod", "1")) <= 36_000:
        return "ValidityPeriod"
    callback = urlsplit(form.get("StatusCallback", "https://example.com/"))
    if callback.scheme not in {"http", "https"} or "_" in callback.netloc:
        return "StatusCallback"
    return None


def _error(code: int, error: int) -> Outcome:
    body = {
        "code": error,
        "message": "The 'To' number +254711000111 will not do.",  # as chatty as the vendor
        "more_info": f"https://www.twilio.com/docs/errors/{error}",
        "status": code,
    }
    return Outcome(code=code, body=json.dumps(body).encode())


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    vendor: FakeTwilio

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
    vendor = FakeTwilio(arguments.port, token=None, ledger=arguments.ledger)
    print(f"ready {vendor.base_url}", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        vendor.serve()


if __name__ == "__main__":
    main()
