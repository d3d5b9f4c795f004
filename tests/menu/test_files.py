"""Which files a menu asks for: read leniently, by names that cannot leave the folder."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from menu.files import Asked, Files, asked_by, is_menu_file, root_of, wanted

GOOD = ["crops.yaml", "crops.yml", "parts/crops.yaml", "a/b/c.yaml", "फसल.yaml", "our crops.yaml"]
BAD = [
    *("", ".yaml", ".hidden.yaml", "crops", "crops.txt", "crops.yaml.bak", "crops.YAML"),
    *("/etc/crops.yaml", "../crops.yaml", "parts/../../crops.yaml", "./crops.yaml", "a//b.yaml"),
    *("a/.git/b.yaml", "..\\crops.yaml", "C:crops.yaml", "a\\b.yaml", " crops.yaml", "a/ b.yaml"),
    *("a\nb.yaml", "a\0b.yaml", "a\u202eb.yaml", "a\u200bb.yaml", "~/..", "a/"),
]


@pytest.mark.parametrize("name", GOOD)
def test_names_that_may_be_included(name: str) -> None:
    assert is_menu_file(name)
    assert asked_by(f'include: ["{name}"]') == Asked(includes=(name,))


@pytest.mark.parametrize("name", BAD)
def test_names_that_may_not(name: str) -> None:
    assert not is_menu_file(name)


ASKS: list[tuple[str, Asked]] = [
    ("include: [a.yaml, b.yaml, a.yaml]", Asked(("a.yaml", "b.yaml"))),
    (
        "data: { x: { file: data/x.csv }, y: { file: data/y.csv } }",
        Asked((), ("data/x.csv", "data/y.csv")),
    ),
    ("include: [a.yaml]\ndata: { x: { file: x.csv } }", Asked(("a.yaml",), ("x.csv",))),
    ('"d\\x61ta": { x: { file: x.csv } }', Asked((), ("x.csv",))),
    # What is ill-formed asks for nothing.
    ("include: a.yaml", Asked()),
    ("include: { a.yaml: b }", Asked()),
    ("include: [[a.yaml], { b: c }, ../d.yaml, e.yaml]", Asked(("e.yaml",))),
    ("data: [x.csv]", Asked()),
    (
        "data: { x: x.csv, y: { file: [y.csv] }, z: { file: ../z.csv }, w: { file: secret_key } }",
        Asked(),
    ),
    ("include: [a.yaml", Asked()),
    ("- include", Asked()),
    ("screens: { include: [a.yaml] }", Asked()),
    ("data", Asked()),
    ("", Asked()),
]


@pytest.mark.parametrize(("content", "asks"), ASKS)
def test_what_a_file_asks_for(content: str, asks: Asked) -> None:
    assert asked_by(content) == asked_by(content.encode()) == asks


ROOT = "include: [a.yaml, b.yaml, menus.yaml]\ndata: { r: { file: r.csv } }"
A = "data: { x: { file: x.csv } }\ninclude: [c.yaml]"
WANTED: list[tuple[Files, list[str]]] = [
    ({"menus.yaml": ""}, []),
    ({"menus.yaml": ROOT}, ["a.yaml", "b.yaml", "r.csv"]),
    ({"menus.yaml": ROOT, "a.yaml": A}, ["b.yaml", "r.csv", "x.csv"]),  # and no c.yaml
    ({"menus.yaml": ROOT, "a.yaml": A, "b.yaml": "a: ["}, ["r.csv", "x.csv"]),
    ({"menus.yaml": ROOT, "a.yaml": A, "b.yaml": A, "r.csv": "data: {}", "x.csv": ""}, []),
    ({"a.yaml": A, "menus.yaml": ROOT}, ["c.yaml", "x.csv"]),  # the first is the root
]


@pytest.mark.parametrize(("files", "more"), WANTED)
def test_what_is_still_wanted(files: Files, more: list[str]) -> None:
    assert wanted(files) == more


def test_a_reader_may_remember_what_each_file_asks_for() -> None:
    assert wanted({"menus.yaml": ""}, lambda _: Asked(("a.yaml",), ("b.csv",))) == [
        "a.yaml",
        "b.csv",
    ]


@given(st.text('includedata: [{}],.ymlcsv/\\\n"-', max_size=80))
def test_whatever_it_holds_nothing_is_raised_and_nothing_leads_out(text: str) -> None:
    for name in wanted({"menus.yaml": text}):
        assert not name.startswith("/")
        assert ".." not in name.split("/")


def test_the_root_is_the_first() -> None:
    assert root_of({"b": "", "a": ""}) == "b"
    with pytest.raises(ValueError, match="at least one file"):
        root_of({})
