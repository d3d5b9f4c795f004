"""`flask menus replay`: what callers did goes through the whole bridge, then through a draft."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from app import create_app
from cli import menu_replay
from menu import replaying
from models import turn
from models.all_tables import TABLES

Run = Callable[..., Result]
MSISDN = "+919812345678"
LINK = "send_link: umang"


@pytest.fixture
def run(house: Any, tmp_path: Path, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    settings = house.bridge.settings
    for name, value in {
        "DEV": "1", "VAR": str(settings.var), "DATABASE_URL": settings.database_url,
        "REDIS_URL": redis_url, "GATEWAYS": str(settings.gateways),
        "MENUS": str(tmp_path / "menus.yaml"),
        "SECRET_KEY": settings.secret_key.get_secret_value(),
    }.items():  # fmt: skip
        monkeypatch.setenv(f"BRIDGE_{name}", value)

    def run(*arguments: str) -> Result:
        return create_app().test_cli_runner().invoke(args=["menus", "replay", *arguments])

    return run


def call(house: Any) -> None:
    """Three callers by USSD, one by SMS, and what they did is drained."""
    house.dial(session="a")
    house.dial("1", session="a")
    house.dial("2", session="a")
    house.dial("1", session="b", msisdn="+919812345679")
    house.dial("7*9", session="b", msisdn="+919812345679")
    house.text("APP")
    house.text("helpline fire brigade", msisdn="+919812345671")
    assert house.bridge.drainers()[0].drain_some() >= 6


def edit(tmp_path: Path, before: str, after: str) -> None:
    path = tmp_path / "menus.yaml"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def test_the_same_menu_does_the_same(house: Any, run: Run) -> None:
    call(house)
    done = run()
    assert (done.exit_code, done.output) == (
        0,
        "4 dialogues: 4 same, 0 changed, 0 broken, 0 cannot tell\n",
    )
    assert run("--last", "1").output.startswith("1 dialogues: 1 same")


def test_a_planted_regression_is_found_with_its_line(house: Any, run: Run, tmp_path: Path) -> None:
    call(house)
    edit(tmp_path, "    " + LINK, "    # " + LINK)
    done = run()
    lines = (tmp_path / "menus.yaml").read_text(encoding="utf-8").splitlines()
    place = lines.index("  get_app:") + 1
    assert done.exit_code == 2
    head, first, *_, total = done.output.splitlines()
    assert head.split() == ["verdict", "dialogues", "where", "what"]
    assert first.startswith("broken")
    assert f'menus.yaml:{place}:3  "get_app" no longer does: link umang' in first
    assert "broken" in total
    told = [json.loads(line) for line in run("--json").output.splitlines()]
    worst, *_, sums = told
    assert worst == {
        "verdict": "broken", "dialogues": worst["dialogues"], "file": "menus.yaml",
        "line": place, "column": 3, "screen": "get_app",
        "what": '"get_app" no longer does: link umang',
    }  # fmt: skip
    assert worst["dialogues"] >= 1
    assert sums["total"] == 4
    assert sum(sums[word] for word in ("same", "changed", "broken", "cannot_tell")) == 4


def test_a_menu_with_an_error_is_not_run(house: Any, run: Run, tmp_path: Path) -> None:
    call(house)
    edit(tmp_path, "version: 1", "version: 9")
    done = run()
    assert done.exit_code == 2
    assert "1 errors" in done.output


def test_nothing_recorded_is_no_success(run: Run) -> None:
    done = run()
    assert done.exit_code == 2
    assert "no dialogue is recorded" in done.output


def test_a_bar_is_for_terminals(house: Any, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    call(house)
    assert "Replaying" not in run().stderr

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    dialogues = house.bridge.recorded(10)
    draft = replaying.read(house.bridge.menu_files())
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", terminal)
        assert sum(menu_replay._run(draft, dialogues).values()) == 4
    assert "Replaying" in terminal.getvalue()
    assert "100%" in terminal.getvalue()


PIN_MENU = """version: 1
name: Bank
languages: [en]
entry_points:
  ussd: { "*384*97183#": home }
  sms: { keywords: { BALANCE: pin }, default: home }
screens:
  home: { text: Bank, options: [ { label: Balance, go: pin }, { label: Name, go: name } ] }
  pin:
    text: PIN?
    ask: { kind: text, max_length: 8, sensitive: true, save_as: pin }
    go: done
  name: { text: Name?, ask: { kind: text, max_length: 20, save_as: name }, go: done }
  done: { text: Thank you, end: true }
"""


def test_what_is_sensitive_is_nowhere_and_what_is_personal_is_sealed(
    house: Any, run: Run, tmp_path: Path, redis: Any
) -> None:
    (tmp_path / "menus.yaml").write_text(PIN_MENU, encoding="utf-8")
    house.bridge.publish_menu()
    house.bridge.library.refresh()
    house.dial(session="p")
    house.dial("1", session="p")
    house.dial("1*qwzx77pin", session="p")
    house.text("BALANCE qwzx77pin", msisdn="+919812345672")
    house.text("qwzx77pin", msisdn="+919812345673")  # of a session that is over: nobody asked
    house.dial(session="q", msisdn="+919812345674")
    house.dial("2", session="q", msisdn="+919812345674")
    house.dial("2*Bibhuti", session="q", msisdn="+919812345674")
    stream = b"".join(entry[b"t"] for _, entry in redis.xrange("turns"))
    assert b"*384*97183#" in stream
    assert house.bridge.drainers()[0].drain_some() == 8
    with house.bridge.database.read() as conn:
        (rows,) = (conn.execute(table.select()).all() for table in TABLES if table is turn.turn)
    table = repr(rows).encode()
    for kept in (stream, table):
        assert not any(word in kept for word in (b"qwzx77", b"Bibhuti", MSISDN[1:].encode()))
        assert b"+91********78" in kept
    assert b"qwzx77" not in house.at_rest()
    assert sum(bool(row.said_sealed) for row in rows) == 1
    done = run()
    assert done.exit_code == 0
    assert done.output.splitlines()[-1] == (
        "4 dialogues: 1 same, 0 changed, 0 broken, 3 cannot tell"
    )
    assert "it was sensitive" in done.output


@pytest.fixture
def house_settings(request: pytest.FixtureRequest) -> dict[str, str]:
    return dict(getattr(request, "param", {}))


@pytest.mark.parametrize("house_settings", [{"BRIDGE_TURNS": "0"}], indirect=True)
def test_it_can_be_switched_off(house: Any, redis: Any) -> None:
    house.dial(session="a")
    house.dial("1", session="a")
    assert redis.xlen("turns") == 0
    assert house.bridge.drainers()[0].drain_some() == 0


def test_redis_that_is_emptied_in_a_dialogue_loses_that_dialogue_only(
    house: Any, run: Run, redis: Any
) -> None:
    house.dial(session="a")
    house.bridge.drainers()[0].drain_some()
    redis.flushall()
    house.dial("1", session="a")  # walks again to where it was
    house.dial(session="b", msisdn="+919812345679")
    assert house.bridge.drainers()[0].drain_some() == 2
    done = run()
    assert (done.exit_code, done.output.split(",")[0]) == (0, "3 dialogues: 3 same")
