"""G10: web servers and dispatchers are replaced one after the other behind nginx, under load."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from tests.chaos.field import is_open
from tests.servers.ports import free_port

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.debian("postgres", "nginx"),
    pytest.mark.parametrize("storage", ["postgresql"], indirect=True),
]
NGINX: Final = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log crit;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  upstream sanket {{ {servers} }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://sanket;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_connect_timeout 2s;
      proxy_read_timeout 15s;
      proxy_next_upstream error non_idempotent;
    }}
  }}
}}
"""


@contextmanager
def nginx(folder: Path, upstreams: Sequence[int]) -> Iterator[int]:
    port = free_port()
    servers = " ".join(f"server 127.0.0.1:{one} max_fails=0;" for one in upstreams)
    file = folder / "nginx.conf"
    file.write_text(NGINX.format(folder=folder, servers=servers, port=port), encoding="utf-8")
    running = subprocess.Popen(["nginx", "-c", str(file), "-p", str(folder)])
    pause = threading.Event()
    try:
        for _ in range(500):
            if is_open(port):
                break
            pause.wait(0.02)
        yield port
    finally:
        running.terminate()
        running.wait(20)


def test_g10_rolling_restart(
    new_field: Any, times: Callable[[int, int], int], tell: Callable[..., None]
) -> None:
    field = new_field(faults={}, reports=None)
    rounds, apart, pause = times(2, 8), times(1, 10), threading.Event()
    with nginx(field.folder, field.ports) as port:
        length = rounds * len(field.members) * max(apart, 2.0) + 4
        crowd = field.crowd(length, rate=times(40, 200), tries=1, web_ports=[port])
        pause.wait(1.5)
        for _ in range(rounds):
            for member in field.members:
                next_at = time.monotonic() + apart
                os.kill(member.pid, signal.SIGTERM)
                field.wait_until(lambda member=member: not member.is_alive(), 30)
                member.start()
                field.wait_until(member.is_up, 30)
                pause.wait(max(0.0, next_at - time.monotonic()))
        crowd.terminate()
        crowd.wait(60)
    field.wait_until_settled(90 + length)  # what the restarts held up is sent behind the rest
    verdict, said = field.verdict(), field.said()
    errors = Counter(entry["status"] for entry in said if entry["status"] != 200)
    restarts = rounds * len(field.members)
    tell("G10", f"{verdict}  restarts {restarts}, answers that were no 200 {dict(errors)}")
    assert verdict.is_sound, verdict
    assert not errors
    assert not verdict.copied
