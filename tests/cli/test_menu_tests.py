"""`flask menus test`: what it prints, and its exit codes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import menus
from settings_reading import load_settings
from wiring import build

ROOT = Path(__file__).parents[2]
DEFAULT = (ROOT / "menus.yaml").read_text(encoding="utf-8")
UNTESTED = """version: 1
name: Office
languages: [en]
entry_points: { sms: { default: home } }
screens: { home: { text: Open 9 to 5., end: true } }
"""
BROKEN = DEFAULT.replace("97183-97183. Emergency: 112", "97183-97183. Emergency: 100", 1)


def run(folder: Path, text: str, *arguments: str) -> Result:
    path = folder / "menus.yaml"
    path.write_text(text, encoding="utf-8")
    for parts in ("menus", "data"):
        shutil.copytree(ROOT / parts, folder / parts, dirs_exist_ok=True)
    settings = load_settings(
        {"BRIDGE_DEV": "1", "BRIDGE_VAR": str(folder), "BRIDGE_MENUS": str(path)}
    )
    group = menus.commands(lambda: build(settings, {}))
    return CliRunner().invoke(group, ["test", *arguments])


@pytest.mark.parametrize(
    ("text", "arguments", "exit_code", "last"),
    [
        (DEFAULT, ["--coverage"], 0, "menus.yaml: 102 tests, 102 passed, 0 failed"),
        (BROKEN, [], 2, "menus.yaml: 102 tests, 101 passed, 1 failed"),
        (BROKEN, ["-k", "first missed"], 0, "menus.yaml: 1 tests, 1 passed, 0 failed"),
        (DEFAULT, ["-k", "quite other words"], 2, "No test has these words in its name."),
        (UNTESTED, [], 0, "menus.yaml: 0 tests, 0 passed, 0 failed"),
        (DEFAULT.partition("\ntests:")[0], [], 0, "menus.yaml: 70 tests, 70 passed, 0 failed"),
        (DEFAULT.replace("go: about", "go: abut"), [], 2, "menus.yaml: 1 errors, 0 warnings"),
    ],
)
def test_the_closing_line_and_the_exit_code(
    tmp_path: Path, text: str, arguments: list[str], exit_code: int, last: str
) -> None:
    result = run(tmp_path, text, *arguments)
    assert result.output.splitlines()[-1] == last
    assert result.exit_code == exit_code


def test_a_failure_shows_the_place_and_the_whole_screen(tmp_path: Path) -> None:
    output = run(tmp_path, BROKEN).output
    line = BROKEN[: BROKEN.index('{ sees: "Emergency')].count("\n") + 1
    assert f"menus.yaml:{line}:9 T001 error" in output
    assert "    UMANG: government services in one app." in output


def test_json_has_one_object_a_case(tmp_path: Path) -> None:
    found = [json.loads(line) for line in run(tmp_path, BROKEN, "--json").output.splitlines()]
    assert len(found) == 102
    (failed,) = (each for each in found if not each["passed"])
    assert failed["failure"]["rule"] == "T001"
