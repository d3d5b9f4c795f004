"""Reading YAML: scalars stay text, places are exact, and bombs are refused before they go off."""

from __future__ import annotations

import pytest

from menu.decoding import MAX_BYTES, MAX_REPORTED
from menu.diagnostics import Place
from menu.document import KeyPath, Plain
from menu.loader import MAX_DEPTH, MAX_VALUES, load

SURPRISES = [
    "no",
    "off",
    "yes",
    "0123",
    "12:30:45",
    "1.10",
    "1_000",
    "0x1F",
    "~",
    "null",
    "+254711",
]


def read(text: str | bytes) -> Plain:
    document, found = load("menus.yaml", text)
    assert document, found
    return document.plain


@pytest.mark.parametrize("typed", SURPRISES)
def test_a_scalar_stays_what_was_typed(typed: str) -> None:
    assert read(f"{typed}: {typed}\nlist: [{typed}]") == {typed: typed, "list": [typed]}


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("a: 2026-11-23", "2026-11-23"),
        ("a: .inf", ".inf"),
        ("a:", ""),
        ("a: |\n  one\n  two\n", "one\ntwo\n"),
        ("a: >\n  one\n  two\n", "one two\n"),
        ("a: 'it''s'", "it's"),
        ('a: "\\u0909"', "उ"),
        ("a: one # two", "one"),
        ('"<<": x\na: y', "y"),
    ],
)
def test_ways_to_write_a_text(written: str, text: str) -> None:
    plain = read(written)
    assert isinstance(plain, dict)
    assert plain["a"] == text


@pytest.mark.parametrize(
    "same", ["a: b\nc: d\n", "a: b\r\nc: d\r\n", "\ufeffa: b\nc: d", b"\xef\xbb\xbfa: b\nc: d"]
)
def test_line_ends_and_a_byte_order_mark_do_not_count(same: str | bytes) -> None:
    assert read(same) == {"a": "b", "c": "d"}


PLACES: list[tuple[KeyPath, tuple[int, int], tuple[int, int]]] = [
    ((), (1, 1), (1, 1)),
    (("हिन्दी",), (1, 1), (1, 9)),
    (("list",), (2, 1), (3, 3)),
    (("list", 1), (4, 5), (4, 5)),
    (("list", 1, "b"), (4, 16), (4, 19)),
    (("list", 1, "unknown"), (4, 5), (4, 5)),  # the nearest thing around it
    (("list", 7, "b"), (2, 1), (3, 3)),
]


@pytest.mark.parametrize(("path", "key", "value"), PLACES)
def test_places_count_characters_from_one(
    path: KeyPath, key: tuple[int, int], value: tuple[int, int]
) -> None:
    text = "हिन्दी: मौसम\nlist:\n  - x\n  - { a: मौसम, b: y }\n"
    document, _ = load("menus.yaml", text)
    assert document
    assert document.key_place(path) == Place("menus.yaml", *key)
    assert document.value_place(path) == Place("menus.yaml", *value)


