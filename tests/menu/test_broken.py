"""Every file in broken/ is a small menu with a mistake; its first lines say what must be found.

A CSV file of the same name is its data/prices.csv. A folder is a menu of several files: the first
lines of its menus.yaml say it, with file names.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from menu import rules
from menu.compiler import compile_menu
from menu.decoding import MAX_BYTES
from menu.diagnostics import BadMenu
from menu.files import MAX_FILES, MAX_TOTAL_BYTES, Files, wanted
from menu.linter import RULE_IDS, RULES, check
from menu.loader import MAX_VALUES
from menu.services import ServiceSpec
from menu.value_types import ValueKind
from services.surroundings import RULES as SURROUNDING_RULES
from services.tables_faults import RULES as TABLE_RULES

ROOT = Path(__file__).parents[2]
BROKEN = sorted(
    path
    for path in (Path(__file__).parent / "broken").iterdir()
    if path.suffix == ".yaml" or path.is_dir()
)
SERVICES = {  # that the examples may call
    "balance": ServiceSpec(takes=frozenset({"account"}), gives={"sum": ValueKind.MONEY}),
    "rates": ServiceSpec(gives={"gold": ValueKind.MONEY}, reads=True),
}
MENU = """version: 1
name: Example
languages: [en]
include: [%s]
entry_points: { ussd: { "*384*7#": home } }
screens: { home: { text: Services., end: true } }
"""
PARTS = [f"part{count}.yaml" for count in range(MAX_FILES)]
TOO_BIG_TO_KEEP: dict[str, Files] = {
    "M001": {"menus.yaml": "a" * (MAX_BYTES + 1)},
    "M011": {"menus.yaml": "a: [" + "b," * MAX_VALUES + "]"},
    "M019": {"menus.yaml": MENU % ", ".join(PARTS), **dict.fromkeys(PARTS, "tests: []")},
    "M020": {
        "menus.yaml": MENU % ", ".join(PARTS[: MAX_TOTAL_BYTES // MAX_BYTES]),
        **dict.fromkeys(PARTS, "tests: []".ljust(MAX_BYTES, "#")),
    },
}


def files_of(path: Path) -> Files:
    """The menu of one file under the name that it would have, or all files of a folder."""
    if path.is_file():
        files, table = {"menus.yaml": path.read_bytes()}, path.with_suffix(".csv")
        return files | {"data/prices.csv": table.read_bytes()} if table.exists() else files
    files = {"menus.yaml": (path / "menus.yaml").read_bytes()}
    while more := [name for name in wanted(files) if (path / name).is_file()]:
        files |= {name: (path / name).read_bytes() for name in more}
    return files


def expected_of(path: Path) -> list[str]:
    """A place without the name of a file is one in the menu."""
    root = path / "menus.yaml" if path.is_dir() else path
    text = root.read_bytes().decode("utf-8", "replace")
    lines = re.findall(r"^# expect: (.*)$", text, re.MULTILINE)
    return [f"menus.yaml:{line}" if line[0].isdigit() else line for line in lines]


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_broken_menu_is_told_what_is_wrong(path: Path) -> None:
    expected = expected_of(path)
    assert expected
    assert [str(found) for found in check(files_of(path), services=SERVICES)] == expected
    assert path.stem[:4] in "".join(expected)


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_menu_with_an_error_is_never_compiled(path: Path) -> None:
    files = files_of(path)
    found = check(files, services=SERVICES)
    if any(diagnostic.is_error for diagnostic in found):
        with pytest.raises(BadMenu) as raised:
            compile_menu(files, SERVICES)
        assert list(raised.value.diagnostics) == found
    else:
        assert compile_menu(files, SERVICES).screens


@pytest.mark.parametrize("rule", TOO_BIG_TO_KEEP)
def test_a_file_that_is_too_big(rule: str) -> None:
    assert [found.rule for found in check(TOO_BIG_TO_KEEP[rule])] == [rule]


@pytest.mark.parametrize("rule", RULE_IDS)
def test_every_rule_has_an_example_and_a_page(rule: str) -> None:
    examples = {path.stem[:4] for path in BROKEN} | set(TOO_BIG_TO_KEEP)
    assert rule in examples
    page = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert re.search(rf"^### {rule} ", page, re.MULTILINE)


def test_the_page_of_rules_names_no_rule_that_is_gone() -> None:
    page = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert re.findall(r"^### (M\d+) ", page, re.MULTILINE) == sorted(
        (*RULE_IDS, *TABLE_RULES, *SURROUNDING_RULES)
    )
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
