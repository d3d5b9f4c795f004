"""Rows are found by keys, sounds and with mistakes, in the order that docs promise."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from menu import data_prefixes
from menu.data_keypad import keys_of
from menu.data_romanising import latin_of
from menu.data_schema import Kind
from menu.data_set import DataSet, Row
from menu.data_sounds import sound_of
from menu.data_words import words_of

COLUMNS = {"name": Kind.LABEL, "also": Kind.WORDS, "phone": Kind.PHONE}


def row(key: str, names: str, also: str = "", phone: str = "") -> Row:
    """`names` with / between the languages."""
    texts = dict(zip(["en", "hi", "bn", "ta"], names.split("/"), strict=False))
    return Row(key, {"also": also, "phone": phone}, {"name": texts})


CROPS = DataSet(
    "crops",
    (
        row("wheat", "Wheat/गेहूं/গম/கோதுமை", "gehun;kanak"),
        row("rice", "Rice/चावल/চাল/அரிசி", "chawal"),
        row("green", "Green gram/मूंग/মুগ/பாசிப்பயறு", "moong dal"),
        row("tomato", "Tomato/टमाटर/টমেটো/தக்காளி", "tamatar"),
        row("land", "Land tax/ज़मीन कर/ভূমি কর", "", "2662"),
        row("banana", "Banana/केला/কলা/வாழை", "kela"),
        row("brinjal", "Brinjal/बैंगन/বেগুন/கத்தரிக்காய்", "baingan;aubergine"),
        row("garlic", "Garlic/लहसुन/রসুন/பூண்டு"),
        row("onion", "Onion/प्याज़/পেঁয়াজ/வெங்காயம்", "kanda"),
        row("anna", "Anna"),
        row("purna", "Annapurna"),
        row("nh44", "Road NH 44"),
        row("bus", "Bus 1891"),
        row("insured", "Fasal bima/फसल बीमा"),
        row("farm", "Farm call", "ফসল"),
        row("fish", "Tilapia"),
        row("sesame", "Teel/तिल/তিল"),
        row("arab", "مرحبا"),
    ),
    COLUMNS,
)

SEARCHES = [
    # typed, and the keys that are found, the likeliest first
    # by keys, each pressed once
    ("94328", ["wheat"]),
    ("9432", ["wheat"]),
    ("94", ["wheat"]),
    ("9", []),  # one key is too little
    ("९४३२", ["wheat"]),
    ("226262", ["banana"]),
    ("2662", ["land", "anna"]),  # what is called so; then a whole name, no beginning
    ("26627", ["purna"]),
    ("47336 4726", ["green"]),
    ("4733604726", ["green"]),
    ("473364726", ["green"]),
    ("47 47", ["green"]),
    ("47047", ["green"]),
    ("4726", ["green"]),  # a later word
    ("43486", ["wheat"]),  # gehun
    ("5352", ["banana"]),  # kela
    ("526463", []),
    ("7925", ["onion"]),  # what no romanised label says: प्याज़
    ("7623644", ["nh44"]),
    ("44", ["nh44"]),
    ("45", []),  # another number is another thing
    # by the first letters of words
    ("gg", ["green"]),
    ("lt", ["land"]),
    ("जक", ["land"]),
    ("rn4", ["nh44"]),
    # by sound, in whatever script
    ("gehoon", ["wheat"]),
    ("gehu", ["wheat"]),
    ("gehoo", ["wheat"]),
    ("गेहूँ", ["wheat"]),
    ("গেহুন", ["wheat"]),
    ("jameen kar", ["land"]),
    ("जमीन", ["land"]),
    ("ज़मीन", ["land"]),
    ("zameen", ["land"]),
    ("moongdal", ["green"]),
    ("moong daal", ["green"]),
    ("mung", ["green"]),
    ("tamaatar", ["tomato"]),
    ("टमाटार", ["tomato"]),
    ("टमटर", ["tomato"]),
    ("thakkali", ["tomato"]),
    ("தக்காலி", ["tomato"]),
    ("arisee", ["rice"]),
    ("vazhai", ["banana"]),
    ("til", ["fish", "sesame"]),  # no row has this very word, so what sounds so counts as well
    ("teel", ["sesame"]),
    ("fasal", ["insured"]),  # a word that stands just so
    ("तील", ["sesame"]),
    ("piyaj", ["onion"]),
    ("pyaaz", ["onion"]),
    ("प्याज", ["onion"]),
    ("পেয়াজ", ["onion"]),
    ("chaawal", ["rice"]),
    # with one mistake
    ("whaet", ["wheat"]),
    ("wheet", ["wheat"]),
    ("wheaat", ["wheat"]),
    ("weat", ["wheat"]),
    ("xheat", ["wheat"]),
    ("brinjla", ["brinjal"]),
    ("gren grm", ["green"]),
    ("garlik", ["garlic"]),
    ("चावव", ["rice"]),
    ("রসুর", ["garlic"]),
    ("பூண்டி", ["garlic"]),
    ("oberjine", []),  # too many
    ("tomatttter", ["tomato"]),  # by its sound
    ("مرحب", ["arab"]),
    ("مرحبت", ["arab"]),
    ("مx", []),
    ("NH 45", []),
    ("bus 1892", []),
    ("1892", []),
    ("brnijal", ["brinjal"]),
    ("wheat wheat", ["wheat"]),
    ("wheat rice", []),
    ("qqqq", []),
    ("1" * 160, []),
    ("2" * 160, []),
    ("w" * 160, []),
    ("\U0001f33e", []),
    ("*", []),
    ("#", []),
    ("\u202ewheat", ["wheat"]),
]


@pytest.mark.parametrize(("typed", "keys"), SEARCHES)
def test_search(typed: str, keys: list[str]) -> None:
    assert [each.key for each in CROPS.search(typed, 9)] == keys


SPELLINGS = [
    # what all sounds alike
    "gehun gehoon gehuun गेहूं गेहूँ गेहुं",
    "hindi hindee hindii हिंदी हिन्दी हिन्दि",
    "zamin zameen jameen jamin ज़मीन जमीन",
    "pyaz pyaaz piyaj peyaj प्याज प्याज़ পেঁয়াজ পেয়াজ",
    "tamatar tamaatar ttamatar टमाटर টমাটর",
    "arisi arisee अरिसि অরিসি அரிசி",
    "thakkali takkali takali தக்காளி தக்காலி",
    "vazhai valai vaazhai வாழை",
    "champa chanpa चंपा चम्पा",
    "gyan gyaan ज्ञान",
    "gujarat gujraat ગુજરાત गुजरात গুজরাট",
    "panjab pnjaab ਪੰਜਾਬ पंजाब",
    "kannada kanada ಕನ್ನಡ कन्नड",
    "phal fal फल ফল",
    "cafe café kafe",
]


@pytest.mark.parametrize("line", SPELLINGS)
def test_what_sounds_alike(line: str) -> None:
    words = line.split()
    assert len({sound_of(latin_of(*words_of(word))) for word in words}) == 1


LATINS = [
    ("wheat", "wheat"),
    ("टमाटर", "tamatar"),
    ("গম", "gam"),
    ("தக்காளி", "takkali"),
    ("ഗോതമ്പ്", "gotamp"),
    ("राम१", "ram1"),
    ("Ærø", ""),
    ("tamátar", "tamatar"),
    ("שלום", ""),
    ("米", ""),
]


@pytest.mark.parametrize(("word", "latin"), LATINS)
def test_latin_letters(word: str, latin: str) -> None:
    assert [latin_of(part) for part in words_of(word)] == [latin]


SYLLABLES = ["ka", "ri", "मो", "আ", "1", "s", "tt", "ا"]
NAME = st.lists(
    st.lists(st.sampled_from(SYLLABLES), min_size=1, max_size=4).map("".join),
    min_size=1,
    max_size=3,
).map(" ".join)
TYPED = NAME | st.text("kari2745 0मोআs", max_size=8)


@given(st.lists(NAME, min_size=1, max_size=12), TYPED, st.integers(1, 5), st.integers(1, 14))
@example(["kari", "kara", "kaas ri"], "kkri", 1, 9)
@example(["kari", "kari", "kari", "sari"], "tari", 1, 9)
@example(["krima", "kosa"], "kirma", 1, 9)
@example(["dal", "dalta", "daal", "tal daal"], "da", 2, 9)
@example(["dalta", "daal", "tal"], "dal", 2, 9)
@example(["kas ri"], "5277074", 1, 9)
def test_as_a_plain_slow_search_does(names: list[str], typed: str, broad: int, most: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data_prefixes, "BROAD", broad)
        data_set = DataSet("any", tuple(row(str(at), name) for at, name in enumerate(names)))
    found = [int(each.key) for each in data_set.search(typed, most)]
    assert found == list(dict.fromkeys(slowly(names, typed)))[:most]


def slowly(names: list[str], typed: str) -> Iterator[int]:
    """The same promise, kept row by row."""
    words = words_of(typed)
    if not words:
        return
    rows = [words_of(name) for name in names]
    places = range(len(rows))
    whole = ["".join(map(latin_of, row)) if all(map(latin_of, row)) else "" for row in rows]
    same = [at for at in places if rows[at] == words]
    found = list(same)
    found += [at for at in places if " ".join(rows[at]).startswith(" ".join(words))]
    found += [at for at in places if all_begin(rows[at], words)]
    keys = "".join(words)
    if keys.isascii() and keys.isdecimal() and len(keys) > 1:
        parts = [part for word in words for part in word.split("0") if part]
        joined = list(filter(None, [keys, "".join(parts)]))
        for each in joined:
            found += [at for at in places if keys_of(whole[at]) == each]
        if not same:
            for each in joined:
                found += [at for at in places if keys_of(whole[at]).startswith(each)]
            spelt = [[keys_of(latin_of(word)) for word in row] for row in rows]
            found += [at for at in places if parts and all_begin(spelt[at], parts)]
    sounds = [sound_of(latin_of(word)) for word in words if latin_of(word)]
    sound = sound_of("".join(map(latin_of, words))) if len(sounds) == len(words) else ""
    heard = [sound_of(latin) if latin else "" for latin in whole]
    if not (same or all(any(word in row for row in rows) for word in words)):
        found += [at for at in places if sound and heard[at] == sound]
    yield from found
    if found:
        return
    spoken = [[sound_of(latin_of(word)) for word in row if latin_of(word)] for row in rows]
    guesses: list[list[int]] = [
        [
            at
            for at in places
            if len(words) == 1
            and len(words[0]) > 1
            and len(rows[at]) > 1
            and "".join(word[0] for word in rows[at]).startswith(words[0])
        ],
        [at for at in places if len(sound) > 1 and heard[at].startswith(sound)]
        + [at for at in places if len(sound) > 1 and all_begin(spoken[at], sounds)],
        [at for at in places if all_near(rows[at], words)],
        [at for at in places if sound and all_near(spoken[at], sounds)],
    ]
    yield from next(filter(None, guesses), [])


def all_begin(has: list[str], typed: list[str]) -> bool:
    return all(any(part.startswith(word) for part in has) for word in typed)


def all_near(has: list[str], typed: list[str]) -> bool:
    unsure = [len(word) > 2 and not any(map(str.isdigit, word)) for word in typed]
    return any(unsure) and all(
        any(part.startswith(word) or (is_unsure and is_near(part, word)) for part in has)
        for word, is_unsure in zip(typed, unsure, strict=True)
    )


def is_near(one: str, other: str) -> bool:
    """One mistake at most: from where they differ on, the rest is the same once it is mended."""
    at = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if at is None:
        return abs(len(one) - len(other)) <= 1
    a, b = one[at:], other[at:]
    return a[1:] == b or a == b[1:] or a[1:] == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])


LETTERS = "abcdefghijklmnopqrstuvwxyz"
WORD = st.text(LETTERS, min_size=4, max_size=9)
NAMES = st.lists(st.lists(WORD, min_size=1, max_size=2).map(" ".join), min_size=1, max_size=9)


@given(NAMES, st.data())
def test_every_row_is_found_by_its_name_its_keys_and_with_a_mistake(
    names: list[str], draw: st.DataObject
) -> None:
    data_set = DataSet("any", tuple(row(str(at), name) for at, name in enumerate(names)))
    name = draw.draw(st.sampled_from(names))
    for typed in (name, name.title(), keys_of(name.replace(" ", "")), keys_of(name)):
        assert name in found_by(data_set, typed)
    alone = DataSet("alone", (row("one", name),))
    at = draw.draw(st.integers(0, len(name) - 1).filter(lambda at: name[at] != " "))
    letter, before, after = draw.draw(st.sampled_from(LETTERS)), name[:at], name[at + 1 :]
    for typed in (before + after, before + letter + name[at:], before + letter + after):
        assert found_by(alone, typed) == [name]
        assert found_by(data_set, typed)


def found_by(data_set: DataSet, typed: str) -> list[str]:
    return [each.labels["name"]["en"] for each in data_set.search(typed, 99)]
