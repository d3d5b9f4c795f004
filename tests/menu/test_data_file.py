"""CSV files as people and spreadsheets write them, and as nobody should."""

from __future__ import annotations

import csv
import io
import time
import unicodedata
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from menu import data_file
from menu.data_file import MAX_ROWS, MAX_TOLD, read
from menu.data_schema import DataSource
from menu.data_set import DataSet, Row
from menu.diagnostics import Diagnostic
from menu.linter import RULE_IDS

FILE = "data/prices.csv"
COLUMNS: dict[str, object] = {
    "id": "key",
    "name": "label",
    "also": "words",
    "price": "number",
    "seen": {"type": "date", "optional": "true"},
    "shop": {"type": "phone", "optional": "true"},
}
HEAD = "id,name:en,also,price,seen,shop\n"
WHEAT = "wheat,Wheat,gehu;gehun,2275,2026-11-23,1551\n"


def source_of(columns: Mapping[str, object] = COLUMNS) -> DataSource:
    return DataSource.model_validate({"file": FILE, "columns": columns})


SOURCE = source_of()


def read_both(content: str | bytes) -> tuple[DataSet | None, list[Diagnostic]]:
    return read("prices", SOURCE, content, ["en", "hi"])


def rows_of(content: str | bytes, *languages: str) -> tuple[Row, ...]:
    data_set, found = read("prices", SOURCE, content, languages or ["en"])
    assert found == []
    assert data_set
    return data_set.rows


def found_in(content: str | bytes) -> list[str]:
    """Where each finding is, and its rule."""
    _, found = read("prices", SOURCE, content, ["en"])
    return [f"{each.place.line}:{each.place.column} {each.rule}" for each in found]


GOOD = [
    HEAD + WHEAT,
    (HEAD + WHEAT).encode(),
    b"\xef\xbb\xbf" + (HEAD + WHEAT).encode(),
    (HEAD + WHEAT).replace("\n", "\r\n"),
    (HEAD + WHEAT).replace("\n", "\r"),
    (HEAD + WHEAT).replace("gehu;gehun", '"gehu;gehun"').replace(",", ";"),
    (HEAD + WHEAT).replace(",", "\t"),
    (HEAD + WHEAT).replace(",", ", "),
    (HEAD + WHEAT).replace(",", '","').replace("\n", '"\n"')[:-1].join(['"', ""]),
    "\n\n" + HEAD + "\n,,,,,\n" + WHEAT + ",,,,,,,\n\n",
    (HEAD + WHEAT).replace("\n", ",,\n"),  # columns that were emptied once
    (HEAD + WHEAT).rstrip(),
    (HEAD + WHEAT).replace("id,name:en", "name:en,id").replace("wheat,Wheat", "Wheat,wheat"),
]


@pytest.mark.parametrize("content", GOOD)
def test_one_table_written_in_many_ways(content: str | bytes) -> None:
    (row,) = rows_of(content)
    assert row.key == "wheat"
    assert row.cells == {
        "id": "wheat",
        "also": "gehu;gehun",
        "price": "2275",
        "seen": "2026-11-23",
        "shop": "1551",
    }
    assert row.labels == {"name": {"en": "Wheat"}}
    assert (row.show("name", "en"), row.show("price", "en")) == ("Wheat", "2275")


