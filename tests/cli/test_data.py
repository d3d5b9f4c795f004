"""`flask data`: what admins see of large tables."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.data import commands
from models.read_only import ReadOnlyDatabases
from services.secrets import Secrets
from services.tables import Tables
from services.tables_asking import QueryConnector

MENU = """version: 1
name: Example
languages: [en]
entry_points: { ussd: { "*384*7#": home } }
services:
  pins:
    table: { file: pins.csv, exact: { pin: pin } }
    takes: { pin: text }
    gives: { place: {} }
  office:
    table: { database: "${OFFICES}", query: "SELECT 1 AS one WHERE 1 = :pin" }
    takes: { pin: text }
    gives: { name: {} }
screens: { home: { text: Hello., end: true } }
"""
GOOD = "pin,place\n1,Patna\n2,Gaya\n"
BAD = "pin,place\n1,Patna\n2,\n"


@dataclass(frozen=True)
class Settings:
    menus: Path


class Bridge:
    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self.settings = Settings(folder / "menus.yaml")
        self.tables = Tables(folder, folder / "var", lambda: 1_795_737_600.0)
        self.queries = QueryConnector(Secrets(environ), ReadOnlyDatabases())

    def menu_files(self) -> Mapping[str, bytes]:
        return {"menus.yaml": self.settings.menus.read_bytes()}


Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    (tmp_path / "menus.yaml").write_text(MENU)
    (tmp_path / "pins.csv").write_text(GOOD)
    bridge = Bridge(tmp_path, {"OFFICES": f"sqlite:///{tmp_path / 'offices.db'}"})
    (tmp_path / "offices.db").touch()
    return lambda *words: CliRunner().invoke(commands(lambda: bridge), words)


def test_load_and_show(run: Run, tmp_path: Path) -> None:
    assert run("show", "pins").output == "pins: pins.csv, not loaded yet\n"
    assert run("load").output.startswith("pins: 2 rows, loaded in ")
    assert run("load").output == "pins: 2 rows, unchanged\n"
    assert run("show").output == (
        "pins: pins.csv, live\n"
        "  2 rows, loaded 2026-11-27 00:00:00 UTC\n"
        "  place: 5 of 40 characters at most\n"
        "office: a query of ${OFFICES}\n"
    )
    (tmp_path / "pins.csv").write_text(BAD)
    assert "changed since it was loaded" in run("show", "pins").output
    bad = run("load")
    assert (bad.exit_code, bad.output.split(" error")[0]) == (2, "pins.csv:3:3 M833")
    shown = json.loads(run("show", "pins", "--json").output)
    assert shown["state"] == "refused; the one before is live"
    assert (shown["rows"], shown["widest"], len(shown["faults"])) == (2, {"place": 5}, 1)
    (tmp_path / "pins.csv").unlink()
    assert "the file is gone" in run("show", "pins").output


def test_check_names_rows_and_queries_and_keeps_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "pins.csv").write_text(BAD)
    done = run("check")
    assert done.exit_code == 2
    assert [line.split(" error ")[0] for line in done.output.splitlines()] == [
        "pins.csv:3:3 M833",
        "menus.yaml:11:45 M836",
        "2 tables, 2 errors",
    ]
    assert list((tmp_path / "var").iterdir()) == []
    told = [json.loads(line)["rule"] for line in run("check", "--json").output.splitlines()]
    assert told == ["M833", "M836"]


def test_one_that_is_not_there(run: Run) -> None:
    done = run("load", "pin")
    assert done.exit_code == 2
    assert 'Did you mean "pins"?' in done.output


def test_a_menu_with_an_error_has_no_tables(run: Run, tmp_path: Path) -> None:
    (tmp_path / "menus.yaml").write_text(MENU.replace("Hello.", ""))
    done = run("show")
    assert done.exit_code == 2
    assert "menus.yaml has errors" in done.output
