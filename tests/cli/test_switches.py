"""`flask switches`, and what callers of a real bridge read within two seconds of it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from cli import switches
from menu.fit import Network
from models.switch_act import switch_act

REASON = "Prices come again at 6."


def run(house: Any, *words: str) -> Result:
    done = CliRunner().invoke(switches.commands(lambda: house.bridge), list(words))
    house.bridge.library.refresh()  # as every process does twice a second
    return done


def code(done: Result) -> int:
    return done.exit_code


def test_a_screen_is_off_and_on_again(house: Any) -> None:
    screen = next(
        option.go
        for option in house.bridge.library.live()[1].screens["home"].choices
        if isinstance(option.go, str) and option.go != "home"
    )
    before = house.dial(session="s1")
    version = house.bridge.library.live()[0]
    done = run(house, "off", screen, "-m", REASON, "-m", "hi=शाम 6 बजे फिर।", "--by", "asha")
    assert code(done) == 0, done.output
    assert f"off  screen {screen}" in done.output
    assert house.bridge.library.live()[0] == version
    key = next(
        line.split()[0]
        for line in before.removeprefix("CON ").splitlines()
        if _leads_to(house, line, screen)
    )
    shown = _press(house, "s2", key)
    assert shown == f"CON {REASON}\n0 Back 00 Home"
    assert _press(house, "s2", f"{key}*5") == shown  # what is typed there is read by nobody
    assert _press(house, "s2", f"{key}*5*0").startswith("CON ")
    assert REASON not in _press(house, "s2", f"{key}*5*0")
    assert code(run(house, "on", screen, "--note", "works again")) == 0
    assert REASON not in _press(house, "s3", key)
    assert code(run(house, "on", screen)) == 2
    told = [json.loads(line) for line in run(house, "show", "--all", "--json").output.splitlines()]
    assert [(one["deed"], one["name"], one["note"]) for one in told] == [
        ("on", screen, "works again"),
        ("off", screen, ""),
    ]
    assert told[1]["by"] == "asha"
    with house.bridge.database.read() as conn:
        assert len(conn.execute(select(switch_act)).all()) == 2


def _leads_to(house: Any, line: str, screen: str) -> bool:
    program = house.bridge.library.live()[1]
    choices = program.screens["home"].choices
    return any(
        getattr(one, "go", "") == screen and line == f"{one.key} {one.label['en']}"
        for one in choices
        if hasattr(one, "key")
    )


def _press(house: Any, session: str, keys: str) -> str:
    """The screen after these keys of a dialogue, pressed one after the other."""
    pressed: list[str] = []
    house.dial("", session=session)
    shown = ""
    for key in keys.split("*"):
        pressed.append(key)
        house.clock.pass_seconds(2)
        shown = house.dial("*".join(pressed), session=session)
    return shown


def test_who_rings_where_it_is_off_reads_why_by_sms(house: Any) -> None:
    assert code(run(house, "off", "get_app_call", "-m", "x")) == 2  # no such screen
    entry = house.bridge.library.live()[1].missed_call["+919718397183"]
    assert code(run(house, "off", f"screen:{entry.screen}", "-m", REASON)) == 0
    house.ring()
    assert house.send() == [REASON]
    assert code(run(house, "on", entry.screen)) == 0
    house.ring(caller="+919812345679")
    (text,) = house.send()
    assert "/l/" in text


def test_a_notice_stands_above_the_first_screen_and_ends_by_itself(house: Any) -> None:
    assert code(run(house, "notice", "--end")) == 2
    assert code(run(house, "notice", "Call 112.", "--until", "2h")) == 0
    shown = house.dial(session="s1")
    assert shown.startswith("CON Call 112.\n")
    house.clock.pass_seconds(2 * 3600)
    assert "Call 112." not in house.dial(session="s2")
    assert code(run(house, "notice", "Storm.")) == 0
    assert house.dial(session="s3").startswith("CON Storm.\n")
    assert code(run(house, "notice", "--end")) == 0
    assert "Storm." not in house.dial(session="s4")
    assert run(house, "show").output == "Everything is on.\n"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["off", "nothing_like_it", "-m", "x"], "is no screen, service or opening hours"),
        (["off", "hom", "-m", "x"], 'Did you mean "home"?'),
        (["off", "home"], "say with -m what callers read"),
        (["off", "home", "-m", "x" * 161], "septets more than the 160 of a screen"),
        (["off", "home", "-m", "x", "-m", "hi=" + "क" * 71], "hi, india: "),
        (["off", "home", "-m", "x\u0007"], "no control signs"),
        (["off", "home", "-m", "x", "-m", "fr=y"], 'no language "fr"'),
        (["off", "home", "-m", "x", "-m", "y"], "the text is given twice"),
        (["off", "home", "-m", "x", "--until", "never"], "is no duration"),
        (["off", "home", "-m", "x", "--until", "2020-01-01"], "end before it begins"),
        (["notice", "y" * 150], "septets more than"),
        (["notice"], "give a text, or --end"),
        (["hours", "no_such", "mon 09:00-10:00"], "is no screen"),
        (["on", "home"], "nothing is switched off at home"),
    ],
)
def test_what_cannot_be_shown_is_refused_and_changes_nothing(
    house: Any, words: list[str], says: str
) -> None:
    done = run(house, *words)
    assert code(done) == 2
    assert says in done.output
    with house.bridge.database.read() as conn:
        assert conn.execute(select(switch_act)).all() == []


def test_a_phone_that_shows_latin_letters_only_needs_words_in_them(
    house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house.bridge, "_networks", lambda: [Network("far", is_latin=True)])
    refused = run(house, "off", "home", "-m", REASON, "-m", "hi-Latn=थोड़ी")
    assert (code(refused), "hi-Latn, far: this network carries Latin" in refused.output) == (
        2,
        True,
    )
    assert code(run(house, "off", "home", "-m", REASON, "-m", "hi-Latn=Shaam 6 baje.")) == 0


@pytest.mark.parametrize(
    ("text", "is_end", "at"),
    [
        ("18:00", True, "2026-11-23T18:00+05:30"),
        ("09:00", True, "2026-11-24T09:00+05:30"),
        ("2026-12-25", False, "2026-12-25T00:00+05:30"),
        ("2026-12-25", True, "2026-12-26T00:00+05:30"),
        ("2026-12-25T18:00", True, "2026-12-25T18:00+05:30"),
        ("2026-12-25T18:00+00:00", True, "2026-12-25T18:00+00:00"),
        ("2h", True, "2026-11-23T16:30+05:30"),
    ],
)
def test_times_are_those_of_the_menus_people(house: Any, text: str, is_end: bool, at: str) -> None:
    board = house.bridge.switchboard
    assert board.zone == ZoneInfo("Asia/Kolkata")
    assert switches._time_of(text, board, is_end=is_end) == datetime.fromisoformat(at)


@pytest.mark.parametrize("name", ["off", "on", "hours", "notice", "show"])
def test_every_help_page_has_examples(house: Any, name: str) -> None:
    assert "Examples:\n" in run(house, name, "--help").output