BAD = [
    ("", "1:1 M604"),
    ("\n \n", "1:1 M604"),
    (HEAD, "1:1 M604"),
    ("\n" + HEAD, "2:1 M604"),
    (b"PK\x03\x04" + b"a" * 99, "1:1 M602"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "1:1 M602"),
    ((HEAD + WHEAT).encode("utf-16"), "1:1 M002"),
    ((HEAD + WHEAT).encode("utf-16-le"), "1:1 M002"),
    ((HEAD + WHEAT).replace("W", "Caf\u00e9 w").encode("latin-1"), "2:10 M002"),
    ("a" * (data_file.MAX_BYTES + 1), "1:1 M001"),
    (HEAD + WHEAT * 9 + "x,\0,,1,,\n", "11:3 M003"),
    (HEAD + WHEAT + "rice,Ri\u2028ce,,1,,\n", "3:8 M003"),
    (HEAD + "\ud800", "2:1 M002"),
    (HEAD + 'rice,"Rice' + "e" * 200_000, "2:6 M603"),
    (HEAD + WHEAT.replace("2275", '"22"75'), "2:28 M603"),
    ("id," * 41 + "\n" + WHEAT, "1:121 M612"),
    (HEAD + "rice,Rice,,2300,,\nmaize,Maize\n", "3:12 M607"),
    (HEAD + "Rice,Rice,,2300,,\n", "2:1 M609"),
    (HEAD + ",Rice,,2300,,\n", "2:1 M608"),
    (HEAD + f"{'r' * 41},Rice,,2300,,\n", "2:1 M609"),
    (HEAD + "rice,Rice,,,,\n", "2:12 M608"),
    (HEAD + 'rice,"Rice\n\n",,x,,\n', "4:4 M609"),  # the true line, behind quoted line ends
    (HEAD + "rice,Rice,,2300,2026-1-2,\n", "2:17 M609"),
    (HEAD + 'rice,Rice,"a\nb",2300,,\n', "2:11 M609"),
    (HEAD + 'rice,Rice,"\r=1",2300,,\n', "2:11 M611"),
    (HEAD + 'rice,"""=1""",,2300,,\n', ""),
    (HEAD + "rice,＝1,,2300,,\n", "2:6 M611"),
]


@pytest.mark.parametrize(("content", "expected"), BAD)
def test_what_is_wrong_is_told_with_its_place(content: str | bytes, expected: str) -> None:
    assert found_in(content) == ([expected] if expected else [])


KINDS = [
    ("number", ["0", "-1", "+5", "12.50", "007", "1234567890"], ["1,5", "1 000", "1e3", "०", "."]),
    ("date", ["2026-11-23", "2028-02-29"], ["2026-11-31", "20261123", "23.11.2026", "2026-11-2"]),
    (
        "phone",
        ["112", "1800-180-1551", "+91 99660 44425", "080 4516 3666", "14567"],
        ["1", "1.8E+10", "(011) 22", "112/100", "1+", "11--2", "1" * 21, "*99#", "११२"],
    ),
    ("key", ["a", "1", "pm-kisan_2"], ["A", "a b", "कख", "a.b"]),
    ("text", ["Any text; of - signs", "-5", "+91 112", "a=1", "#1", "a\nb"], ["=1", "-a", "#N/A"]),
    ("words", ["fire;आग", "fire"], ["@fire", "-"]),
]


@pytest.mark.parametrize(
    ("kind", "cell", "is_good"),
    [
        (kind, cell, is_good)
        for kind, good, bad in KINDS
        for is_good, cells in ((True, good), (False, bad))
        for cell in cells
    ],
)
def test_every_type_has_its_cells(kind: str, cell: str, is_good: bool) -> None:
    columns = {"column": "key"} if kind == "key" else {"id": "key", "column": kind}
    other = "" if kind == "key" else "x,"
    content = ",".join(columns) + f'\n{other}"{cell}"\n'
    _, found = read("each", source_of(columns), content, ["en"])
    expected = [] if is_good else (["M611"] if cell[:1] in "=-@#" else ["M609"])
    assert [each.rule for each in found] == expected


def test_labels_are_filled_from_the_first_language_and_warned_of_once() -> None:
    content = "id,name:en,name:hi,name:hi-Latn,also,price,seen,shop\n" + "".join(
        f"r{n},Rice {n},{'चावल' if n % 3 else ''},chawal,,1,,\n" for n in range(9)
    )
    data_set, found = read("prices", SOURCE, content, ["en", "hi", "bn"])
    assert data_set
    assert data_set.rows[0].labels["name"] == {
        "en": "Rice 0",
        "hi": "Rice 0",
        "bn": "Rice 0",
        "hi-Latn": "chawal",  # found by it, not shown
    }
    assert data_set.rows[1].show("name", "hi") == "चावल"
    assert [str(each) for each in found] == [
        'data/prices.csv:1:1 M613 warning There is no column "name:bn". '
        'Add it; until then everybody reads "name:en".',
        'data/prices.csv:1:12 M613 warning "name:hi" is empty in 3 of 9 rows. '
        "There people read the first language.",
    ]


def test_an_optional_label_may_be_empty_or_only_in_another_language() -> None:
    columns = {"id": "key", "tip": {"type": "label", "optional": "true"}}
    content = "id,tip:hi\na,सुझाव\nb,\n"
    data_set, found = read("tips", source_of(columns), content, ["en", "hi"])
    assert data_set
    assert [row.show("tip", "en") for row in data_set.rows] == ["सुझाव", ""]
    assert [each.rule for each in found] == ["M613"]


