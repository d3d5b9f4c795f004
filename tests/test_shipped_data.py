"""The tables in data/ are without fault, fit small screens, and find what matters."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest

from menu.compiler import compile_menu
from menu.data_keypad import keys_of
from menu.data_set import DataSet
from menu.linter import check

ROOT = Path(__file__).parent.parent
README = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
(YAML,) = re.findall(r"^```yaml\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
MENU = f"""version: 1
name: Example
languages: [en, hi, bn]
entry_points: {{ sms: {{ default: home }} }}
screens: {{ home: {{ text: Hello., end: true }} }}
{YAML}"""
TABLES = sorted(ROOT.glob("data/*.csv"))
FILES = {"menus.yaml": MENU} | {f"data/{path.name}": path.read_bytes() for path in TABLES}
DATA = compile_menu(FILES).data_sets
NAMES = [
    "crops", "departments", "gas_companies", "helplines", "markets", "prices_sample", "services",
]  # fmt: skip
LANGUAGES = ("en", "hi", "bn", "hi-Latn", "bn-Latn")


def test_nothing_is_wrong_with_them() -> None:
    unused = "M108"  # nothing of this menu looks into them
    assert [str(found) for found in check(FILES) if found.rule != unused] == []
    assert sorted(DATA) == [path.stem for path in TABLES] == NAMES
    assert all(path.stat().st_size < 60_000 for path in TABLES)


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_texts_are_composed_and_counted_in_the_readme(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert unicodedata.is_normalized("NFC", text)
    rows = len(DATA[path.stem].rows)
    assert re.search(rf"^\| `{path.name}` \|.*\| {rows} \|$", README, re.MULTILINE)


@pytest.mark.parametrize(
    ("name", "label", "languages", "most"),
    [
        ("helplines", "name", LANGUAGES, 22),
        ("services", "name", LANGUAGES, 22),
        ("services", "how", LANGUAGES[:3], 58),
        ("departments", "short", LANGUAGES[:3], 22),
        ("crops", "name", LANGUAGES, 22),
        ("markets", "name", LANGUAGES[:3], 22),
        ("markets", "state", LANGUAGES[:3], 22),
        ("prices_sample", "name", LANGUAGES[:3], 22),
        ("prices_sample", "crop_name", LANGUAGES, 22),
        ("gas_companies", "name", LANGUAGES, 22),
    ],
)
def test_labels_fit_a_small_screen(
    name: str, label: str, languages: tuple[str, ...], most: int
) -> None:
    labels = [row.labels[label][language] for row in DATA[name].rows for language in languages]
    assert all(labels)
    assert [text for text in labels if len(text) > most] == []


def test_emergencies_come_first() -> None:
    rows = DATA["helplines"].rows
    first = ["112", "181", "1098", "1930", "108", "101", "100", "102"]
    assert [row.cells["number"] for row in rows[:8]] == first
    kinds = [row.cells["kind"] for row in rows]
    assert kinds == sorted(kinds)  # emergency, then help
    assert set(kinds) == {"emergency", "help"}


def test_every_service_has_its_department() -> None:
    departments = DATA["departments"]
    assert all(departments.find(row.cells["department"]) for row in DATA["services"].rows)
    assert DATA["services"].where("department", "epfo")


def test_every_sample_price_says_so_and_has_its_crop_and_market() -> None:
    prices = DATA["prices_sample"]
    for row in prices.rows:
        assert row.cells["marked"] == "SAMPLE"
        assert row.cells["sample_date"] == "2026-01-01"
        market = DATA["markets"].find(row.cells["market"])
        assert market
        assert market.labels["name"]["bn"] == row.labels["name"]["bn"]
        crop = DATA["crops"].find(row.cells["crop"])
        assert crop
        assert crop.labels["name"] == row.labels["crop_name"]
        assert int(row.cells["low"]) <= int(row.cells["modal"]) <= int(row.cells["high"])
    for crop in DATA["crops"].rows:
        assert len(prices.where("crop", crop.key)) == 4
    for market in DATA["markets"].rows:
        assert len(prices.where("market", market.key)) == int(market.cells["priced"])
    assert re.search(r"^\| `prices_sample.csv` \| \*\*SAMPLE\*\* ", README, re.MULTILINE)


def test_a_number_for_gas_without_a_source_is_not_verified() -> None:
    rows = DATA["gas_companies"].rows
    assert {row.key: row.cells["verified"] for row in rows} == {
        "indane": "yes",
        "bharatgas": "no",
        "hp_gas": "no",
    }
    for row in rows:
        has_source = not row.cells["source"].startswith("none")
        assert (row.cells["verified"] == "yes") == has_source
        assert has_source != ("NOT VERIFIED" in row.cells["note"])


@pytest.mark.parametrize("name", ["crops", "markets"])
def test_every_name_and_its_keys_find_the_row(name: str) -> None:
    for row in DATA[name].rows:
        for text in row.labels["name"].values():
            assert row in DATA[name].search(text, 9)
        keys = keys_of(row.labels["name"]["en"].lower().replace(" ", ""))
        assert row in DATA[name].search(keys, 9)


SEARCHES = [
    # where, what is typed, the first row that is found
    *((DATA["helplines"], typed, "fire") for typed in ("101", "दमकल", "দমকল", "damkal", "brigade")),
    *((DATA["helplines"], typed, "emergency") for typed in ("fire", "Aag", "आग", "আগুন")),
    *((DATA["helplines"], typed, "emergency") for typed in ("১১২", "police", "পুলিশ", "madad")),
    *((DATA["helplines"], typed, "cyber_fraud") for typed in ("1930", "ठगी", "প্রতারণা", "scam")),
    *((DATA["helplines"], typed, "women") for typed in ("women", "mahila", "महिला", "মহিলা")),
    *((DATA["helplines"], typed, "kisan") for typed in ("kheti", "চাষ", "18001801551")),
    *(
        (DATA["departments"], typed, "epfo")
        for typed in ("pf", "भविष्य निधि", "employees provident")
    ),
    *((DATA["services"], typed, "pf_balance_call") for typed in ("pf balance", "पीएफ बैलेंस")),
    *((DATA["crops"], typed, "wheat") for typed in ("94328", "gehoon", "weat", "গম", "गेहूँ")),
    *((DATA["crops"], typed, "onion") for typed in ("66466", "7929", "pyaaz", "প্যাজ", "onoin")),
    *((DATA["crops"], typed, "moong") for typed in ("6666", "mung", "मूग", "gg")),
    *((DATA["crops"], typed, "brinjal") for typed in ("2746525", "2246426", "baigan", "bengun")),
    *((DATA["markets"], typed, "azadpur") for typed in ("2923787", "ajadpur", "आज़ादपुर", "azadpr")),
    *(
        (DATA["markets"], typed, "varanasi")
        for typed in ("banaras", "banares", "वाराणसि", "827262")
    ),
    *((DATA["markets"], typed, "sri_ganganagar") for typed in ("shri ganganagar", "sg", "774042")),
    *((DATA["services"], typed, "gas_indane") for typed in ("gas", "सिलेंडर", "সিলিন্ডার")),
]


@pytest.mark.parametrize(("data_set", "typed", "key"), SEARCHES)
def test_people_find_what_they_mean(data_set: DataSet, typed: str, key: str) -> None:
    assert data_set.search(typed, 3)[0].key == key
