"""A stand-in for the real app: just enough of a bridge to drive `flask serve` for real."""

from __future__ import annotations

import gc
import os
import socket
import sys
import threading
from collections.abc import Mapping, Sequence

from flask import Flask

from cli import db, serve, worker
from cli.refusal import Refusal
from menu.diagnostics import Diagnostic
from menu.fit_report import Report
from menu.recorded import Dialogue
from metrics.meter import SILENT, Meter
from models.menu_desk import MenuDesk
from models.menu_publication import Listed
from models.publishing import Published
from settings import Settings
from settings_reading import BadSettings, load_settings
from state.connection import connect
from telecom.money import Money
from telecom.prices import PriceList


class StubBridge:
    """Leaves a file behind for everything that was done to it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    meter: Meter = SILENT

    def forget_counts(self) -> None:
        self._note("forgot_counts")

    def check(self) -> Sequence[str]:
        return os.environ.get("STUB_FINDINGS", "").splitlines()

    def check_menus(self) -> list[Diagnostic]:
        return []

    def find_moved_keys(self) -> list[Diagnostic]:
        return []

    def fit_menu(self) -> Report:
        raise NotImplementedError

    def segment_prices(self, country: str) -> Mapping[str, Money]:
        return {}

    def check_gateways(self) -> list[Diagnostic]:
        return []

    def menu_files(self) -> dict[str, bytes]:
        return {}

    def sms_prices(self) -> dict[str, PriceList]:
        return {}

    def migrate(self) -> None:
        self._note("migrated")

    def tell_lacks(self) -> None:
        pass

    def warm_senders(self) -> None:
        pass

    def check_key(self) -> None:
        pass

    def publish_menu(self) -> None:
        self._note("published")

    def publish_menu_as(
        self, published_by: str, note: str, files: Mapping[str, bytes] | None = None
    ) -> Published:
        raise NotImplementedError

    @property
    def menu_desk(self) -> MenuDesk:
        raise NotImplementedError

    def roll_back_menu(self, version: int | None, published_by: str, note: str) -> int:
        raise NotImplementedError

    def menu_history(self) -> list[Listed]:
        raise NotImplementedError

    def recorded(self, last: int) -> list[Dialogue]:
        raise NotImplementedError

    def how_to_reach(self) -> Sequence[str]:
        return ["dial *384*97183#"]

    def run_worker(self, stop: threading.Event) -> None:
        self._note("frozen", str(gc.get_freeze_count()))
        self._note("dispatcher", str(os.getpid()))
        stop.wait()
        self._note("dispatcher_finished")

    def _note(self, name: str, text: str = "") -> None:
        draft = self.settings.var / f".{name}.{os.getpid()}"
        draft.write_text(text)
        draft.replace(self.settings.var / name)


def build() -> StubBridge:
    try:
        return StubBridge(load_settings(os.environ))
    except BadSettings as fault:
        raise Refusal("not started:", fault.faults) from fault


def create_app() -> Flask:
    if "STUB_BROKEN_IN_WORKER" in os.environ and "serve" not in sys.argv:
        raise RuntimeError("this app is broken")
    app = Flask(__name__)

    @app.get("/pid")
    def pid() -> str:
        return str(os.getpid())

    @app.get("/frozen")
    def frozen() -> str:
        return str(gc.get_freeze_count())

    @app.get("/redis")
    def redis() -> str:
        url = load_settings(os.environ).redis_url or ""
        return str(connect(url).ping()) + " " + url

    @app.get("/slow/<int:port>")
    def slow(port: int) -> str:
        """Says that it began, and ends when it is told to."""
        with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
            line.sendall(b"began")
            return line.recv(16).decode()

    for commands in (serve.commands, worker.commands, db.commands):
        app.cli.add_command(commands(build))
    return app
