"""`flask worker` and `flask db upgrade`, and what every help page shows."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from cli import db, serve, stop_signals, worker
from cli.ports import BridgeFactory
from menu.diagnostics import Diagnostic
from menu.fit_report import Report
from menu.recorded import Dialogue
from metrics.meter import SILENT, Meter
from models.menu_desk import MenuDesk
from models.menu_publication import Listed
from models.publishing import Published
from telecom.money import Money
from telecom.prices import PriceList


@dataclass(frozen=True)
class Place:
    var: Path = Path("var")
    dev: bool = True
    redis_url: str | None = None
    menus: Path = Path("menus.yaml")
    gateways: Path = Path("gateways.yaml")


@dataclass
class Recorder:
    """A bridge that notes what it was asked."""

    asked: list[str] = field(default_factory=list)
    settings: Place = Place()
    meter: Meter = SILENT

    def forget_counts(self) -> None:
        self.asked.append("forget")

    def check(self) -> Sequence[str]:
        return ()

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
        self.asked.append("migrate")

    def tell_lacks(self) -> None:
        pass

    def warm_senders(self) -> None:
        self.asked.append("warm senders")

    def check_key(self) -> None:
        raise NotImplementedError

    def publish_menu(self) -> None:
        self.asked.append("publish")

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
        return ()

    def run_worker(self, stop: threading.Event) -> None:
        self.asked.append(f"work, stop is {stop.is_set()}")


@pytest.mark.parametrize(
    ("commands", "arguments", "asked"),
    [
        (worker.commands, [], ["warm senders", "work, stop is False"]),
        (db.commands, ["upgrade"], ["migrate"]),
    ],
)
def test_a_command_does_what_it_is_for(
    commands: Callable[[BridgeFactory], click.Command],
    arguments: list[str],
    asked: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stop_signals, "STOPPING", ())  # the test runner keeps its own
    bridge = Recorder()
    answer = CliRunner().invoke(commands(lambda: bridge), arguments)
    assert answer.exit_code == 0, answer.output
    assert bridge.asked == asked


@pytest.mark.parametrize(
    ("commands", "arguments"),
    [
        (serve.commands, ["--help"]),
        (worker.commands, ["--help"]),
        (db.commands, ["upgrade", "--help"]),
    ],
)
def test_every_help_page_has_examples(
    commands: Callable[[BridgeFactory], click.Command], arguments: list[str]
) -> None:
    answer = CliRunner().invoke(commands(Recorder), arguments)
    assert answer.exit_code == 0
    assert "Examples:\n" in answer.output
    assert "\b" not in answer.output
