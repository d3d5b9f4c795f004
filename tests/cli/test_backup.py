"""`flask backup` and `flask restore` as an operator types them, on SQLite and without Redis."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from app import create_app
from models import migrate
from outbound.outbox import NewMt
from settings_reading import load_settings
from telecom.msisdn import Msisdn
from telecom.statuses import MessageClass
from wiring import build

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, unused_socket: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    environ = {
        "BRIDGE_DEV": "1",
        "BRIDGE_VAR": str(tmp_path / "var"),
        "BRIDGE_REDIS_URL": f"unix://{unused_socket}",
    }
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    bridge = build(load_settings(environ), {})
    bridge.migrate()
    with bridge.database.write() as conn:
        new = NewMt(
            gateway="simulator",
            to=Msisdn.parse("+919812345678", "IN"),
            text="Secret words",
            message_class=MessageClass.LINK,
            dedupe_key="a",
        )
        bridge.outbox.enqueue(conn, new)
    bridge.stop()

    def run(*arguments: str) -> Result:
        return create_app().test_cli_runner().invoke(args=list(arguments))

    return run


def test_a_drill(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "drill.backup"
    made = run("backup", str(file))
    assert made.exit_code == 0, made.output
    assert f"schema {migrate.head()}, 1 rows, 1 SMS.\nSHA-256 of the copy in it: " in made.output
    again = run("backup", str(file))
    assert (again.exit_code, "is there already: it is not overwritten" in again.output) == (2, True)
    full = run("restore", str(file))
    assert full.exit_code == 2
    assert full.output.startswith("not restored: the database is not empty: --replace")
    done = run("restore", str(file), "--replace", "--by", "asha", "-m", "drill")
    assert done.exit_code == 0, done.output
    assert "The key opens it.\nThe outbox is paused.\n1 SMS may have been sent" in done.output
    asked = run("outbox", "resume")
    assert asked.exit_code == 1
    assert " by asha:\n  The backup is of 20" in asked.output
    assert "1 SMS are in doubt. drill" in asked.output
    assert "Events and STOPs of after the backup are" in asked.output
    assert "PAUSED" in run("outbox", "show").output
    assert run("outbox", "resume", "--yes").output.endswith("The outbox sends again.\n")
    assert run("outbox", "show").output.startswith("Sending.")
    monkeypatch.setenv("BRIDGE_VAR", str(tmp_path / "elsewhere"))  # its own key
    other = run("restore", str(file))
    assert other.exit_code == 2
    assert "was made with another BRIDGE_SECRET_KEY" in other.output


def test_the_manifest_for_programs(run: Run, tmp_path: Path) -> None:
    said = json.loads(run("backup", str(tmp_path / "a.backup"), "--json").output)
    assert (said["format"], said["database"], said["counts"]["mt_message"]) == (1, "sqlite", 1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["backup", "no/such/folder/a.backup"], "no backup: there is no folder "),
        (["restore", "missing.backup"], "not restored: "),
        (["backup"], "Missing argument 'FILE'"),
    ],
)
def test_what_cannot_be_done_is_told(run: Run, arguments: list[str], said: str) -> None:
    answer = run(*arguments)
    assert answer.exit_code == 2
    assert said in answer.output


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_every_help_page_has_examples(run: Run, command: str) -> None:
    assert "Examples:\n" in run(command, "--help").output