LAUGHS = "a: &a [x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
REFUSED: list[tuple[str, str | bytes, str]] = [
    ("too many bytes", "#" * MAX_BYTES + "\na: b", "1:1 M001"),
    ("bytes, not characters", "#" + "क" * (MAX_BYTES // 3) + "\na: b", "1:1 M001"),
    ("latin-1", "a: b\nc: café".encode("latin-1"), "2:7 M002"),
    ("a lone surrogate", "a: \ud800", "1:4 M002"),
    ("utf-16", "a: b".encode("utf-16"), "1:1 M002"),
    ("NUL", "a: b\nc: \0", "2:4 M003"),
    ("a bell", b"a: \x07", "1:4 M003"),
    ("a line break that editors do not show", "a: b\u2028c: d", "1:5 M003"),
    ("a NUL in disguise", 'a: "\\0"', "1:4 M003"),
    ("a bell in a name", '"\\a": b', "1:1 M003"),
    ("a quote that is not closed", "a: b\nc: 'd\ne: f", "2:4 M004"),
    ("a bracket that is not closed", "a: [b, c\nd: e", "2:2 M004"),
    ("two values", "a: b: c", "1:5 M004"),
    ("a name without a colon", "a: b\nc\n", "3:1 M004"),
    ("a list after a value", "a: - b", "1:4 M004"),
    ("a sign that begins nothing", "a: @b", "1:4 M004"),
    ("a backslash", 'a: "\\q"', "1:5 M004"),
    ("another YAML", "%YAML 9.9\n---\na: b", "1:1 M004"),
    ("a tab", "a:\n\tb: c", "2:1 M005"),
    ("a tab in a block", "a: |\n\tb", "2:1 M005"),
    ("an alias", "a: *b", "1:4 M006"),
    ("an anchor", "a: &b c", "1:4 M006"),
    ("a service code without quotes", "*384*7#: home", "1:5 M006"),
    ("a billion laughs", LAUGHS, "1:4 M006"),
    ("a Python object", "a: !!python/object/apply:os.system [x]", "1:4 M007"),
    ("a tag", "a: !b c", "1:4 M007"),
    ("a tag without a name", "a: ! c", "1:4 M007"),
    ("the same name twice", "a: b\nc: d\na: e", "3:1 M008"),
    ("the same name deep inside", "a: [{ b: c, b: d }]", "1:13 M008"),
    ("a merge", "a: b\n<<: { c: d }", "2:1 M009"),
    ("20,000 brackets", "[" * 20_000, f"1:{MAX_DEPTH + 1} M010"),
    ("20,000 braces", "{" * 20_000, f"1:{MAX_DEPTH + 1} M010"),
    ("20,000 lists", "- " * 20_000, f"1:{2 * MAX_DEPTH + 1} M010"),
    ("20,000 names", "? " * 20_000, f"1:{2 * MAX_DEPTH + 1} M010"),
    ("100,000 values", "a: [" + "b," * 100_000 + "]", "1:79999 M011"),
    ("a second document", "a: b\n---\nc: d", "2:1 M012"),
    ("nothing", "", "1:1 M013"),
    ("no bytes", b"", "1:1 M013"),
    ("only dashes", "---\n", "1:1 M013"),
    ("a list", "- a", "1:1 M014"),
    ("a text", "menus", "1:1 M014"),
    ("a list as a name", "[a]: b", "1:1 M015"),
    ("an empty name", '"": b', "1:1 M015"),
]


@pytest.mark.parametrize(
    ("text", "expected"), [row[1:] for row in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_what_is_refused(text: str | bytes, expected: str) -> None:
    document, found = load("menus.yaml", text)
    assert document is None
    assert str(found[0]).startswith(f"menus.yaml:{expected} error ")
    assert all(diagnostic.reason.endswith(".") for diagnostic in found)


def test_all_that_can_be_found_is_found_at_once() -> None:
    _, found = load("menus.yaml", "a: !x b\nc: *d\ne: 'not closed")
    assert [diagnostic.rule for diagnostic in found] == ["M007", "M006", "M004"]
    text = "a: !x b\na: c\nd: !y f\n<<: g\n'': h\n"
    _, found = load("menus.yaml", text)
    assert [diagnostic.rule for diagnostic in found] == ["M007", "M007", "M008", "M009", "M015"]


def test_the_largest_file_is_read() -> None:
    assert read("a: b\n".ljust(MAX_BYTES, "#")) == {"a": "b"}
    assert read("a: [" + "b," * (MAX_VALUES - 3) + "]")
    assert read("{a: " * MAX_DEPTH + "}" * MAX_DEPTH)


def test_a_binary_file_is_not_reported_byte_by_byte() -> None:
    assert len(load("menus.yaml", b"\x01" * 5000)[1]) == MAX_REPORTED


def test_the_second_of_two_names_says_where_the_first_is() -> None:
    _, found = load("menus.yaml", "a: b\nc: d\na: e")
    assert "line 1" in found[0].reason
