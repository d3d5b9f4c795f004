"""Numbers that people know: what is told of a menu that changes them, and what is not."""

from __future__ import annotations

import json

import pytest

from menu.compiler import compile_published
from menu.linter import examine
from menu.moved_keys import find_moved

Options = list[dict[str, object]]


def files(options: Options, languages: tuple[str, ...] = ("en", "hi")) -> dict[str, str]:
    menu = {
        "version": 1,
        "name": "Office",
        "languages": list(languages),
        "entry_points": {"ussd": {"*384*7#": "home"}},
        "screens": {
            "home": {"text": "Office", "options": options},
            **{name: {"text": name, "end": True} for name in ("hours", "address", "forms", "ask")},
        },
    }
    return {"menus.yaml": json.dumps(menu, ensure_ascii=False)}


def option(label: object, go: object, key: str | None = None, **more: object) -> dict[str, object]:
    return {"label": label, "go": go, **more} | ({"key": key} if key else {})


def was(label: str, before: int, after: int) -> str:
    return f'"{label}" was {before} in the live menu, and is {after} now.'


HOURS, ADDRESS, FORMS = (
    option("Hours", "hours"),
    option("Address", "address"),
    option("Forms", "forms"),
)
LIVE: Options = [HOURS, ADDRESS]
KEYED: Options = [{**FORMS, "key": "3"}, {**HOURS, "key": "1"}, {**ADDRESS, "key": "2"}]

CHANGES: list[tuple[str, Options, Options, list[str]]] = [
    ("nothing", LIVE, LIVE, []),
    ("one more behind them", LIVE, [HOURS, ADDRESS, FORMS], []),
    (
        "one more before them",
        LIVE,
        [FORMS, HOURS, ADDRESS],
        [was("Hours", 1, 2), was("Address", 2, 3)],
    ),
    ("one more before them, with a key", LIVE, KEYED, []),
    ("one less behind", LIVE, [HOURS], []),
    ("one less before", LIVE, [ADDRESS], [was("Address", 2, 1)]),
    ("one less before, and the key stays", LIVE, [{**ADDRESS, "key": "2"}], []),
    (
        "a number that is used again",
        LIVE,
        [HOURS, FORMS],
        ['2 led to "Address" in the live menu, and leads to "Forms" now.'],
    ),
    ("another label", LIVE, [option("Open when?", "hours"), ADDRESS], []),
    ("another way, the same label", LIVE, [option("hours.", "ask"), ADDRESS], []),
    (
        "another label in one language",
        [option({"en": "Hours", "hi": "समय"}, "hours")],
        [option({"en": "When?", "hi": "समय"}, "ask")],
        [],
    ),
    (
        "all three of them",
        [HOURS, ADDRESS, FORMS],
        [FORMS, HOURS, ADDRESS],
        [
            was("Forms", 3, 1),
            was("Hours", 1, 2),
            was("Address", 2, 3),
        ],
    ),
    (
        "languages that lead to one screen",
        [option("English", "home", language="en"), option("हिन्दी", "home", language="hi")],
        [option("हिन्दी", "home", language="hi"), option("English", "home", language="en")],
        [was("हिन्दी", 2, 1), was("English", 1, 2)],
    ),
]


@pytest.mark.parametrize(
    ("live", "after", "told"), [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES]
)
def test_what_is_told(live: Options, after: Options, told: list[str]) -> None:
    source = examine(files(after), rules=()).source
    assert source
    program = compile_published(files(after))
    found = find_moved(source, program, compile_published(files(live)))
    assert [each.reason for each in found] == told
    assert not any(each.is_error for each in found)
    assert {each.place.file for each in found} <= {"menus.yaml"}


def test_a_screen_that_is_new_is_compared_with_none() -> None:
    after = files(LIVE)
    live = files([FORMS])["menus.yaml"].replace('"home"', '"start"')
    source = examine(after, rules=()).source
    assert source
    program = compile_published({"menus.yaml": live})
    assert find_moved(source, compile_published(after), program) == []
