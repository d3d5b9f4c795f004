"""Pieces that fit, of which nothing is lost and in which no letter is broken."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telecom.encoding import Encoding, Limit, encoding_of
from telecom.split import ELLIPSIS, fit, split
from telecom.text import graphemes_of

SMS: Final = Limit()
SPACES: Final = {" ", "\n", "\r", "\r\n"}
FAMILY: Final = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
LINK: Final = "https://play.google.com/store/apps/details?id=in.gov.umang.negd.g2c"

SPLITS: Final[list[tuple[str, Limit, list[str]]]] = [
    ("", SMS, [""]),
    (" ", SMS, [" "]),
    ("a" * 160, SMS, ["a" * 160]),
    ("a" * 161, SMS, ["a" * 160, "a"]),
    ("a" * 159 + "€b", SMS, ["a" * 159, "€b"]),
    ("क" * 71, SMS, ["क" * 70, "क"]),
    (" " * 200, SMS, [""]),
    # the last space, and no space at the edges
    ("one two three", Limit(8, 8), ["one two", "three"]),
    ("one two three", Limit(7, 7), ["one two", "three"]),
    ("one   two", Limit(5, 5), ["one", "two"]),
    ("0 \u0300", Limit(2, 2), ["0", " \u0300"]),  # a space that carries an accent is a letter
    # a line break in the second half before a later space, but not one far ahead of it
    ("1 Yes\n2 No way", Limit(10, 10), ["1 Yes", "2 No way"]),
    ("A\nbcd efgh ij", Limit(9, 9), ["A\nbcd", "efgh ij"]),
    ("line one\r\nline two", Limit(12, 12), ["line one", "line two"]),
    # a link that fits a piece by itself stays whole
    ("उमंग ऐप: " + LINK, SMS, ["उमंग ऐप:", LINK]),
    # plain English between Hindi has the room of GSM-7
    ("a" * 150 + " कृपया इंतज़ार करें।", SMS, ["a" * 150, "कृपया इंतज़ार करें।"]),
    # conjuncts, vowel signs and emoji are not broken
    ("क" * 68 + "क्षत्रिय", SMS, ["क" * 68, "क्षत्रिय"]),
    ("ক" * 69 + "কি", SMS, ["ক" * 69, "কি"]),
    ("a" * 65 + FAMILY, SMS, ["a" * 65, FAMILY]),
    ("abc" + FAMILY + "d", Limit(8, 8), ["abc", FAMILY, "d"]),
    # a grapheme larger than any piece is cut between its characters
    (FAMILY, Limit(4, 4), ["\U0001f468\u200d", "\U0001f469\u200d", "\U0001f467"]),
    ("e" + "\u0301" * 5, Limit(3, 3), ["e\u0301\u0301", "\u0301\u0301\u0301"]),
]


@pytest.mark.parametrize(("text", "limit", "pieces"), SPLITS)
def test_a_text_is_cut_where_a_reader_would(text: str, limit: Limit, pieces: list[str]) -> None:
    assert split(text, limit) == pieces


@pytest.mark.parametrize(
    ("text", "limit", "fitted"),
    [
        ("", SMS, ""),
        ("कृपया इंतज़ार करें।", SMS, "कृपया इंतज़ार करें।"),
        ("a" * 160, SMS, "a" * 160),
        ("a" * 161, SMS, "a" * 158 + ".."),
        ("क" * 71, SMS, "क" * 68 + ".."),
        ("क" * 67 + "क्षत्रिय", SMS, "क" * 67 + ".."),
        ("word " * 40, Limit(12, 12), "word word.."),
        ("a" * 100 + "क" * 30, SMS, "a" * 100 + ".."),
        (FAMILY * 2, Limit(10, 10), FAMILY + ".."),
        ("\U0001f680\U0001f680", Limit(3, 3), ".."),
        ("abc", Limit(2, 2), ".."),
    ],
)
def test_what_does_not_fit_ends_with_two_dots(text: str, limit: Limit, fitted: str) -> None:
    assert fit(text, limit) == fitted


PHRASES: Final = [
    "UMANG services",
    "कृपया इंतज़ार करें।",
    "नंबर का फ़ॉर्मैट गलत है (नंबर अधूरा है)",
    "क्षत्रिय",
    "অনুগ্রহ করে অপেক্ষা করুন।",
    "যেখানে থেমেছিলেন সেখান থেকে চালাবেন?",
    LINK,
    FAMILY,
    "\U0001f1ee\U0001f1f3",
    "{€}[~]",
    "e\u0301",
    " ",
    "  \n",
    "\r\n",
]
TEXTS: Final = st.one_of(
    st.lists(st.sampled_from(PHRASES), max_size=30).map("".join),
    st.text(max_size=400),
)
LIMITS: Final = st.builds(Limit, st.integers(2, 182), st.integers(2, 80))


@given(TEXTS, LIMITS)
@settings(max_examples=200)
def test_every_piece_fits_and_only_spaces_at_cuts_are_lost(text: str, limit: Limit) -> None:
    pieces = split(text, limit)
    place = 0
    for piece in pieces:
        assert limit.fits(piece)
        start = text.index(piece, place)
        assert set(text[place:start]) <= set(" \r\n")
        place = start + len(piece)
    assert set(text[place:]) <= set(" \r\n")
    if len(pieces) > 1:
        ends = [graphemes_of(piece)[end] for piece in pieces for end in (0, -1)]
        assert not SPACES & {*ends}


@given(TEXTS)
def test_no_grapheme_that_fits_is_broken(text: str) -> None:
    def letters(part: str) -> list[str]:
        return [grapheme for grapheme in graphemes_of(part) if grapheme not in SPACES]

    if all(SMS.fits(grapheme) for grapheme in graphemes_of(text)):
        assert [letter for piece in split(text, SMS) for letter in letters(piece)] == letters(text)


@given(TEXTS, LIMITS)
@settings(max_examples=200)
def test_fit_gives_one_piece_that_begins_as_the_text_does(text: str, limit: Limit) -> None:
    fitted = fit(text, limit)
    assert limit.fits(fitted)
    if limit.fits(text):
        assert fitted == text
    else:
        assert fitted.endswith(ELLIPSIS)
        assert text.startswith(fitted.removesuffix(ELLIPSIS))


@given(st.text(alphabet="\U0001f680\U0001f1ee\u200d\u0301", max_size=60), LIMITS)
def test_no_surrogate_pair_is_ever_broken(text: str, limit: Limit) -> None:
    for piece in (*split(text, limit), fit(text, limit)):
        assert piece.encode("utf-16-le").decode("utf-16-le") == piece


def test_a_piece_without_indic_letters_is_gsm7() -> None:
    text = "सेवा व्यस्त है। हम SMS भेजेंगे।\n" + "Call 1800 11 5246 for help. " * 8
    encodings = [encoding_of(piece) for piece in split(text, SMS)]
    assert encodings == [Encoding.UCS2, Encoding.GSM7, Encoding.GSM7]