def test_texts_have_one_spelling() -> None:
    decomposed = unicodedata.normalize("NFD", "é ড়")
    (row,) = rows_of(HEAD + WHEAT.replace("Wheat", decomposed))
    assert row.show("name", "en") == unicodedata.normalize("NFC", decomposed)


def test_twenty_are_told_and_the_others_counted() -> None:
    content = HEAD + "".join(f"r{n},Rice,,x,,\n" for n in range(100))
    _, found = read_both(content)
    assert len(found) == MAX_TOLD + 1
    assert str(found[-1]) == "data/prices.csv:22:11 M609 error And 81 more in this file."


def test_errors_are_told_before_warnings() -> None:
    content = HEAD.replace("id", "x,id") + "".join(f"y,r{n},Rice,,x,,\n" for n in range(30))
    _, found = read_both(content)
    assert {each.rule for each in found} == {"M609"}


@pytest.mark.parametrize(
    "content",
    [
        HEAD + "a,b,,1,,\n" * 1_000_000,
        HEAD + "\n" * 3_000_000,
        HEAD + "a,b,,1,,\n" * (MAX_ROWS + 1),
        "a,b\n" * 1_000_000,
    ],
)
def test_far_too_much_is_refused_at_once(content: str) -> None:
    began = time.process_time()
    data_set, found = read_both(content)
    assert data_set is None
    assert [each.rule for each in found] in (["M001"], ["M604"], ["M612"])
    assert time.process_time() - began < 5


def test_an_unchanged_file_is_not_read_again() -> None:
    content = HEAD + WHEAT
    first, _ = read_both(content)
    again, _ = read_both(content.encode())
    assert again is first
    assert read("prices", SOURCE, content, ["en"])[0] is not first
    assert read("other", SOURCE, content, ["en", "hi"])[0] is not first
    assert read_both(content + "rice,Rice,,1,,\n")[0] is not first


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: HEAD + text))
def test_nothing_is_raised_whatever_the_file_holds(content: bytes | str) -> None:
    raw = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    lines = raw.count(b"\n") + raw.count(b"\r")
    data_set, found = read_both(content)
    for each in found:
        assert each.rule in RULE_IDS
        assert 1 <= each.place.line <= lines + 1
        assert each.place.column >= 1
        assert "\n" not in str(each)
    assert data_set is not None or any(each.is_error for each in found)


@given(st.text(alphabet='ab,;"\t\n\r =@+-1é:', max_size=80))
def test_any_pile_of_signs(text: str) -> None:
    for content in (text, HEAD + text, HEAD + 'r,"' + text):
        data_set, found = read_both(content)
        assert data_set is not None or found
        assert all(each.place.column >= 1 for each in found)


VISIBLE = st.characters(
    exclude_categories=["Cc", "Cs", "Cn", "Zl", "Zp"], exclude_characters="\ufeff"
)
PLAIN = st.text(VISIBLE | st.sampled_from(',;"\t\n'), max_size=40)
CELL = PLAIN.map(lambda text: unicodedata.normalize("NFC", text).strip()).filter(
    lambda text: text[:1] not in tuple("=@+-#＝＠＋－") or not text
)
ROWS = st.dictionaries(
    st.from_regex(r"[a-z0-9_-]{1,40}", fullmatch=True).filter(lambda key: key[0] != "-"),
    st.tuples(CELL.filter(lambda text: text and "\n" not in text), CELL.filter(bool)),
    min_size=1,
    max_size=8,
)


@given(ROWS, st.sampled_from(",;\t"), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_what_a_program_writes_is_read_back(
    rows: dict[str, tuple[str, str]], delimiter: str, line_end: str, quoted: bool
) -> None:
    file = io.StringIO(newline="")
    writer = csv.writer(
        file,
        delimiter=delimiter,
        lineterminator=line_end,
        quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL,
    )
    writer.writerow(["id", "name:en", "note"])
    writer.writerows([key, *cells] for key, cells in rows.items())
    source = source_of({"id": "key", "name": "label", "note": "text"})
    data_set, found = read("any", source, file.getvalue().encode(), ["en"])
    assert found == []
    assert data_set
    read_back = {row.key: (row.show("name", "en"), row.show("note", "en")) for row in data_set.rows}
    assert read_back == rows
