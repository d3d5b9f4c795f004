"""`flask menus fit`: the table, the costs, JSON and exit codes; and a gateway of smaller phones."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from app import create_app

Run = Callable[..., Result]
MENU = """version: 1
name: Village office
languages: [en, hi]
entry_points: { ussd: { "*384*7#": home } }
screens:
  home:
    text: { en: Office, hi: कार्यालय }
    options:
      - { label: { en: Hours, hi: ग्राम पंचायत कार्यालय का समय }, language: hi, go: hours }
  hours:
    text: { en: Open until 5, hi: पाँच बजे तक }
    send_sms: { en: Until 5, hi: पाँच तक }
    end: true
"""
GATEWAYS = """gateways:
  simulator:
    vendor: simulator
    country: IN
    ussd_limit: {{ septets: {septets}, ucs2: {ucs2} }}
    prices: {{ IN: "0.25 INR", default: "2 INR" }}
    day_budget: "500 INR"
"""


@pytest.fixture
def run(tmp_path: Path, unused_socket: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    (tmp_path / "menus.yaml").write_text(MENU, encoding="utf-8")
    monkeypatch.setenv("BRIDGE_DEV", "1")
    monkeypatch.setenv("BRIDGE_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("BRIDGE_MENUS", str(tmp_path / "menus.yaml"))
    monkeypatch.setenv("BRIDGE_GATEWAYS", str(tmp_path / "gateways.yaml"))
    monkeypatch.setenv("BRIDGE_REDIS_URL", f"unix://{unused_socket}")
    phones(tmp_path, 160, 70)
    return lambda *words: create_app().test_cli_runner().invoke(args=["menus", *words])


def phones(folder: Path, septets: int, ucs2: int) -> None:
    text = GATEWAYS.format(septets=septets, ucs2=ucs2)
    (folder / "gateways.yaml").write_text(text, encoding="utf-8")


def test_the_table_has_every_screen_where_it_is_fullest(run: Run) -> None:
    answer = run("fit")
    assert answer.exit_code == 0
    rows = [line.split() for line in answer.output.splitlines()]
    assert [row[:2] for row in rows[1:3]] == [["home", "hi"], ["hours", "hi"]]
    assert answer.output.endswith("menus.yaml: 0 errors, 0 warnings\n")
    assert len(run("fit", "--all").output.splitlines()) == 2 + 4


def test_the_costs_are_those_of_the_gateway(run: Run) -> None:
    lines = run("fit", "--costs").output.splitlines()
    assert [line.split() for line in lines[1:3]] == [
        ["hours", "en", "1", "7", "septets", "0.25", "INR", "(simulator)"],
        ["hours", "hi", "1", "7", "UCS-2", "units", "0.25", "INR", "(simulator)"],
    ]


def test_programs_get_all_of_it(run: Run) -> None:
    lines = [json.loads(line) for line in run("fit", "--json").output.splitlines()]
    screens = [line for line in lines if line["kind"] == "screen"]
    assert [(each["screen"], each["language"], each["pages"]) for each in screens] == [
        ("home", "en", 1),
        ("home", "hi", 1),
        ("hours", "en", 1),
        ("hours", "hi", 1),
    ]
    assert [line["costs"] for line in lines if line["kind"] == "sms"] == [
        {"simulator": "0.25 INR"}
    ] * 2


def test_smaller_phones_refuse_the_menu_everywhere(run: Run, tmp_path: Path) -> None:
    create_app().test_cli_runner().invoke(args=["db", "upgrade"])
    phones(tmp_path, 100, 40)
    told = 'menus.yaml:9:35 M206 error In "hi" through the gateway "simulator" this label is '
    for command in (["fit"], ["check"], ["publish", "-m", "x"]):
        answer = run(*command)
        assert (answer.exit_code, told in answer.output) == (2, True), answer.output
    assert "No menu was published yet" in run("history").output


def test_a_broken_menu_is_told_like_the_check_does(run: Run, tmp_path: Path) -> None:
    (tmp_path / "menus.yaml").write_text("version: 2\n", encoding="utf-8")
    answer = run("fit")
    assert answer.exit_code == 2
    assert "M053" in answer.output or "M051" in answer.output
