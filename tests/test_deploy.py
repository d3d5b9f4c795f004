"""deploy/nginx.conf in a real nginx, with a self-signed certificate and a counting upstream."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from threading import Thread
from types import ModuleType
from typing import Any

import pytest

Eventually = Callable[[Callable[[], object], float], None]

ROOT = Path(__file__).resolve().parent.parent
MSISDN_IN_QUERY = "/sms/kenya/secret-in-path?from=%2B254700000000"


def _load_front_door() -> ModuleType:
    """The tests are no package."""
    spec = spec_from_file_location("by_path_front_door", ROOT / "tests/servers/front_door.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


front_door = _load_front_door()
pytestmark = pytest.mark.debian("nginx")


@dataclass
class Upstream:
    """What stands behind nginx: it answers ok and keeps what it got."""

    got: list[tuple[str, str, int]] = field(default_factory=list)  # path, X-Forwarded-For, bytes


@dataclass(frozen=True)
class Front:
    door: Any
    upstream: Upstream

    @property
    def port(self) -> int:
        return int(self.door.port)

    def post(self, path: str, body: bytes, **headers: str) -> int:
        line = self.door.connect()
        line.request("POST", path, body, {name.replace("_", "-"): v for name, v in headers.items()})
        code = int(line.getresponse().status)
        line.close()
        return code

    def logged(self) -> str:
        return str(self.door.logged())


@pytest.fixture(scope="module")
def front() -> Iterator[Front]:
    upstream = Upstream()

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = len(self.rfile.read(int(self.headers["Content-Length"])))
            upstream.got.append((self.path, self.headers["X-Forwarded-For"], length))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        with front_door.FrontDoor(server.server_port) as door:
            yield Front(door, upstream)
        server.shutdown()


def test_a_request_passes_with_the_address_that_nginx_saw(front: Front) -> None:
    assert front.post("/ussd/kenya", b"text=1", X_Forwarded_For="6.6.6.6") == 200
    assert ("/ussd/kenya", "127.0.0.1", 6) in front.upstream.got


def test_the_metrics_are_not_passed_on(front: Front) -> None:
    before = len(front.upstream.got)
    assert front.post("/metrics", b"") == 404
    assert len(front.upstream.got) == before


@pytest.mark.parametrize(("size", "code"), [(64 * 1024, 200), (64 * 1024 + 1, 413)])
def test_a_body_has_a_limit(front: Front, size: int, code: int) -> None:
    assert front.post("/sms/kenya", b"x" * size) == code


def test_half_a_body_never_reaches_the_bridge(front: Front) -> None:
    before = len(front.upstream.got)
    with front_door.trusting().wrap_socket(
        socket.create_connection(("127.0.0.1", front.port))
    ) as half:
        half.sendall(b"POST /half HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf")
        # A whole request that comes later is through while the half one still waits.
        assert front.post("/whole", b"") == 200
    assert [path for path, *_ in front.upstream.got[before:]] == ["/whole"]


def test_the_logs_hold_no_secret_and_no_caller(front: Front, eventually: Eventually) -> None:
    assert front.post(MSISDN_IN_QUERY, b"") == 200
    assert front.post(MSISDN_IN_QUERY, b"x" * 70_000) == 413
    eventually(lambda: " POST 413 " in front.logged(), 5)
    assert " POST 200 " in front.logged()
    for word in ("kenya", "secret", "254700000000", "127.0.0.1"):
        assert word not in front.logged()
