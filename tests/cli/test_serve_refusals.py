"""`flask serve` that does not start: words, an exit code, and nothing left behind."""

from __future__ import annotations

import socket
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from cli.ports import Bridge
from cli.refusal import Refusal
from cli.serve import commands
from menu.diagnostics import Diagnostic
from menu.fit_report import Report
from menu.recorded import Dialogue
from metrics.meter import SILENT, Meter
from models.menu_desk import MenuDesk
from models.menu_publication import Listed
from models.publishing import Published
from telecom.money import Money
from telecom.prices import PriceList

if TYPE_CHECKING:
    from tests.cli.conftest import Served


@dataclass(frozen=True)
class Place:
    var: Path
    dev: bool = True
    redis_url: str | None = None
    menus: Path = Path("menus.yaml")
    gateways: Path = Path("gateways.yaml")


class NeverStarted:
    """A bridge that may be looked at, but not touched."""

    meter: Meter = SILENT

    def __init__(self, settings: Place, findings: Sequence[str]) -> None:
        self.settings = settings
        self._findings = findings

    def forget_counts(self) -> None:
        pytest.fail("counts were forgotten")

    def check(self) -> Sequence[str]:
        return self._findings

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
        pytest.fail("the database was touched")

    def tell_lacks(self) -> None:
        pass

    def warm_senders(self) -> None:
        pass

    def check_key(self) -> None:
        pytest.fail("the database was touched")

    def publish_menu(self) -> None:
        pytest.fail("a menu was published")

    def publish_menu_as(
        self, published_by: str, note: str, files: Mapping[str, bytes] | None = None
    ) -> Published:
        pytest.fail("a menu was published")

    @property
    def menu_desk(self) -> MenuDesk:
        pytest.fail("a menu was published")

    def roll_back_menu(self, version: int | None, published_by: str, note: str) -> int:
        pytest.fail("a menu was published")

    def menu_history(self) -> list[Listed]:
        pytest.fail("it tells the history")

    def recorded(self, last: int) -> list[Dialogue]:
        pytest.fail("it reads the record")

    def how_to_reach(self) -> Sequence[str]:
        return pytest.fail("it greets")

    def run_worker(self, stop: threading.Event) -> None:
        pytest.fail("it sends")


FINDINGS = ["menus.yaml:4:7  M101 one", "gateways.yaml:2:3  two"]


@pytest.mark.parametrize(
    ("arguments", "findings", "words"),
    [
        ([], FINDINGS, FINDINGS),
        (["--host", "0.0.0.0"], [], ["BRIDGE_DEV=1", "0.0.0.0 is not a loopback address"]),
        (["--host", "::"], [], ["BRIDGE_DEV=1", ":: is not a loopback address"]),
        (["--host", "no.such.host.invalid"], [], ["--host no.such.host.invalid"]),
        (["--port", "70000"], [], ["70000"]),
        (["--workers", "0"], [], ["--workers"]),
        (["--threads", "many"], [], ["--threads"]),
    ],
)
def test_what_is_wrong_is_told_and_nothing_starts(
    tmp_path: Path, arguments: list[str], findings: list[str], words: list[str]
) -> None:
    bridge: Bridge = NeverStarted(Place(tmp_path), findings)
    answer = CliRunner().invoke(commands(lambda: bridge), arguments)
    assert answer.exit_code == 2
    assert [word for word in words if word not in answer.stderr] == []
    assert list(tmp_path.iterdir()) == []


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        arguments = ["--port", str(port), "--patience", "0"]
        answer = CliRunner().invoke(commands(lambda: NeverStarted(Place(tmp_path), [])), arguments)
    assert answer.exit_code == 2
    assert f"cannot listen on 127.0.0.1 port {port}: Address already in use" in answer.stderr


def test_bad_settings_are_all_told() -> None:
    def refuse() -> Bridge:
        raise Refusal("not started:", ["BRIDGE_DEV: must be 0 or 1", "PORT: must be 1 or more"])

    answer = CliRunner().invoke(commands(refuse))
    assert answer.exit_code == 2
    assert (
        answer.stderr == "not started:\n  BRIDGE_DEV: must be 0 or 1\n  PORT: must be 1 or more\n"
    )


def test_a_wrong_variable_refuses_the_real_command(serve: Served) -> None:
    tree = serve(BRIDGE_MENU="x")
    code, said = tree.ended()
    assert code == 2
    assert "BRIDGE_MENU: is not a setting. Did you mean BRIDGE_MENUS?" in said
    assert list(tree.var.iterdir()) == []


def test_an_app_that_breaks_in_the_web_worker_ends_the_tree(serve: Served) -> None:
    tree = serve(STUB_BROKEN_IN_WORKER="1")
    code, said = tree.ended()
    assert code == 1
    assert "this app is broken" in said
    assert "the web server does not start" in said
    assert not tree.redis.is_alive()
