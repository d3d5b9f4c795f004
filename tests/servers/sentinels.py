"""A Redis with one replica and three Sentinels, as on five hosts: to be killed, and to recover."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from redis import Redis
from redis.exceptions import RedisError

from tests.servers.ports import free_port

MASTER: Final = "mymaster"
DOWN_AFTER_SECONDS: Final = 1.0
SENTINEL: Final = """
port {port}
bind {address}
protected-mode no
dir {folder}
sentinel monitor mymaster {address} {master} 2
sentinel down-after-milliseconds mymaster {down_after}
sentinel failover-timeout mymaster 5000
"""


class Circle:
    def __init__(self, folder: Path, address: str) -> None:
        self._folder = folder
        self._address = address
        self._ports = [free_port() for _ in range(2)]
        self._sentinels = [free_port() for _ in range(3)]
        self._running: dict[int, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Circle:
        first, second = self._ports
        self._start_server(first)
        self._start_server(second, "--replicaof", self._address, str(first))
        for port in self._sentinels:
            file = self._folder / f"sentinel-{port}.conf"
            text = SENTINEL.format(
                port=port,
                address=self._address,
                folder=self._folder,
                master=first,
                down_after=int(DOWN_AFTER_SECONDS * 1000),
            )
            file.write_text(text, encoding="utf-8")
            self._start(port, str(file), "--sentinel")
        self.wait_until(self.is_whole, 60)
        return self

    def __exit__(self, *_: object) -> None:
        for running in self._running.values():
            running.kill()
            running.wait()

    @property
    def url(self) -> str:
        hosts = ",".join(f"{self._address}:{port}" for port in self._sentinels)
        return f"redis+sentinel://{hosts}/{MASTER}/0"

    def masters(self) -> set[int]:
        """The ports that the Sentinels name; one, when they agree."""
        return {int(self._says(port)["port"]) for port in self._sentinels}

    def is_whole(self) -> bool:
        """Every Sentinel knows the others and the replica, which has all that the master has."""
        try:
            told = [self._says(port) for port in self._sentinels]
            (master,) = {int(one["port"]) for one in told}
            linked: Any = Redis(self._address, master).info("replication")
        except (RedisError, ValueError):
            return False
        return linked.get("slave0", {}).get("state") == "online" and all(
            (one["num-other-sentinels"], one["num-slaves"]) == (2, 1) for one in told
        )

    def kill_master(self) -> int:
        """kill -9; its port."""
        (port,) = self.masters()
        self._running[port].kill()
        self._running[port].wait()
        return port

    def bring_back(self, port: int) -> None:
        """As a host that was restarted does: it still believes to be the master."""
        self._start_server(port)
        self.wait_until(self.is_whole, 60)

    def wait_for_another_than(self, port: int) -> float:
        """When all Sentinels had named another master, as seconds since the epoch."""
        self.wait_until(lambda: len(self.masters()) == 1 and port not in self.masters(), 60)
        return time.time()

    def wait_until(self, holds: Callable[[], object], seconds: float) -> None:
        pause, give_up_at = threading.Event(), time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < give_up_at, f"the Sentinels do not agree: {self.masters()}"
            pause.wait(0.05)

    def _says(self, port: int) -> Any:
        masters: Any = Redis(self._address, port).sentinel_masters()
        return masters[MASTER]

    def _start_server(self, port: int, *more: str) -> None:
        self._start(
            port, "--port", str(port), "--bind", self._address, "--protected-mode", "no",
            "--save", "", "--repl-diskless-sync-delay", "0", "--dir", str(self._folder), *more,
        )  # fmt: skip

    def _start(self, port: int, *arguments: str) -> None:
        """Debian's redis-sentinel is this very program, called by another name."""
        with (self._folder / f"redis-{port}.log").open("ab") as out:
            self._running[port] = subprocess.Popen(["redis-server", *arguments], stdout=out)
