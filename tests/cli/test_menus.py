"""`flask menus publish`, `history` and `rollback`, on a real database and without Redis."""

from __future__ import annotations

import getpass
import json
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import pytest
from click.testing import Result

from app import create_app
from cli import menu_ready
from cli.zoned_times import ZonedTime, moment_in

Run = Callable[..., Result]

MENU = """version: 1
name: Village office
languages: [en]
entry_points: { ussd: { "*384*7#": home } }
screens:
  home: { text: Open until 5, end: true }
"""


@pytest.fixture
def menus(tmp_path: Path) -> Path:
    path = tmp_path / "menus.yaml"
    path.write_text(MENU, encoding="utf-8")
    return path


@pytest.fixture
def run(tmp_path: Path, menus: Path, unused_socket: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("BRIDGE_DEV", "1")
    monkeypatch.setenv("BRIDGE_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("BRIDGE_MENUS", str(menus))
    monkeypatch.setenv("BRIDGE_REDIS_URL", f"unix://{unused_socket}")

    def run(*arguments: str) -> Result:
        return create_app().test_cli_runner().invoke(args=list(arguments))

    assert run("db", "upgrade").exit_code == 0
    return run


def change(menus: Path, until: int) -> None:
    menus.write_text(MENU.replace("until 5", f"until {until}"), encoding="utf-8")


def test_a_day_in_the_life_of_a_menu(run: Run, menus: Path) -> None:
    first = run("menus", "publish", "-m", "the first", "--by", "asha")
    assert (first.exit_code, first.output) == (
        0,
        "menus.yaml: 0 errors, 0 warnings\nVersion 1 is live.\n",
    )
    change(menus, 6)
    assert "Version 2 is live." in run("menus", "publish", "--note", "an hour\nmore").output
    assert "Version 1 is live." in run("menus", "rollback", "--by", "ravi").output
    lines = run("menus", "history").output.splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("*    1  20")
    assert lines[0].endswith("  ravi  back to version 1")
    assert lines[1].startswith("     2  20")
    assert lines[1].endswith(f"  {getpass.getuser()}  an hour more")
    assert lines[2].startswith("     1  20")
    assert lines[2].endswith("  asha  the first")
    assert "Version 2 is live." in run("menus", "publish", "-m", "once more").output
    assert "Version 1 is live." in run("menus", "rollback", "1").output


def test_the_history_for_programs(run: Run, menus: Path) -> None:
    run("menus", "publish", "-m", "पहला", "--by", "asha")
    change(menus, 6)
    run("menus", "publish", "-m", "second", "--by", "ravi")
    live, before = map(json.loads, run("menus", "history", "--json").output.splitlines())
    assert set(live) == {
        *("publication", "version", "is_live"),
        *("published_at", "published_by", "note", "fingerprint"),
    }
    assert (live["version"], live["is_live"], live["published_by"]) == (2, True, "ravi")
    assert (before["version"], before["is_live"], before["note"]) == (1, False, "पहला")
    assert len(live["fingerprint"]) == 64
    assert live["published_at"].endswith("+00:00")


def test_an_empty_history(run: Run) -> None:
    assert run("menus", "history").output.startswith("No menu was published yet")
    assert run("menus", "history", "--json").output == ""


def test_warnings_are_shown_and_pass(run: Run, menus: Path) -> None:
    text = MENU.replace("[en]", "[en, hi]").replace("Open until 5", "{ en: Open until 5 }")
    menus.write_text(text, encoding="utf-8")
    answer = run("menus", "publish", "-m", "x")
    assert answer.exit_code == 1, answer.output
    assert "M302 warning" in answer.output
    assert "not done: 2 warnings. Look at them; --yes goes on all the same" in answer.output
    assert run("menus", "history", "--json").output == ""
    answer = run("menus", "publish", "-m", "x", "--yes")
    assert answer.exit_code == 0, answer.output
    assert "M302 warning" in answer.output
    assert "Version 1 is live." in answer.output


@pytest.mark.parametrize(("said", "code"), [("y", 0), ("n", 1), ("", 1)])
def test_on_a_terminal_warnings_are_asked_about(
    run: Run, menus: Path, monkeypatch: pytest.MonkeyPatch, said: str, code: int
) -> None:
    text = MENU.replace("[en]", "[en, hi]").replace("Open until 5", "{ en: Open until 5 }")
    menus.write_text(text, encoding="utf-8")
    monkeypatch.setattr(menu_ready, "_is_terminal", lambda: True)
    monkeypatch.setattr(click, "confirm", lambda _: said == "y")
    assert run("menus", "publish", "-m", "x").exit_code == code


def test_a_test_that_fails_keeps_a_menu_from_callers(run: Run, menus: Path) -> None:
    case = 'tests: [{ name: hours, dial: "*384*7#", steps: [{ sees: until 6 }] }]\n'
    menus.write_text(MENU + case, encoding="utf-8")
    for command in (["publish"], ["publish", "--share", "5"], ["preview", "--for", TESTER]):
        answer = run("menus", *command, "-m", "x")
        assert answer.exit_code == 2
        assert "FAILED  hours" in answer.output
        assert "not done: a test of the menu fails" in answer.output
    change(menus, 6)
    menus.write_text(menus.read_text(encoding="utf-8") + case, encoding="utf-8")
    answer = run("menus", "publish", "-m", "x")
    assert answer.exit_code == 0
    assert "menus.yaml: 1 tests, 1 passed, 0 failed\n" in answer.output


def test_the_difference_is_told_and_publish_tells_it(run: Run, menus: Path) -> None:
    assert run("menus", "diff").exit_code == 2  # nothing is live
    run("menus", "publish", "-m", "x")
    same = run("menus", "diff")
    assert (same.exit_code, same.output) == (0, "Nothing that callers would notice.\n")
    change(menus, 6)
    told = '  home: the text changed: "Open until 5" -> "Open until 6".\n'
    differs = run("menus", "diff")
    assert (differs.exit_code, differs.output) == (1, told)
    assert json.loads(run("menus", "diff", "--json").output)["where"] == "home"
    published = run("menus", "publish", "-m", "x")
    assert f"Compared with version 1, which is live:\n{told}" in published.output
    assert run("menus", "diff", "1", "live").output == told
    assert run("menus", "diff", "2", "draft").exit_code == 0
    for arguments, said in ((["9"], "there is no version 9"), (["x"], "'x' is no version")):
        refused = run("menus", "diff", *arguments)
        assert (refused.exit_code, said in refused.output) == (2, True)
    menus.write_text("screens: [", encoding="utf-8")
    broken = run("menus", "diff")
    assert (broken.exit_code, "menus.yaml:" in broken.output) == (2, True), broken.output


TESTER = "+919812345678"


def test_a_preview_a_share_and_a_plan_stand_in_the_history(run: Run, menus: Path) -> None:
    run("menus", "publish", "-m", "first", "--by", "asha")
    change(menus, 6)
    shown = run("menus", "preview", "--for", TESTER, "--by", "asha")
    assert shown.exit_code == 0, shown.output
    assert shown.output.endswith("Version 2 is what 1 test number see.\n")
    shared = run("menus", "publish", "-m", "six", "--share", "5", "--by", "asha")
    assert shared.output.endswith("5 % of callers see version 2.\n")
    change(menus, 7)
    planned = run("menus", "publish", "-m", "seven", "--at", "2999-11-27 09:00", "--by", "asha")
    assert planned.output.endswith(
        "Version 3 goes live at 2999-11-27 09:00 Asia/Kolkata (2999-11-27 03:30 UTC): plan 1.\n"
    )
    lines = run("menus", "history").output.splitlines()
    assert lines[0] == "+    3  2999-11-27 03:30:00 UTC  plan 1  asha  seven"
    assert lines[1].startswith("%    2  20")
    assert lines[1].endswith("  5 %  asha  six")
    assert lines[2] == "        not counted now"  # there is no Redis here
    assert lines[3] == "?    2  preview for 1 test number"
    assert lines[4].startswith("*    1")
    told = [json.loads(line) for line in run("menus", "history", "--json").output.splitlines()]
    kinds = [each.get("kind", "publication") for each in told]
    assert kinds == ["plan", "share", "preview", "publication"]
    assert run("menus", "cancel", "--by", "asha").output.startswith("Plan 1 is cancelled")
    assert run("menus", "preview", "--stop").output.startswith("1 test number")
    assert run("menus", "publish", "--all", "-m", "well").output == "Version 2 is live.\n"
    audit = run("menus", "audit").output
    deeds = [
        json.loads(line)["what"] for line in run("menus", "audit", "--json").output.splitlines()
    ]
    assert deeds == [
        *("published", "preview ended", "cancelled", "planned", "shared", "previewed", "published"),
    ]
    assert TESTER[1:] not in audit + "".join(lines)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["publish", "-m", "x", "--all"], "not published: no menu is shared"),
        (["publish", "-m", "x", "--share", "100"], "not published: no menu is shared"),
        (["publish", "-m", "x", "--share", "0"], "0 is not in the range"),
        (["publish", "-m", "x", "--share", "5"], "no menu is live yet: publish one for all first"),
        (["publish", "-m", "x", "--share", "5", "--all"], "are three different things"),
        (["publish", "-m", "x", "--at", "2020-01-01 09:00"], "that time is over"),
        (["publish", "-m", "x", "--at", "tomorrow"], "'tomorrow' is no time such as"),
        (["publish", "-m", "x", "--zone", "Asia/Kolkata"], "--zone is for --at"),
        (["publish", "-m", "x", "--at", "2999-01-01 09:00", "--zone", "Asia/X"], "no time zone"),
        (["preview"], "--for tells who shall see it"),
        (["preview", "--for", "98123"], "a number is not written as +919812345678"),
        (["preview", "--for", "+9198123"], "a number is not written as +919812345678"),
        (["cancel"], "not cancelled: no plan waits"),
        (["cancel", "7"], "not cancelled: plan 7 does not wait"),
    ],
)
def test_what_makes_no_sense_is_refused(run: Run, arguments: list[str], said: str) -> None:
    answer = run("menus", *arguments)
    assert answer.exit_code == 2, answer.output
    assert said in answer.output
    assert run("menus", "history", "--json").output == ""


