"""What is found in a data set, and in which order: the tables are the promise."""

from __future__ import annotations

import random
import time

import pytest

from menu.data_file import read
from menu.data_schema import DataSource
from menu.data_set import DataSet, Row
from menu.data_words import words_of

SOURCE = DataSource.model_validate(
    {
        "file": "data/helplines.csv",
        "columns": {
            "id": "key",
            "name": "label",
            "how": {"type": "label", "optional": "true"},
            "also": "words",
            "phone": "phone",
            "kind": "text",
        },
    }
)
TABLE = """id,name:en,name:hi,name:bn,name:hi-Latn,how:en,also,phone,kind
all,Emergency,आपातकाल,জরুরি,Aapatkal,Free from any phone,police;fire;ambulance;आग,112,emergency
women,Women helpline,महिला हेल्पलाइन,মহিলা হেল্পলাইন,Mahila,,औरत,181,emergency
cyber,Cyber fraud,साइबर धोखा,সাইবার প্রতারণা,Cyber dhokha,,bank;money lost,1930,emergency
police,Police,पुलिस,পুলিশ,Pulis,,,100,emergency
fire,Fire brigade,दमकल,দমকল,Damkal,,fire;aag;आग;আগুন;agun,101,emergency
farm,Kisan Call Centre,किसान कॉल सेंटर,কিষাণ কল সেন্টার,Kisan,,farmer;खेती,1800-180-1551,help
firewood,Firewood depot,लकड़ी डिपो,কাঠ ডিপো,,,wood fire,080 4516 3666,help
hindi,Hindi desk,हिन्दी,হিন্দি,,,ক্\u200dষ,1915,help
"""


def data_set_of(table: str) -> DataSet:
    data_set, found = read("helplines", SOURCE, table, ["en", "hi", "bn"])
    assert data_set
    assert not [each for each in found if each.is_error], found
    return data_set


HELPLINES = data_set_of(TABLE)

SEARCHES = [
    # typed, and the keys that are found, the likeliest first
    ("fire", ["all", "fire", "firewood"]),  # two words that are the same, then what begins so
    ("FIRE", ["all", "fire", "firewood"]),
    ("  Fire.  ", ["all", "fire", "firewood"]),
    ("fir", ["fire", "firewood", "all"]),  # names that begin so, then words
    ("fire brigade", ["fire"]),
    ("brigade  FIRE", ["fire"]),  # any order
    ("bri fi", ["fire"]),
    ("fire wood", ["firewood"]),
    ("wood", ["firewood"]),
    ("दमकल", ["fire"]),
    ("दम", ["fire"]),
    ("आग", ["all", "fire"]),
    ("আগুন", ["fire"]),
    ("আগু", ["fire"]),
    ("damkal", ["fire"]),
    ("aag", ["fire"]),
    ("पुलिस", ["police"]),
    ("पु", ["police"]),
    ("पुलस", ["police"]),  # a vowel sign left out is a mistake
    ("police", ["all", "police"]),
    ("helpline", ["women"]),
    ("महिला", ["women"]),
    ("हेल्पलाइन महिला", ["women"]),
    ("মহিলা হেল্পলাইন", ["women"]),
    ("লাইন", []),  # the middle of a word is not where it begins
    ("kisan", ["farm"]),
    ("call centre", ["farm"]),
    ("किसान सेंटर", ["farm"]),
    ("हिन्दी", ["hindi"]),
    ("ক্ষ", ["hindi"]),  # joiners do not count
    ("free phone", ["all"]),  # another label than the name
    ("free", ["all"]),
    ("1930", ["cyber"]),
    ("१९३०", ["cyber"]),
    ("১১২", ["all"]),
    ("112", ["all"]),
    ("11", []),  # a phone number is found as a whole
    ("18001801551", ["farm"]),
    ("1800 180 1551", ["farm"]),
    ("080-45163666", ["firewood"]),
    ("money", ["cyber"]),
    ("lost money", ["cyber"]),
    ("money fire", []),
    ("", []),
    ("   ", []),
    ("?!.", []),
    ("।", []),
    ("-", []),
    ("\u200d", []),
    ("zzz", []),
    ("emergency", ["all"]),  # the kind is not searched
]


