"""The shape of menus.yaml, and the copy of it that editors read."""

from __future__ import annotations

import json

import pytest

from menu import editor_schema
from menu.linter import check
from menu.loader import load
from menu.merging import PARTS
from menu.phrases import BUILT_IN
from menu.schema import Menu, Phrases
from menu.shape_faults import parse

MENU = """version: 1
name: Example
languages: [en]
entry_points:
  ussd: { "*384*7#": home }
screens:
  home: { text: Hello., end: true }
"""


def menu_of(text: str) -> Menu:
    document, found = load("menus.yaml", text)
    assert document, found
    menu, faults = parse(document)
    assert menu, faults
    return menu


def test_the_schema_for_editors_is_up_to_date() -> None:
    assert editor_schema.PATH.read_text(encoding="utf-8") == editor_schema.render()
    assert "null" not in editor_schema.render()
    assert json.loads(editor_schema.render())["properties"]["version"]["const"] == 1


def test_the_schema_of_included_files_has_what_they_may_have() -> None:
    written = editor_schema.INCLUDED_PATH.read_text(encoding="utf-8")
    assert written == editor_schema.render_included()
    included, whole = json.loads(written), json.loads(editor_schema.render())
    assert set(included["properties"]) == set(PARTS) & set(whole["properties"])
    assert "required" not in included
    assert included["additionalProperties"] is False
    assert included["properties"]["screens"] == whole["properties"]["screens"]


def test_every_built_in_phrase_can_be_replaced() -> None:
    assert list(Phrases.model_fields) == list(BUILT_IN)


@pytest.mark.parametrize(
    ("line", "entry"),
    [
        ("home", ("home", None)),
        ("{ go: home }", ("home", None)),
        ("{ go: home, language: en }", ("home", "en")),
    ],
)
def test_an_entry_point_may_be_short(line: str, entry: tuple[str, str | None]) -> None:
    menu = menu_of(MENU.replace('"*384*7#": home', f'"*384*7#": {line}'))
    point = menu.entry_points.ussd["*384*7#"]
    assert (point.go, point.language) == entry


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("' Hello. '", "Hello."),
        ("|\n      Hello.\n      Again.\n", "Hello.\nAgain."),
        ('"e\\u0301"', "\u00e9"),  # counted as it is sent
        ("no", "no"),
        ("{ en: Hello. }", {"en": "Hello."}),
    ],
)
def test_texts(written: str, text: str | dict[str, str]) -> None:
    line = f"  home:\n    end: true\n    text: {written}\n"
    menu = menu_of(MENU.replace("  home: { text: Hello., end: true }\n", line))
    assert menu.screens["home"].text == text


def test_options_count_from_one_unless_they_have_a_key() -> None:
    options = "[{ label: A, go: home }, { label: B, go: home, key: 7 }, { label: C, go: home }]"
    menu = menu_of(MENU.replace("end: true", f"options: {options}"))
    numbered = menu.screens["home"].numbered_options()
    assert [(key, option.label) for _, key, option in numbered] == [
        ("1", "A"), ("7", "B"), ("3", "C"),
    ]  # fmt: skip


WRONG = [
    # instead of, this is written: and found
    ("version: 1", "version: 2", "1:10 M053"),
    ("version: 1\n", "", "1:1 M051"),
    ("name: Example", "name: [a]", "2:7 M052"),
    ("name: Example", 'name: "  "', "2:7 M053"),
    ("[en]", "[]", "3:12 M051"),
    ("[en]", "en", "3:12 M052"),
    ("[en]", "[EN]", "3:13 M053"),
    ("[en]", "[english]", "3:13 M053"),
    ("[en]", f"[{', '.join(['en'] * 41)}]", "3:12 M053"),
    ("languages:", "langauges:", "3:1 M050"),
    ("ussd:", "usdd:", "5:3 M050"),
    ("ussd:", "sms: { keyword: {} }\n  ussd:", "5:10 M050"),
    (": home }", ": [home] }", "5:22 M052"),
    (": home }", ": { to: home } }", "5:24 M050"),
    (": home }", ": Home }", "5:22 M053"),
    ("home: {", "1st: {", "7:3 M053"),
    ("home: {", "हिन्दी: {", "7:3 M053"),
    ("text:", "txt:", "7:11 M050"),
    ("Hello.", "{ en: [Hello.] }", "7:23 M052"),
    ("Hello.", "{}", "7:17 M051"),
    ("true", "True", "7:30 M053"),
    ("true", "on", "7:30 M053"),
    ("true", "[true]", "7:30 M053"),
    ("end: true", "options: home", "7:34 M052"),
    ("end: true", "options: [home]", "7:35 M052"),
    ("end: true", "options: [{ label: A }]", "7:35 M051"),
    ("end: true", "options: [{ label: A, go: home, key: x }]", "7:62 M053"),
    ("end: true", "options: [{ label: A, go: home, key: 100 }]", "7:62 M053"),
    ("end: true", "options: [{ label: A, go: home, kye: 1 }]", "7:57 M050"),
    ("screens:", "phrases: { bakc: x }\nscreens:", "6:12 M050"),
    ("screens:", "links: { app: { web: x, sms: x, andriod: x } }\nscreens:", "6:33 M050"),
]


@pytest.mark.parametrize(("before", "after", "expected"), WRONG)
def test_a_wrong_shape_is_named_with_its_place(before: str, after: str, expected: str) -> None:
    assert before in MENU
    found = [str(fault) for fault in check({"menus.yaml": MENU.replace(before, after, 1)})]
    assert any(line.startswith(f"menus.yaml:{expected} error ") for line in found), found


def test_an_item_of_a_list_is_named_by_its_line() -> None:
    (found,) = check({"menus.yaml": MENU.replace("end: true", "options: [home]")})
    assert found.reason == "Line 1 of this list has a value of the wrong kind."


def test_all_faults_are_told_at_once() -> None:
    text = MENU.replace("version: 1", "version: 2").replace("end: true", "end: yes, nxt: x")
    found = [str(fault) for fault in check({"menus.yaml": text})]
    assert len(found) == 3
    assert found[0].startswith("menus.yaml:1:10 M053")
