"""What docs/menu-tutorial.md promises a newcomer happens."""

from __future__ import annotations

import re
from pathlib import Path

from menu.compiler import compile_menu
from menu.differences import find_differences
from menu.linter import check
from menu.rehearsal import Rehearsal
from menu.transcripts import read
from models.menu_files import MenuFiles
from telecom.clock import SystemClock
from telecom.msisdn import Msisdn

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "menu-tutorial.md").read_text(encoding="utf-8")
TABLE = "data/helplines.csv"
(ROW,) = re.findall(r"^```csv\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
SHIPPED = MenuFiles(ROOT / "menus.yaml", SystemClock()).read()


def with_row(row: str) -> dict[str, bytes]:
    return {**SHIPPED, TABLE: SHIPPED[TABLE] + row.encode()}


def test_the_new_helpline_is_found_by_sms_in_every_language() -> None:
    assert check(with_row(ROW)) == []
    program = compile_menu(with_row(ROW))
    for text in re.findall(r"text (HELPLINE [^;\"'\n]+)", PAGE):
        caller = Rehearsal(program, Msisdn.parse("+919812345678", "IN"), None)
        caller.text(text)
        (sms,) = caller.unread
        assert f"│ {sms}\n" in PAGE


def test_the_mistake_is_told_as_the_page_tells_it() -> None:
    broken = ROW.replace("18001801234", "1800 snake")
    (found,) = check(with_row(broken))
    assert f"\n{found}\n" in PAGE


def test_the_text_to_change_is_there_and_a_test_looks_for_it() -> None:
    ((before, after),) = re.findall(r'find `en: "(.*)"` under .* write `en: "(.*)"`', PAGE)
    menu = SHIPPED["menus.yaml"].decode()
    assert f'helplines:\n    text: {{ en: "{before}"' in menu
    changed = {**SHIPPED, "menus.yaml": menu.replace(before, after, 1).encode()}
    assert not all(outcome.has_passed for outcome in read(changed).run())


def test_the_service_of_ones_own_is_clean_and_its_tests_pass() -> None:
    (menu,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    files = {"menus.yaml": menu.encode()}
    assert check(files) == []
    names = [outcome.name for outcome in read(files).run() if outcome.has_passed]
    assert names == ["the price in Hindi", "the price by SMS"]
    assert all(f"\npassed  {name}\n" in PAGE for name in names)


def test_the_new_price_is_told_as_the_page_tells_it() -> None:
    (menu,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    before = compile_menu({"menus.yaml": menu.encode()})
    after = compile_menu({"menus.yaml": menu.replace("38", "40").encode()})
    told = [f"  {found}." for found in find_differences(before, after)]
    assert len(told) == 2
    assert "\n".join(told) in PAGE


def test_an_empty_file_is_told_as_the_page_tells_it() -> None:
    (found,) = check({"menus.yaml": b""})
    assert f"\n{found}\n" in PAGE
