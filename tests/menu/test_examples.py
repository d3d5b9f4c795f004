"""The menus under examples/: without a fault, covered wholly by their own tests, and within their
limits on every phone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from menu.compiler import compile_menu
from menu.engine import pages_at
from menu.linter import check
from menu.place import Crumb, Place
from menu.screens import ANY_PHONE
from menu.transcripts import read
from models.menu_files import MenuFiles
from telecom.clock import SystemClock
from telecom.encoding import Encoding, Limit, encoding_of

ROOT = Path(__file__).parents[2]
FOLDERS = sorted(path.parent for path in (ROOT / "examples").glob("*/menus.yaml"))


def files_of(folder: Path) -> Mapping[str, bytes]:
    return MenuFiles(folder / "menus.yaml", SystemClock()).read()


def test_there_are_examples() -> None:
    assert [folder.name for folder in FOLDERS] == ["clinic", "services"]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_it_is_without_a_fault_and_its_tests_come_by_everything(folder: Path) -> None:
    assert [str(found) for found in check(files_of(folder))] == []
    transcripts = read(files_of(folder))
    outcomes = list(transcripts.run())
    assert len(outcomes) > (20 if folder.name == "clinic" else 2)
    assert {str(outcome.failure) for outcome in outcomes} == {"None"}
    assert [str(each) for each in transcripts.not_walked(outcomes)] == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_page_fits_and_the_readme_tells_how_to_run_it(folder: Path) -> None:
    program = compile_menu(files_of(folder))
    for name in program.screens:
        for language in program.languages:
            place = Place(screen=name, language=language, path=(Crumb("home"),))
            for page in pages_at(program, place, ANY_PHONE):
                assert Limit().fits(page), page
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert f"BRIDGE_MENUS=examples/{folder.name}/menus.yaml make run" in readme
    assert all(code in readme for code in program.ussd)
    assert all(called in readme for called in program.missed_call)


def test_the_clinic_speaks_two_languages_and_costs_one_sms_in_plain_letters() -> None:
    program = compile_menu(files_of(ROOT / "examples" / "clinic"))
    assert program.languages == ("sw", "en")
    assert program.romanised == {}
    sent = [screen.sends_sms for screen in program.screens.values() if screen.sends_sms]
    texts = [text for sms in sent for text in sms.text.values()]
    assert len(texts) >= 6
    assert {encoding_of(text) for text in texts} == {Encoding.GSM7}


def test_a_screen_of_a_form_that_no_test_shows_is_told_where_it_stands() -> None:
    files = files_of(ROOT / "examples" / "clinic")
    menu = files["menus.yaml"].decode()
    start = menu.index("  - name: today's queue, for a family")
    without = menu[: menu.index("\ntests:\n") + 8] + menu[start:]
    transcripts = read({**files, "menus.yaml": without.encode()})
    missing = [each for each in transcripts.not_walked(transcripts.run()) if each.rule != "T004"]
    told = [each for each in missing if '"book.2"' in each.reason]
    lines = without.split("\n")
    assert ["Siku gani?" in lines[each.place.line - 1] for each in told] == [True, True]
