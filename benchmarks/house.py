"""A bridge to measure: a folder with its configuration, and the object graph in this process."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.menu_files import menu_of
from benchmarks.processes import cpu_seconds
from benchmarks.webhooks import GATEWAY, SECRET
from cli import heap, logs
from settings_reading import load_settings
from state.connection import connect
from state.embedded import EmbeddedRedis
from wiring import Bridge, build

SLOW_GATEWAY: Final = "slow"
MENU_SCREENS: Final = 10
NOBODY: Final = "http://127.0.0.1:9"
_GATEWAY: Final = """
  {name}:
    vendor: africastalking
    country: IN
    username: sanket
    api_key: an-api-key-for-benchmarks
    webhook_secret: {secret}
    sender_id: SANKET
    tps: 100000
    base_url: {base_url}
"""


# What is asked for every SMS, and never says no: thousands of callers ring in a row here.
UNLIMITED: Final = {
    "BRIDGE_PREFIX_PER_HOUR": "1000000",
    "BRIDGE_NEW_NUMBERS_PER_DAY": "100000000",
    "BRIDGE_ANSWERS_PER_DAY": "1000000",
    "BRIDGE_CALLS_PER_DAY": "1000000",
    "BRIDGE_CALLS_PER_WEEK": "1000000",
    "BRIDGE_CALL_COOLDOWN_SECONDS": "0",
    "BRIDGE_SAME_LINK_SECONDS": "0",
    "BRIDGE_LOOP_TEXTS": "1000000",
    "BRIDGE_LOOP_SAME_TEXTS": "1000000",
    "BRIDGE_DAY_BUDGET": "100000000 INR",
    "BRIDGE_HOUR_PERCENT": "100",
}


@dataclass(frozen=True, slots=True)
class Home:
    """`var` is on a disk: what is measured must really be durable."""

    folder: Path

    @property
    def var(self) -> Path:
        return self.folder / "var"

    @property
    def sqlite_url(self) -> str:
        return f"sqlite:///{self.folder / 'bridge.db'}"

    def environ(self, database_url: str | None = None) -> dict[str, str]:
        """The settings of a bridge in this folder; the database is SQLite unless told."""
        return {
            "BRIDGE_DEV": "1",
            "BRIDGE_VAR": str(self.var),
            "BRIDGE_GATEWAYS": str(self.folder / "gateways.yaml"),
            "BRIDGE_MENUS": str(self.folder / "menus.yaml"),
            "BRIDGE_PUBLIC_URL": "https://sanket.example.in",
            "BRIDGE_DATABASE_URL": database_url or self.sqlite_url,
            **UNLIMITED,
        }


@contextmanager
def home(vendor: str = NOBODY, slow_vendor: str = NOBODY) -> Iterator[Home]:
    """Ends with everything that was written. The addresses are those of the vendors' stand-ins."""
    lasting = Path("/var/tmp")  # noqa: S108 - /tmp is in memory on many machines
    where = lasting if lasting.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="sanket-", dir=where) as name:
        folder = Path(name)
        for file, text in menu_of(MENU_SCREENS).items():
            (folder / file).write_text(text, encoding="utf-8")
        accounts = [
            _GATEWAY.format(name=account, secret=SECRET, base_url=base_url)
            for account, base_url in ((GATEWAY, vendor), (SLOW_GATEWAY, slow_vendor))
        ]
        text = "gateways:" + "".join(accounts)
        (folder / "gateways.yaml").write_text(text, encoding="utf-8")
        yield Home(folder)


@contextmanager
def bridge_in(place: Home, database_url: str | None = None) -> Iterator[Bridge]:
    """Migrated and published. Its log is written as in production, and read by nobody."""
    bridge = build(load_settings(place.environ(database_url)), {})
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, redirect_stderr(nowhere):
        logs.configure(bridge.settings.log_level)
        try:
            bridge.migrate()
            bridge.publish_menu()
            heap.settle()  # as the processes that serve do
            yield bridge
        finally:
            bridge.stop()


class Redis:
    """The built-in Redis of a folder, with its CPU time."""

    def __init__(self, place: Home) -> None:
        self._server = EmbeddedRedis(place.var)
        self.url = self._server.url

    @contextmanager
    def running(self) -> Iterator[Redis]:
        self._server.start()
        try:
            yield self
        finally:
            self._server.stop()

    def cpu(self) -> float:
        client = connect(self.url)
        pid = int(client.info("server")["process_id"])
        client.close()
        return cpu_seconds([pid])
