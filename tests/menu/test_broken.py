"""Every menu in broken/ is a small one with a mistake; its first lines say what must be found.

A CSV file of the same name is its data/prices.csv.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from menu import rules
from menu.compiler import compile_menu
from menu.decoding import MAX_BYTES
from menu.diagnostics import BadMenu, Diagnostic
from menu.linter import RULE_IDS, RULES, check
from menu.loader import MAX_VALUES

ROOT = Path(__file__).parents[2]
BROKEN = sorted((Path(__file__).parent / "broken").glob("*.yaml"))
TOO_BIG_TO_KEEP = {
    "M001": "a" * (MAX_BYTES + 1),
    "M011": "a: [" + "b," * MAX_VALUES + "]",
}


def files_of(path: Path) -> dict[str, bytes]:
    files, table = {"menus.yaml": path.read_bytes()}, path.with_suffix(".csv")
    return files | {"data/prices.csv": table.read_bytes()} if table.exists() else files


def check_file(path: Path) -> list[Diagnostic]:
    return check(files_of(path))


def placed(line: str) -> str:
    """A place without the name of a file is one in the menu."""
    return f"menus.yaml:{line}" if line[0].isdigit() else line


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_broken_menu_is_told_what_is_wrong(path: Path) -> None:
    text = path.read_bytes().decode("utf-8", "replace")
    expected = re.findall(r"^# expect: (.*)$", text, re.MULTILINE)
    assert expected
    assert [str(found) for found in check_file(path)] == [placed(line) for line in expected]
    assert path.stem[:4] in "".join(expected)


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_menu_with_an_error_is_never_compiled(path: Path) -> None:
    found = check_file(path)
    if any(diagnostic.is_error for diagnostic in found):
        with pytest.raises(BadMenu) as raised:
            compile_menu(files_of(path))
        assert list(raised.value.diagnostics) == found
    else:
        assert compile_menu(files_of(path)).screens


@pytest.mark.parametrize("rule", TOO_BIG_TO_KEEP)
def test_a_file_that_is_too_big(rule: str) -> None:
    assert [found.rule for found in check({"menus.yaml": TOO_BIG_TO_KEEP[rule]})] == [rule]


@pytest.mark.parametrize("rule", RULE_IDS)
def test_every_rule_has_an_example_and_a_page(rule: str) -> None:
    examples = {path.stem[:4] for path in BROKEN} | set(TOO_BIG_TO_KEEP)
    assert rule in examples
    page = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert re.search(rf"^### {rule} ", page, re.MULTILINE)


def test_the_page_of_rules_names_no_rule_that_is_gone() -> None:
    page = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert re.findall(r"^### (M\d+) ", page, re.MULTILINE) == sorted(RULE_IDS)
    assert {path.stem[:4] for path in BROKEN} <= set(RULE_IDS)


def test_every_table_belongs_to_a_menu() -> None:
    tables = {path.stem for path in BROKEN[0].parent.glob("*.csv")}
    assert tables
    assert tables <= {path.stem for path in BROKEN}


def test_the_shelf_holds_every_rule_once() -> None:
    files = {path.stem for path in Path(rules.__path__[0]).glob("*.py")} - {"__init__"}
    assert {str(rule).split("'")[1].removeprefix("menu.rules.") for rule in RULES} == files
    assert len(set(RULE_IDS)) == len(RULE_IDS)
    assert all((rule.__doc__ or "").startswith(rule.RULE) for rule in RULES)
