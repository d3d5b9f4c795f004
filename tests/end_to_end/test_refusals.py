"""Wrong files at the start: place, rule, reason and cure; exit code 2; nothing begun."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app import create_app

ROOT = Path(__file__).parent.parent.parent
MENUS = (ROOT / "menus.yaml").read_text(encoding="utf-8")
SIMULATOR = "gateways:\n  simulator: { vendor: simulator }\n"

REFUSED = [
    # command, file, its text, what is said
    (
        "serve",
        "menus.yaml",
        MENUS.replace("go: get_app }", "go: ge_app }", 1),
        'M107 error "ge_app" is not a screen. Did you mean "get_app"?',
    ),
    ("serve", "menus.yaml", "a: [", "M004 error A bracket is not closed"),
    ("menus check", "menus.yaml", MENUS + "screens: {}\n", "M008 error"),
    (
        "serve",
        "gateways.yaml",
        "gateways:\n  at: { vendor: africastalkin }\n",
        'gateways.yaml:2:17 G104 error There is no such vendor. Did you mean "africastalking"?',
    ),
    (
        "gateways check",
        "gateways.yaml",
        "gateways:\n  at:\n    vendor: africastalking\n    api_key: ${NOPE}\n",
        "gateways.yaml:4:14 G106 error The environment variable NOPE is not set.",
    ),
]


@pytest.mark.parametrize(
    ("command", "file", "text", "said"),
    REFUSED,
    ids=[row[3][:24] for row in REFUSED],
)
def test_a_broken_file_refuses_to_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, file: str, text: str, said: str
) -> None:
    files = {"menus.yaml": MENUS, "gateways.yaml": SIMULATOR} | {file: text}
    for folder in ("menus", "data"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    monkeypatch.setenv("BRIDGE_DEV", "1")
    monkeypatch.setenv("BRIDGE_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("BRIDGE_MENUS", str(tmp_path / "menus.yaml"))
    monkeypatch.setenv("BRIDGE_GATEWAYS", str(tmp_path / "gateways.yaml"))
    result = create_app().test_cli_runner().invoke(args=command.split())
    assert (result.exit_code, said in result.output) == (2, True), result.output
    assert "Traceback" not in result.output
    assert not (tmp_path / "var" / "bridge.db").exists()


def test_a_database_that_does_not_open_is_said_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRIDGE_DEV", "1")
    monkeypatch.setenv("BRIDGE_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("BRIDGE_DATABASE_URL", f"sqlite:///{tmp_path}/no/folder.db")
    result = create_app().test_cli_runner().invoke(args=["db", "upgrade"])
    assert result.exit_code == 2
    assert "the database does not answer" in result.output
    assert "Traceback" not in result.output
