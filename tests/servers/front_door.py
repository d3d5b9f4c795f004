"""Debian's nginx with the shipped configuration, on loopback, with a certificate of its own."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
from datetime import UTC, datetime, timedelta
from http.client import HTTPSConnection
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.servers.ports import free_port

ROOT = Path(__file__).resolve().parents[2]


class FrontDoor:
    """`with FrontDoor(upstream_port) as door:`; `door.port` speaks TLS."""

    def __init__(self, upstream_port: int) -> None:
        self.port = free_port()
        self._folder = TemporaryDirectory(prefix="sanket-")
        self.folder = Path(self._folder.name)
        configure(self.folder, self.port, upstream_port)

    def __enter__(self) -> FrontDoor:
        self._nginx = subprocess.Popen(
            [
                str(shutil.which("nginx")),
                "-p",
                str(self.folder),
                "-c",
                "main.conf",
                "-e",
                "start.log",
            ],
            stderr=subprocess.PIPE,
            text=True,
        )
        while self._nginx.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except ConnectionRefusedError:
                continue
            return self
        raise AssertionError(f"nginx ended: {self._nginx.communicate()[1]}")

    def __exit__(self, *_: object) -> None:
        self._nginx.terminate()
        self._nginx.communicate(timeout=10)
        self._folder.cleanup()

    def connect(self) -> HTTPSConnection:
        return HTTPSConnection("127.0.0.1", self.port, timeout=20, context=trusting())

    def logged(self) -> str:
        return "".join(file.read_text() for file in sorted(self.folder.glob("*.log")))


def configure(folder: Path, port: int, upstream_port: int) -> None:
    """The shipped file with this machine's ports and paths, inside the smallest main file."""
    site = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    for shipped, here in (
        ("server 127.0.0.1:8000", f"server 127.0.0.1:{upstream_port}"),
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("    listen [::]:443 ssl;\n", ""),
        ("listen 80", f"listen 127.0.0.1:{free_port()}"),
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
