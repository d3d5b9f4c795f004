"""Pages: what fits stays whole, what does not is cut where it hurts least, and nothing is lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from menu.paging import Footers, pages_of
from telecom.encoding import Encoding, Limit, encoding_of
from telecom.text import graphemes_of

MORE, UP = "98 More 0 Back 00 Home", "0 Back 00 Home"
ENGLISH = Footers(UP, MORE, MORE, UP)
HINDI = Footers("0 वापस 00 होम", "98 और 0 वापस 00 होम", "98 और 0 वापस 00 होम", "0 वापस 00 होम")
ENDING = Footers(first="98 More", middle="98 More 0 Back")
PHONE = Limit()

CROPS = ("1 Wheat", "2 Rice", "3 Maize", "4 Gram", "5 Mustard", "6 Potato", "7 Onion")
HINDI_CROPS = ("1 गेहूं", "2 चावल", "3 मक्का", "4 चना", "5 सरसों", "6 आलू", "7 प्याज")

CUTS = [
    # head, lines, footers, limit, how many lines of choices stand on each page
    ("Crops", CROPS, ENGLISH, PHONE, [7]),
    ("Crops", CROPS, ENGLISH, Limit(septets=60), [4, 3]),
    ("फसल", HINDI_CROPS, HINDI, Limit(ucs2=68), [7]),
    ("फसल", HINDI_CROPS, HINDI, Limit(ucs2=67), [6, 1]),
    ("", CROPS, ENGLISH, Limit(septets=40), [2, 2, 1, 2]),
    ("Crops", (), ENGLISH, PHONE, [0]),
    # A plain page between Hindi ones has the room of GSM-7.
    ("Crops", (*CROPS, *HINDI_CROPS), ENGLISH, PHONE, [7, 7]),
]


@pytest.mark.parametrize(("head", "lines", "footers", "limit", "counts"), CUTS)
def test_where_a_list_is_cut(
    head: str, lines: tuple[str, ...], footers: Footers, limit: Limit, counts: list[int]
) -> None:
    pages = pages_of(head, lines, footers, limit)
    shown = [[line for line in page.splitlines() if line in lines] for page in pages]
    assert [len(page) for page in shown] == counts
    assert [line for page in shown for line in page] == list(lines)
    assert all(limit.fits(page) for page in pages)


def test_what_leads_on_and_back() -> None:
    pages = pages_of("Crops", CROPS, ENGLISH, Limit(septets=45))
    assert [page.splitlines()[-1] for page in pages] == [
        "98 More 0 Back 00 Home", "98 More 0 Back 00 Home", "0 Back 00 Home",
    ]  # fmt: skip


def test_a_long_text_is_read_to_its_end_and_the_last_page_says_nothing_more() -> None:
    text = " ".join(f"word{number}" for number in range(60))
    pages = pages_of(text, (), ENDING, PHONE)
    assert [page.splitlines()[-1] for page in pages[:-1]] == ["98 More", "98 More 0 Back"]
    assert re.findall(r"word\d+", " ".join(pages)) == text.split()
    assert "98" not in pages[-1]


def test_the_choices_follow_the_end_of_a_long_text() -> None:
    pages = pages_of("word " * 50 + "end.", CROPS[:2], ENGLISH, PHONE)
    assert pages[-1].endswith("end.\n1 Wheat\n2 Rice\n0 Back 00 Home")


def test_a_conjunct_is_never_cut() -> None:
    text = "क्षत्रिय" * 40  # one word, with no place to cut but between its letters
    pages = pages_of(text, (), HINDI, PHONE)
    letters = [each for page in pages for each in graphemes_of(page.splitlines()[0])]
    assert letters == graphemes_of(text)


def test_a_label_that_no_page_holds_is_cut_short() -> None:
    pages = pages_of("Crops", ("1 " + "x" * 300, "2 Rice"), ENGLISH, PHONE)
    assert any("1 xxx" in page and ".." in page for page in pages)
    assert "2 Rice" in pages[-1]


WORDS = st.text(alphabet="abc घकस্ব্যाি।€😀 ", max_size=90)


@given(
    WORDS,
    st.lists(WORDS.filter(lambda text: text.strip()), max_size=12),
    st.sampled_from([ENGLISH, HINDI, ENDING]),
    st.builds(Limit, septets=st.integers(100, 182), ucs2=st.integers(50, 80)),
)
def test_whatever_is_written_fits_and_nothing_is_lost(
    head: str, labels: list[str], footers: Footers, limit: Limit
) -> None:
    lines = tuple(f"{key} {label}" for key, label in enumerate(labels, start=1))
    pages = pages_of(head, lines, footers, limit)
    assert all(limit.fits(page) for page in pages)
    assert all(page.endswith(footers.first or page) for page in pages[:1] if len(pages) > 1)
    assert pages[-1].endswith(footers.last if len(pages) > 1 else footers.only)
    for line in lines:
        whole = any(line in page for page in pages)
        short = [page for page in pages if line[:3] in page and ".." in page]
        assert whole or short
    kept = "".join("".join(pages).split())
    assert all(letter in kept for letter in "".join(head.split()))


def test_each_page_is_counted_in_its_own_encoding() -> None:
    pages = pages_of("x" * 90, ("1 हिन्दी",), ENGLISH, PHONE)
    assert [encoding_of(page) for page in pages] == [Encoding.GSM7, Encoding.UCS2]