ZONES = [
    ("Asia/Kolkata", "2026-11-27 09:00", "2026-11-27 03:30"),
    ("Asia/Kolkata", "2026-11-27T09:00", "2026-11-27 03:30"),
    ("Africa/Nairobi", "2026-11-27 09:00", "2026-11-27 06:00"),
    ("Asia/Kolkata", "2026-11-27 09:00+00:00", "2026-11-27 09:00"),
    ("Europe/London", "2026-10-25 01:30", "twice"),
    ("Europe/London", "2026-03-29 01:30", "leave out"),
]


@pytest.mark.parametrize(("zone", "typed", "meant"), ZONES)
def test_a_time_is_that_of_the_zone(zone: str, typed: str, meant: str) -> None:
    at = ZonedTime().convert(typed, None, None)
    try:
        found = f"{moment_in(ZoneInfo(zone), at):%Y-%m-%d %H:%M}"
    except click.BadParameter as fault:
        found = fault.message
    assert meant in found


def test_a_mistake_is_named_and_nothing_is_published(run: Run, menus: Path) -> None:
    menus.write_text(MENU.replace('": home', '": hme'), encoding="utf-8")
    answer = run("menus", "publish", "-m", "x")
    assert answer.exit_code == 2
    assert 'menus.yaml:4:36 M107 error "hme" is not a screen.' in answer.output
    menus.unlink()
    answer = run("menus", "publish", "-m", "x")
    assert answer.exit_code == 2
    assert "menus.yaml:1:1 M001 error The file cannot be read: No such file" in answer.output
    assert run("menus", "history", "--json").output == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["publish"], "Missing option '-m' / '--note'"),
        (["publish", "-m", "x", "--by", " "], "say who you are"),
        (["publish", "-m", "x", "--by", "a" * 81], "must be one line of 80 characters at most"),
        (["publish", "-m", "x", "--by", "a\nb"], "must be one line of 80 characters at most"),
        (["rollback"], "not rolled back: no version was live before this one"),
        (["rollback", "9"], "not rolled back: version 9 was never published"),
        (["rollback", "0"], "0 is not in the range"),
        (["rollback", "two"], "'two' is not a valid integer range"),
    ],
)
def test_what_cannot_be_done_is_told(run: Run, arguments: list[str], said: str) -> None:
    answer = run("menus", *arguments)
    assert answer.exit_code == 2
    assert said in answer.output
    assert run("menus", "history", "--json").output == ""


