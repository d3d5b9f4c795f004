"""Every example of docs/menus.md compiles, and says what the page says it does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from menu.compiler import compile_menu
from menu.engine import pages_at
from menu.linter import check, examine
from menu.moved_keys import find_moved
from menu.place import Place
from menu.question_schema import FIND, KIND_TAGS
from menu.schema import Step
from menu.screens import ANY_PHONE
from menu.transcripts import read

PAGE = (Path(__file__).parents[2] / "docs" / "menus.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
# A block that begins with the name of a file is what an example includes.
INCLUDED = {found[1]: block for block in BLOCKS if (found := re.match(r"# (\S+)\n", block))}
EXAMPLES = [block for block in BLOCKS if block not in INCLUDED.values()]
FIRST = EXAMPLES[0]
(TABLE,) = re.findall(r"^```csv\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def sections(text: str) -> dict[str, str]:
    """The parts of a menu by the names that stand at the beginning of a line."""
    parts = re.split(r"^(?=[a-z_]+:)", text, flags=re.MULTILINE)
    return {part.partition(":")[0]: part for part in parts if part.strip()}


def whole_menu(example: str) -> str:
    """An example put in the place of the parts of the first one that have the same names."""
    return "".join((sections(FIRST) | sections(example)).values())


def files_of(example: str) -> dict[str, str]:
    return {"menus.yaml": whole_menu(example), **INCLUDED, "data/helplines.csv": TABLE}


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_has_no_error(example: str) -> None:
    errors = [found for found in check(files_of(example)) if found.is_error]
    assert not errors
    assert compile_menu(files_of(example)).screens


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_that_replaces_the_screens_has_no_warning_either(example: str) -> None:
    if "screens" in sections(example):
        assert check(files_of(example)) == []


@pytest.mark.parametrize("example", [each for each in EXAMPLES if "tests" in sections(each)])
def test_the_tests_on_the_page_pass(example: str) -> None:
    outcomes = list(read(files_of(example)).run())
    assert outcomes
    assert {str(outcome.failure) for outcome in outcomes} == {"None"}


def test_the_test_in_an_included_file_passes() -> None:
    (example,) = (each for each in EXAMPLES if "include" in sections(each))
    (outcome,) = read(files_of(example)).run()
    assert outcome.has_passed
    assert outcome.place.file == "crops.yaml"


def test_every_kind_of_answer_is_on_the_page() -> None:
    rows = re.findall(r"^\| `([a-z_]+)` \|", PAGE, re.MULTILINE)
    assert rows == [tag.strip("<>") for tag in KIND_TAGS if tag != FIND]


def test_every_step_is_on_the_page() -> None:
    rows = re.findall(r"^\| `([a-z_]+): ", PAGE, re.MULTILINE)
    assert rows == list(Step.model_fields)


def test_the_page_has_the_examples_that_it_promises() -> None:
    assert len(EXAMPLES) > 20
    assert set(INCLUDED) == {"crops.yaml"}
    assert {"version", "languages", "entry_points", "screens"} <= set(sections(FIRST))


def test_the_first_menu_looks_as_the_page_shows_it() -> None:
    program = compile_menu({"menus.yaml": FIRST})
    (home,) = pages_at(program, Place(screen="home", language="en"), ANY_PHONE)
    assert f"```\n{home}\n```" in PAGE


def test_the_mistake_on_the_page_is_told_as_the_page_tells_it() -> None:
    (found,) = (
        f for f in check({"menus.yaml": FIRST.replace("go: hours", "go: hurs")}) if f.is_error
    )
    assert f"    {found}\n" in PAGE


def test_the_number_that_moves_is_told_as_the_page_tells_it() -> None:
    (live,) = (files_of(each) for each in EXAMPLES if 'key: "3"' in each)
    after = {**live, "menus.yaml": re.sub(r'key: "\d", ', "", live["menus.yaml"])}
    source = examine(after).source
    assert source
    (found,) = find_moved(source, compile_menu(after), compile_menu(live))
    assert f"    {found}\n" in PAGE


def test_every_link_inside_the_page_leads_to_a_heading() -> None:
    headings = {
        re.sub(r"[^a-z -]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^## (.*)$", PAGE, re.MULTILINE)
    }
    links = set(re.findall(r"\]\(#([^)]*)\)", PAGE))
    assert links == headings
