"""A host whose secret key is not the one of the database starts nothing, and says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from app import create_app
from settings_reading import load_settings
from tests.chaos.field import ROOT
from tests.servers.ports import free_port
from wiring import build


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_it_is_refused(
    command: str, tmp_path: Path, unused_socket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    environ = {
        "BRIDGE_DEV": "1",
        "BRIDGE_VAR": str(tmp_path / "first"),
        "BRIDGE_DATABASE_URL": f"sqlite:///{tmp_path / 'shared.db'}",
        "BRIDGE_REDIS_URL": f"unix://{unused_socket}",
        "PORT": str(free_port()),
    }
    first = build(load_settings(environ), {})
    first.migrate()
    first.check_key()
    first.stop()
    for name, value in (environ | {"BRIDGE_VAR": str(tmp_path / "second")}).items():
        monkeypatch.setenv(name, value)
    answer = create_app().test_cli_runner().invoke(args=[command])
    assert answer.exit_code == 2, answer.output
    assert answer.output.startswith("not started: this database belongs to another BRIDGE_SECRET")
    second = build(load_settings({**environ, "BRIDGE_VAR": str(tmp_path / "second")}), {})
    assert not second.menu_history()
    second.stop()


def test_a_database_that_is_away_is_no_reason_to_stay_away(
    tmp_path: Path, unused_socket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The unit of systemd starts us again after 1, and not after 2."""
    monkeypatch.setenv("BRIDGE_DEV", "1")
    monkeypatch.setenv("BRIDGE_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("BRIDGE_DATABASE_URL", f"sqlite:///{tmp_path}/no/folder.db")
    monkeypatch.setenv("BRIDGE_REDIS_URL", f"unix://{unused_socket}")
    answer = create_app().test_cli_runner().invoke(args=["serve", "--port", str(free_port())])
    assert answer.output.startswith("not started: the database does not answer (")
    assert answer.exit_code == 1
    assert "RestartPreventExitStatus=2" in (ROOT / "deploy" / "sanket.service").read_text()
