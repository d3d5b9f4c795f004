"""Whatever a file holds, the linter answers with diagnostics, and a clean menu always compiles."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from menu.compiler import compile_with_warnings
from menu.diagnostics import Diagnostic
from menu.engine import pages_at
from menu.linter import RULE_IDS, check
from menu.place import Place
from menu.screens import ANY_PHONE

LINES = (Path(__file__).parents[2] / "menus.yaml").read_text(encoding="utf-8").splitlines()
YAML_SIGNS = st.text(alphabet="ab:-?[]{},&*!|>'\"%@#\\ \t\n0<~क", max_size=80)


def assert_sound(found: list[Diagnostic], lines: int) -> None:
    for diagnostic in found:
        assert diagnostic.rule in RULE_IDS
        assert 1 <= diagnostic.place.line <= lines + 1
        assert diagnostic.place.column >= 1
        assert diagnostic.reason.endswith(".")
        assert "\n" not in diagnostic.hint


def assert_checked(text: str) -> None:
    """What is clean compiles, with screens that fit; what is not is told where and why."""
    files = {"menus.yaml": text}
    found = check(files)
    assert_sound(found, text.count("\n") + text.count("\r") + 1)
    if any(diagnostic.is_error for diagnostic in found):
        return
    compiled = compile_with_warnings(files)
    assert list(compiled.warnings) == found
    program = compiled.program
    for screen in program.screens.values():
        for language in program.languages:
            place = Place(screen=screen.name, language=language)
            assert all(ANY_PHONE.limit.fits(page) for page in pages_at(program, place, ANY_PHONE))
        assert all(choice.go in program.screens for choice in screen.choices)
        assert screen.sends_link is None or screen.sends_link in program.links


@given(st.text(max_size=300))
def test_any_text(text: str) -> None:
    assert check({"menus.yaml": text})
    assert_checked(text)


@given(st.binary(max_size=300))
def test_any_bytes(content: bytes) -> None:
    found = check({"menus.yaml": content})
    assert any(diagnostic.is_error for diagnostic in found)
    assert_sound(found, len(content) + 1)


@given(YAML_SIGNS)
def test_any_pile_of_yaml_signs(text: str) -> None:
    assert check({"menus.yaml": text})
    assert_checked(text)


at_line = st.integers(0, len(LINES) - 1)
CHANGES = st.one_of(
    st.tuples(st.just("delete"), at_line, st.just("")),
    st.tuples(st.just("double"), at_line, st.just("")),
    st.tuples(st.just("swap"), at_line, st.sampled_from(LINES)),
    st.tuples(st.just("cut"), at_line, st.text(max_size=3)),
    st.tuples(st.just("insert"), at_line, YAML_SIGNS),
)


@given(st.lists(CHANGES, min_size=1, max_size=4), st.data())
def test_the_default_menus_with_mistakes(
    changes: list[tuple[str, int, str]], data: st.DataObject
) -> None:
    lines = list(LINES)
    for kind, index, text in changes:
        at = index % len(lines)
        line = lines[at]
        cut = data.draw(st.integers(0, len(line)))
        match kind:
            case "delete":
                lines[at : at + 1] = []
            case "double":
                lines.insert(at, line)
            case "swap":
                lines[at] = text
            case "cut":
                lines[at] = line[:cut] + text + line[cut + 1 :]
            case _:
                lines[at] = line[:cut] + text + line[cut:]
    assert_checked("\n".join(lines))


NAMES = st.sampled_from(["a", "b", "c"])
CODES = st.sampled_from(["en", "hi", "bn", "ta", "xx"])
VISIBLE = st.characters(exclude_categories=["Cc", "Cs", "Cn", "Zl", "Zp"])
TEXT = st.text(VISIBLE, min_size=1, max_size=40) | st.sampled_from(
    ["{link}", "{a} {link}", "’", "1\n2"]
)
TEXTS = TEXT | st.dictionaries(CODES, TEXT, min_size=1, max_size=3)
FLAG = st.booleans()
ENTRY = NAMES | st.fixed_dictionaries({"go": NAMES}, optional={"language": CODES})
COUNTRIES = st.lists(st.sampled_from(["US", "GB", "UK", "NO", ""]), max_size=3)
LINK = st.fixed_dictionaries(
    {"web": TEXT | st.just("https://a.example/"), "sms": TEXTS},
    optional={
        "ios": TEXT,
        "elsewhere": st.dictionaries(NAMES, COUNTRIES, max_size=2),
        "sms_unknown_language": TEXT,
    },
)
OPTION = st.fixed_dictionaries(
    {"label": TEXTS, "go": NAMES},
    optional={"key": st.integers(0, 99).map(str), "language": CODES},
)
SCREEN = st.fixed_dictionaries(
    {"text": TEXTS},
    optional={"options": st.lists(OPTION, max_size=9), "send_link": NAMES, "end": FLAG},
)
SMS = st.fixed_dictionaries(
    {}, optional={"keywords": st.dictionaries(TEXT, ENTRY, max_size=3), "default": ENTRY}
)
POINTS = st.fixed_dictionaries(
    {},
    optional={
        "ussd": st.dictionaries(TEXT | st.just("*1#"), ENTRY, max_size=2),
        "sms": SMS,
        "missed_call": st.dictionaries(TEXT | st.just("+919718397183"), ENTRY, max_size=2),
    },
)
MENUS = st.fixed_dictionaries(
    {
        "version": st.just(1),
        "name": TEXT,
        "languages": st.lists(CODES, min_size=1, max_size=4),
        "entry_points": POINTS,
        "screens": st.dictionaries(NAMES, SCREEN, min_size=1, max_size=3),
    },
    optional={
        "links": st.dictionaries(NAMES, LINK, max_size=3),
        "phrases": st.dictionaries(st.sampled_from(["back", "exit", "busy"]), TEXTS, max_size=2),
    },
)


@given(MENUS)
def test_any_menu_of_the_right_shape(menu: dict[str, object]) -> None:
    assert_checked(json.dumps(menu, ensure_ascii=False))