@pytest.mark.parametrize(("typed", "keys"), SEARCHES)
def test_search(typed: str, keys: list[str]) -> None:
    assert [row.key for row in HELPLINES.search(typed, 9)] == keys
    for most in range(len(keys) + 1):
        assert [row.key for row in HELPLINES.search(typed, most)] == keys[:most]


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        ("fire", ["fire", "firewood"]),
        ("Fire b", ["fire"]),
        ("brigade", []),
        ("ambulance", []),  # a further word is no name
        ("म", ["women"]),
        ("k", ["farm"]),
        ("হি", ["hindi"]),
        ("112", []),
        ("", []),
        ("..", []),
    ],
)
def test_names_that_begin_so(typed: str, keys: list[str]) -> None:
    assert [row.key for row in HELPLINES.starting(typed, 9)] == keys
    assert [row.key for row in HELPLINES.starting(typed, 1)] == keys[:1]
    assert HELPLINES.starting(typed, 0) == ()


@pytest.mark.parametrize(
    ("column", "cell", "keys"),
    [
        ("kind", "help", ["farm", "firewood", "hindi"]),
        ("phone", "112", ["all"]),
        ("phone", "11", []),
        ("kind", "Help", []),
        ("id", "fire", ["fire"]),
        ("name", "Fire brigade", []),  # a label is no cell
        ("nothing", "", []),
        ("also", "", ["police"]),
    ],
)
def test_where(column: str, cell: str, keys: list[str]) -> None:
    for _ in range(2):
        assert [row.key for row in HELPLINES.where(column, cell)] == keys


def test_find_and_show() -> None:
    row = HELPLINES.find("fire")
    assert row
    assert [row.show("name", language) for language in ("en", "hi", "bn")] == [
        "Fire brigade",
        "दमकल",
        "দমকল",
    ]
    assert row.show("phone", "hi") == "101"
    assert HELPLINES.find("Fire") is None
    with pytest.raises(KeyError):
        row.show("nothing", "en")


def test_a_data_set_without_columns_is_searched_by_its_labels() -> None:
    rows = (Row("a", {"x": "1"}, {"name": {"en": "Apple"}}), Row("b", {}, {}))
    plain = DataSet("plain", rows)
    assert plain.search("app", 3) == (rows[0],)
    assert plain == DataSet("plain", rows)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("PM-KISAN (help)", ["pm", "kisan", "help"]),
        ("किसान कॉल सेंटर।", ["किसान", "कॉल", "सेंटर"]),
        ("ই-শ্রম ১৪৪৩৪", ["ই", "শ্রম", "14434"]),
        ("Straße CAFÉ", ["strasse", "café"]),
        ("cafe\u0301", ["café"]),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert words_of(text) == words


ANSWERS = [
    *("s", "shop", "shop ka", "ka ri", "s k", "mo shop ta", "100007", "none such"),
    *("7467", "74", "52 74", "sk", "shoop", "kaa", "shpo", "shop kiramo", "karimotx"),
]


def test_fifty_thousand_rows_answer_fast() -> None:
    draw = random.Random(4)
    syllables = ["ka", "ri", "mo", "ta", "आ", "कि", "দ", "s"]

    def word() -> str:
        return "".join(draw.choices(syllables, k=4))

    rows = "".join(f"r{n},Shop {word()} {word()},,,,,{word()},1{n:05},x\n" for n in range(50_000))
    data_set = data_set_of(TABLE.splitlines(keepends=True)[0] + rows)
    for typed in ANSWERS:
        began = time.process_time()
        for _ in range(20):
            data_set.search(typed, 8)
            data_set.starting(typed, 8)
        assert (time.process_time() - began) / 20 < 0.005, typed
