"""What callers would notice of another menu: one row, one change, and how it is told."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from menu.compiler import compile_published
from menu.differences import find_differences
from menu.program import Program

MENU: dict[str, Any] = {
    "version": 1,
    "name": "Office",
    "languages": ["en", "hi"],
    "entry_points": {
        "ussd": {"*384*7#": "home"},
        "sms": {"keywords": {"MANDI": "price", "HOURS": "hours"}, "default": "home"},
        "missed_call": {"+919718397183": "hours"},
    },
    "links": {"umang": {"web": "https://example.in/a", "sms": "Get it: {link}"}},
    "screens": {
        "home": {
            "text": {"en": "Office", "hi": "कार्यालय"},
            "options": [
                {"label": {"en": "Hours", "hi": "समय"}, "go": "hours"},
                {"label": {"en": "Market price", "hi": "भाव"}, "go": "price"},
            ],
        },
        "hours": {"text": "Open until 5", "end": True},
        "price": {"text": {"en": "Price list", "hi": "भाव सूची"}, "end": True},
        "get_app": {"text": "You get an SMS", "send_link": "umang", "end": True},
        "ask": {
            "text": "How many?",
            "ask": {"kind": "number", "max": 5, "save_as": "n"},
            "go": "hours",
        },
    },
}


def compiled(menu: dict[str, Any]) -> Program:
    return compile_published({"menus.yaml": json.dumps(menu, ensure_ascii=False)})


def changed(path: str, value: object) -> dict[str, Any]:
    """`value` None: it is taken away."""
    menu = deepcopy(MENU)
    *upward, last = [int(part) if part.isdigit() else part for part in path.split("/")]
    inside: Any = menu
    for part in upward:
        inside = inside[part]
    if value is None:
        del inside[last]
    elif isinstance(inside, list) and last == len(inside):
        inside.append(value)
    else:
        inside[last] = value
    return menu


CHANGES: list[tuple[str, object, list[str]]] = [
    ("name", "Office", []),
    ("name", "Village", ["the name changed: Office -> Village"]),
    (
        "screens/home/options/2",
        {"label": "Forms", "go": "get_app"},
        ['home: option 3 "Forms" is new'],
    ),
    ("screens/home/options/1", None, ['home: option 2 "Market price" is gone']),
    (
        "screens/home/options/1",
        {"label": "Forms", "go": "get_app"},
        ['home: number 2 leads to "Forms" instead of "Market price"'],
    ),
    (
        "screens/home/options/0",
        None,
        ['home: option 1 "Hours" is gone', 'home: "Market price" is number 1 instead of 2'],
    ),
    (
        "screens/home/options/1/go",
        "hours",
        ['home: number 2 "Market price" leads to hours instead of price'],
    ),
    (
        "screens/home/options/0/label/hi",
        "कब",
        ['home: the label of option 1 in Hindi changed: "समय" -> "कब"'],
    ),
    (
        "screens/home/options/0/when",
        "language == 'hi'",
        ["home: option 1 \"Hours\" is there only if language == 'hi'"],
    ),
    (
        "screens/price/text/hi",
        "मंडी भाव",
        ['price: the text in Hindi changed: "भाव सूची" -> "मंडी भाव"'],
    ),
    (
        "screens/hours/text",
        "Open until 6",
        ['hours: the text changed: "Open until 5" -> "Open until 6"'],
    ),
    (
        "screens/hours/text",
        "Open\nuntil " + "कि" * 200,
        ['hours: the text changed: "Open until 5" -> "Open / until ' + "कि" * 87 + '…"'],
    ),
    ("screens/get_app/send_link", None, ["get_app: it sends nothing instead of umang"]),
    ("screens/ask/ask/max", 6, ["ask: it takes other answers"]),
    ("screens/ask/go", "price", ["ask: the answer leads to price instead of hours"]),
    ("screens/ask", None, ["ask: this screen is gone"]),
    ("screens/more", {"text": "More", "end": True}, ['more: this screen is new: "More"']),
    ("entry_points/sms/keywords/MANDI", None, ["keyword MANDI is gone"]),
    ("entry_points/sms/keywords/BHAV", "price", ["keyword BHAV is new: it leads to price"]),
    ("entry_points/sms/default", "hours", ["any other text leads to hours instead of home"]),
    ("entry_points/ussd/*384*7#", "price", ["code *384*7# leads to price instead of home"]),
    ("entry_points/ussd/*384*8#", "price", ["code *384*8# is new: it leads to price"]),
    ("entry_points/missed_call/+919718397183", None, ["missed call +919718397183 is gone"]),
    (
        "links/umang/web",
        "https://example.in/b",
        ["umang: the address for web changed: https://example.in/a -> https://example.in/b"],
    ),
    ("timezone", "Asia/Dhaka", ["the time zone is another: Asia/Kolkata -> Asia/Dhaka"]),
    ("languages", ["en"], ["Hindi is gone"]),
    ("languages", ["en", "hi", "bn"], ["Bangla is a new language"]),
    ("plain_letters", True, ["SMS are written with other letters"]),
]


@pytest.mark.parametrize(("path", "value", "told"), CHANGES)
def test_a_change_is_told(path: str, value: object, told: list[str]) -> None:
    found = find_differences(compiled(MENU), compiled(changed(path, value)))
    assert [str(each) for each in found] == told
    assert all(set(each.as_json()) == {"what", "where", "says"} for each in found)


@given(st.sampled_from(CHANGES), st.sampled_from(CHANGES))
def test_whatever_differs_is_told_and_nothing_else(
    one: tuple[str, object, list[str]], other: tuple[str, object, list[str]]
) -> None:
    before, after = (compiled(changed(path, value)) for path, value, _ in (one, other))
    is_same = replace(before, fingerprint="") == replace(after, fingerprint="")
    assert (find_differences(before, after) == []) == is_same
    assert find_differences(before, before) == find_differences(after, after) == []


def test_rows_of_a_table_are_counted_and_named(default_program: Program) -> None:
    name, table = next(iter(default_program.data_sets.items()))
    fewer = replace(table, rows=table.rows[1:])
    after = replace(default_program, data_sets={**default_program.data_sets, name: fewer})
    (found,) = find_differences(default_program, after)
    assert str(found) == f"{name}: 1 rows gone ({table.rows[0].key})"
    (found,) = find_differences(after, default_program)
    assert str(found) == f"{name}: 1 rows new ({table.rows[0].key})"


def test_of_the_default_menu_nothing_differs_from_itself(default_program: Program) -> None:
    assert find_differences(default_program, default_program) == []
    assert len(default_program.screens) > 10
