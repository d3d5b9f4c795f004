"""docs/data-sets.md shows what works, and says what the check says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from menu import data_cells, data_file, data_schema
from menu.compiler import compile_menu
from menu.data_schema import Kind
from menu.linter import check

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "data-sets.md").read_text(encoding="utf-8")
FIRST = (DOCS / "menus.md").read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
(YAML,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
(TABLE,) = re.findall(r"^```csv\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def files(table: str = TABLE) -> dict[str, str]:
    menu = FIRST.replace("languages: [en]", "languages: [en, hi]")
    return {"menus.yaml": menu + YAML, "data/prices.csv": table}


def test_the_example_works() -> None:
    assert [str(found) for found in check(files()) if found.place.file != "menus.yaml"] == []
    prices = compile_menu(files()).data_sets["prices"]
    (row,) = prices.search("gehu", 5)
    assert (row.show("name", "hi"), row.show("price", "hi")) == ("गेहूं", "2275")


EXAMPLE = r"^\| `([^`]+)` \| (?:`([a-z]+)` )?\| [^|]+ \|$"
FOUND = re.findall(EXAMPLE, PAGE.split("## What people find")[1].split("##")[0], re.MULTILINE)


def test_the_page_has_examples_of_what_people_find() -> None:
    assert len(FOUND) == 8


@pytest.mark.parametrize(("typed", "key"), FOUND)
def test_people_find_what_the_page_says(typed: str, key: str) -> None:
    found = compile_menu(files()).data_sets["prices"].search(typed, 9)
    assert [row.key for row in found] == list(filter(None, [key]))


def test_the_mistake_on_the_page_is_told_as_the_page_tells_it() -> None:
    (found,) = (
        each for each in check(files(TABLE.replace("2300,", '"2,300",'))) if each.rule == "M609"
    )
    assert re.search(r"^    data/prices.csv:3:(\d+) M609 (.*)$", PAGE, re.MULTILINE)
    assert f"    {found}\n" in PAGE


def test_every_type_is_on_the_page() -> None:
    section = PAGE.split("## Types")[1].split("##")[0]
    assert re.findall(r"^\| `([a-z]+)` \|", section, re.MULTILINE) == [kind.value for kind in Kind]


def test_the_limits_are_those_of_the_program() -> None:
    rows = dict(re.findall(r"^\| ([a-z ]+) \| ([0-9,]+)(?: MB)? \|$", PAGE, re.MULTILINE))
    assert rows == {
        "a file": str(data_file.MAX_BYTES // 1024**2),
        "rows": f"{data_file.MAX_ROWS:,}",
        "columns": str(data_schema.MAX_COLUMNS),
        "characters in a cell": str(data_cells.MAX_CHARACTERS),
    }


def test_every_link_inside_the_page_leads_to_a_heading() -> None:
    headings = {
        re.sub(r"[^a-z -]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^## (.*)$", PAGE, re.MULTILINE)
    }
    links = set(re.findall(r"\]\(#([^)]*)\)", PAGE))
    assert links == headings | {"keys", "sounds", "mistakes"}
    assert all(f"\n### {link.title()}\n" in PAGE for link in links - headings)
