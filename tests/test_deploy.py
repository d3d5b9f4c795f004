"""deploy/nginx.conf in a real nginx, with a self-signed certificate and a counting upstream."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

Eventually = Callable[[Callable[[], object], float], None]

ROOT = Path(__file__).resolve().parent.parent
MSISDN_IN_QUERY = "/sms/kenya/secret-in-path?from=%2B254700000000"

pytestmark = pytest.mark.debian("nginx")


@dataclass
class Upstream:
    """What stands behind nginx: it answers ok and keeps what it got."""

    got: list[tuple[str, str, int]] = field(default_factory=list)  # path, X-Forwarded-For, bytes


@dataclass(frozen=True)
class Front:
    port: int
    folder: Path
    upstream: Upstream

    def post(self, path: str, body: bytes, **headers: str) -> int:
        line = HTTPSConnection("127.0.0.1", self.port, timeout=5, context=trusting())
        line.request("POST", path, body, {name.replace("_", "-"): v for name, v in headers.items()})
        code = line.getresponse().status
        line.close()
        return code

    def logged(self) -> str:
        return "".join(file.read_text() for file in sorted(self.folder.glob("*.log")))


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

    with (
        TemporaryDirectory(prefix="sanket-") as name,
        ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server,
    ):
        Thread(target=server.serve_forever, daemon=True).start()
        folder, port = Path(name), unused_port()
        configure(folder, port, server.server_port)
        nginx = subprocess.Popen(
            [str(shutil.which("nginx")), "-p", name, "-c", "main.conf", "-e", "start.log"],
            stderr=subprocess.PIPE,
            text=True,
        )
        wait_for(port, nginx)
        yield Front(port, folder, upstream)
        nginx.terminate()
        nginx.communicate(timeout=10)
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
    with trusting().wrap_socket(socket.create_connection(("127.0.0.1", front.port))) as half:
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


def configure(folder: Path, port: int, upstream_port: int) -> None:
    """The shipped file with this machine's ports and paths, inside the smallest main file."""
    site = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    for shipped, here in (
        ("server 127.0.0.1:8000", f"server 127.0.0.1:{upstream_port}"),
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("    listen [::]:443 ssl;\n", ""),
        ("listen 80", f"listen 127.0.0.1:{unused_port()}"),
        ("    listen [::]:80;\n", ""),
        ("/etc/ssl/sanket/", f"{folder}/"),
        ("/var/log/nginx/", f"{folder}/"),
    ):
        assert shipped in site
        site = site.replace(shipped, here)
    (folder / "site.conf").write_text(site)
    homes = "".join(
        f"{name}_temp_path {folder}/{name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "main.conf").write_text(
        f"daemon off; master_process off; pid {folder}/pid;\nevents {{}}\n"
        f"http {{ {homes} include {folder}/site.conf; }}\n"
    )
    certify(folder)


def certify(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sanket.example.in")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


def trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, nginx: subprocess.Popen[str]) -> None:
    while nginx.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except ConnectionRefusedError:
            continue
        return
    pytest.fail(f"nginx ended: {nginx.communicate()[1]}")