@pytest.mark.parametrize("command", [["publish", "-m", "x"], ["history"], ["rollback"]])
def test_a_database_that_does_not_answer_is_said_in_a_line(
    run: Run, command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRIDGE_DATABASE_URL", f"sqlite:///{tmp_path}/no/folder.db")
    answer = run("menus", *command)
    assert answer.exit_code == 2
    assert answer.output.startswith("the database does not answer (")


def test_a_system_without_user_names_asks_for_one(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nameless() -> str:
        raise KeyError("getpwuid(): uid not found: 4711")

    monkeypatch.setattr(getpass, "getuser", nameless)
    answer = run("menus", "publish", "-m", "x")
    assert answer.exit_code == 2
    assert "--by" in answer.output
    assert run("menus", "publish", "-m", "x", "--by", "asha").exit_code == 0


@pytest.mark.parametrize(
    "command", ["check", "publish", "history", "rollback", "diff", "preview", "cancel", "audit"]
)
def test_every_help_page_has_examples(run: Run, command: str) -> None:
    assert "Examples:\n" in run("menus", command, "--help").output


PARTS = {
    "menus.yaml": MENU.replace("screens:", "include: [parts/crops.yaml]\nscreens:").replace(
        "end: true", "options: [{ label: Crops, go: crops }]"
    ),
    "parts/crops.yaml": "screens:\n  crops: { text: Wheat, end: true }\n"
    'tests: [{ name: wheat, dial: "*384*7#", steps: [{ press: 1 }, { sees: Wheat }] }]\n',
}


def test_every_command_works_over_all_files_of_a_menu(run: Run, menus: Path) -> None:
    (menus.parent / "parts").mkdir()
    for name, text in PARTS.items():
        (menus.parent / name).write_text(text, encoding="utf-8")
    assert run("menus", "check").output == "menus.yaml: 0 errors, 0 warnings\n"
    tested = run("menus", "test")
    assert (tested.exit_code, tested.output.splitlines()[0]) == (0, "passed  wheat")
    assert "Version 1 is live." in run("menus", "publish", "-m", "with crops").output
    crops = menus.parent / "parts" / "crops.yaml"
    crops.write_text(PARTS["parts/crops.yaml"].replace("crops:", "crop:"), encoding="utf-8")
    for command in (["check"], ["test"], ["publish", "-m", "x"]):
        answer = run("menus", *command)
        assert answer.exit_code == 2
        assert 'menus.yaml:7:61 M107 error "crops" is not a screen.' in answer.output
    crops.write_text(PARTS["parts/crops.yaml"].replace("Wheat", "Rice"), encoding="utf-8")
    assert "Version 2 is live." in run("menus", "publish", "-m", "rice").output
    crops.unlink()
    assert "M017" in run("menus", "check").output
    assert "Version 1 is live." in run("menus", "rollback").output  # no file is looked at
    notes = [line.rpartition("  ")[2] for line in run("menus", "history").output.splitlines()]
    assert notes == ["back to version 1", "rice", "with crops"]


TWO = """version: 1
name: Village office
languages: [en]
entry_points: { ussd: { "*384*7#": home } }
screens:
  home: { text: Office, options: [ { label: Hours, go: hours }, { label: Address, go: address } ] }
  hours: { text: Open until 5, end: true }
  address: { text: Main road, end: true }
"""


def test_a_number_that_people_know_and_that_moves_is_told_and_kept_nobody_from_it(
    run: Run, menus: Path
) -> None:
    menus.write_text(TWO, encoding="utf-8")
    assert run("menus", "check").output == "menus.yaml: 0 errors, 0 warnings\n"  # nothing is live
    run("menus", "publish", "-m", "two")
    assert run("menus", "check").output == "menus.yaml: 0 errors, 0 warnings\n"
    menus.write_text(TWO.replace("{ label: Hours, go: hours }, ", ""), encoding="utf-8")
    warned = (
        'menus.yaml:6:36 P001 warning "Address" was 2 in the live menu, and is 1 now. People know'
        ' their numbers: give it key: "2", and new options others.\n'
    )
    checked = run("menus", "check")
    assert checked.exit_code == 0
    assert checked.output.startswith(warned)
    assert run("menus", "publish", "-m", "one").exit_code == 1  # no terminal, and no --yes
    published = run("menus", "publish", "-m", "one", "--yes")
    assert warned in published.output
    assert "Version 2 is live." in published.output
    assert "P001" not in run("menus", "check").output  # said so, and published


def test_a_check_leaves_no_database_behind(
    tmp_path: Path, menus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRIDGE_DEV", "1")
    monkeypatch.setenv("BRIDGE_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("BRIDGE_MENUS", str(menus))
    before = sorted(tmp_path.rglob("*.db"))
    checked = create_app().test_cli_runner().invoke(args=["menus", "check"])
    assert checked.exit_code == 0
    assert sorted(tmp_path.rglob("*.db")) == before == []
