"""Texts made storable without losing a letter, and cheap without changing one."""

from __future__ import annotations

import unicodedata
from typing import Final

import pytest
import regex
from hypothesis import example, given, settings
from hypothesis import strategies as st

from telecom.encoding import Encoding, encoding_of
from telecom.text import CURRENCIES, PLAIN, clean_text, cut, graphemes_of, plain_text

FAMILY: Final = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
INDIA: Final = "\U0001f1ee\U0001f1f3"
KENYA: Final = "\U0001f1f0\U0001f1ea"
EYELASH_RA: Final = "दर्‍या"  # the joiner makes another letter of it
HALF_KA: Final = "क्‍ष"
YA_PHALA: Final = "র‍্যাব"

SENTENCES: Final = [
    "कृपया इंतज़ार करें।",
    "नंबर का फ़ॉर्मैट गलत है (नंबर अधूरा है)",
    "OTP या PIN किसी को न बताएं।",
    "অনুগ্রহ করে অপেক্ষা করুন।",
    "যেখানে থেমেছিলেন সেখান থেকে চালাবেন?",
    "1 English 2 हिन्दी 3 বাংলা",
    EYELASH_RA,
    HALF_KA,
    YA_PHALA,
    HALF_KA[:3] + " SMS",  # the joiner keeps the letter half
    FAMILY,
]

CLEANED: Final = [
    ("", ""),
    ("UMANG", "UMANG"),
    ("a\x00b", "ab"),
    ("a\x1b[31mb\x07", "a[31mb"),
    ("a\x7fb\x9fc", "abc"),
    ("one\r\ntwo\rthree\n", "one\ntwo\nthree\n"),
    ("one\u2028two\u2029three\x85four\vfive\fsix", "one\ntwo\nthree\nfour\nfive\nsix"),
    ("price\tonion", "price onion"),
    ("a\ud83db", "a\ufffdb"),
    ("\udc00\ud83d", "\ufffd\ufffd"),
    ("\ud83d\ude80", "\U0001f680"),  # two halves that came one by one
    ("cafe\u0301", "café"),
    ("क़", "क\u093c"),  # U+0958: NFC takes it apart, and one spelling is what matters
    ("বড়", "বড\u09bc"),
    # the sham danda of Bengali, after letters only
    ("আবার চেষ্টা করুন৷", "আবার চেষ্টা করুন।"),
    ("করুন ৷ পরে", "করুন । পরে"),
    ("“করুন৷”", "“করুন।”"),
    ("৩৷ ", "৩৷ "),
    ("ক৷খ", "ক৷খ"),
]


@pytest.mark.parametrize(("text", "cleaned"), CLEANED)
def test_text_is_made_storable(text: str, cleaned: str) -> None:
    assert clean_text(text) == cleaned


@pytest.mark.parametrize("sentence", SENTENCES)
def test_ordinary_sentences_stay_as_they_are(sentence: str) -> None:
    text = unicodedata.normalize("NFC", sentence)
    assert clean_text(text) == text
    assert plain_text(text) == text


@pytest.mark.parametrize(
    ("text", "max_length", "kept"),
    [
        ("abcdef", 4, "abcd"),
        ("abc", 0, ""),
        ("क्षत्रिय", 3, "क्ष"),
        ("क्षत्रिय", 4, "क्ष"),
        ("क्षत्रिय", 7, "क्षत्रि"),
        ("a" + FAMILY, 5, "a"),
        (FAMILY, 2, "\U0001f468\u200d"),  # longer than all there is room for
    ],
)
def test_a_long_text_is_cut_between_graphemes(text: str, max_length: int, kept: str) -> None:
    assert cut(text, max_length) == kept
    assert clean_text(text, max_length) == kept


def test_a_sham_danda_that_ends_the_text_by_a_cut_is_one() -> None:
    assert clean_text("ক৷খ", 2) == clean_text(clean_text("ক৷খ", 2), 2) == "ক।"


def test_a_text_of_64_kilobytes_is_cut_to_what_sms_can_carry() -> None:
    assert len(clean_text("क" * 65536)) == 1600


DIRTY: Final = st.text(
    alphabet=st.one_of(
        st.characters(),
        st.characters(categories=["Cs", "Cc", "Mn"]),
        st.sampled_from("क्ষি৷।\u0301\u200d\u2028\r\n\t \x00"),
    ),
    max_size=120,
)


@given(DIRTY, st.integers(0, 90))
@settings(max_examples=200)
def test_clean_text_is_always_storable_and_cleaning_twice_is_once(text: str, length: int) -> None:
    cleaned = clean_text(text, length)
    assert len(cleaned) <= length
    assert cleaned.encode().decode() == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert not regex.search(r"(?!\n)\p{Cc}|[\p{Zl}\p{Zp}]", cleaned)
    assert clean_text(cleaned, length) == cleaned


PLAINED: Final = [
    ("₹500", "Rs 500"),
    ("₹ 500", "Rs 500"),
    ("in ₹.", "in Rs."),
    ("₦200 or ₵10", "NGN 200 or GHS 10"),
    ("don’t", "don't"),
    ("“UMANG”", '"UMANG"'),
    ("9–5 — daily", "9-5 - daily"),
    ("Wait…", "Wait..."),
    ("• Weather", "- Weather"),
    ("Rs\u00a0500", "Rs 500"),
    ("a\tb `c`", "a b 'c'"),
    ("a\u200bb\u2060c\ufeffd\u00ade", "abcde"),
    ("a\u200db\u200c", "ab"),
    ("\u202a+91 97183\u202c", "+91 97183"),
    ("2 × 3 ÷ 4", "2 x 3 / 4"),
    ("\uff35\uff2d\uff21\uff2e\uff27 \uff11", "UMANG 1"),
    ("मंडी भाव: ₹1,200", "मंडी भाव: Rs 1,200"),
    ("“উমঙ্গ” – অ্যাপ…", '"উমঙ্গ" - অ্যাপ...'),
    ("Jai Hind \U0001f1ee\U0001f1f3", "Jai Hind \U0001f1ee\U0001f1f3"),
]


@pytest.mark.parametrize(("text", "plain"), PLAINED)
def test_typography_becomes_plain(text: str, plain: str) -> None:
    assert plain_text(text) == plain


def test_every_swap_leads_into_gsm7_and_starts_outside() -> None:
    for char, swap in (*PLAIN.items(), *CURRENCIES.items()):
        assert encoding_of(swap) is Encoding.GSM7
        assert plain_text(f"a{char}") == plain_text(plain_text(f"a{char}"))
        assert encoding_of(plain_text(f"a{char}b")) is Encoding.GSM7
    costly = [char for char in PLAIN if encoding_of(char) is Encoding.UCS2]
    assert len(costly) > 50


SOME_TEXT: Final = "".join(SENTENCES) + "".join(PLAIN) + "₹ aé1\u200c\u200d"
INDIC: Final = regex.compile(r"[\p{Script=Devanagari}\p{Script=Bengali}।]")
JOINED: Final = regex.compile(rf"{INDIC.pattern}[\u200c\u200d]+(?={INDIC.pattern})")
INVISIBLE: Final = {ord(one): None for one, plain in PLAIN.items() if not plain}


@given(st.text(st.sampled_from(SOME_TEXT), max_size=80))
@example("ক\u00ad\u200cক")  # a soft hyphen, which nobody sees, before the joiner
@settings(max_examples=200)
def test_plain_text_never_touches_a_letter_of_hindi_or_bengali(text: str) -> None:
    plain = plain_text(text)
    assert INDIC.findall(plain) == INDIC.findall(text)
    assert JOINED.findall(plain) == JOINED.findall(text.translate(INVISIBLE))
    assert plain_text(plain) == plain


@pytest.mark.parametrize(
    ("word", "letters"),
    [
        ("क्षत्रिय", ["क्ष", "त्रि", "य"]),
        ("ক্ষত্রিয়", ["ক্ষ", "ত্রি", "য়"]),
        ("हिन्दी", ["हि", "न्दी"]),
        (EYELASH_RA, ["द", "र्‍या"]),
        ("a\r\nb", ["a", "\r\n", "b"]),
        (FAMILY + "!", [FAMILY, "!"]),
        (INDIA + KENYA, [INDIA, KENYA]),
        ("", []),
    ],
)
def test_graphemes_are_what_readers_call_letters(word: str, letters: list[str]) -> None:
    assert graphemes_of(word) == letters


FLAGS_AND_MORE: Final = INDIA + "\u200d\u0301\u0903\u0600a\U0001f468क\r\n"


@given(st.text(st.sampled_from(FLAGS_AND_MORE), max_size=40))
@settings(max_examples=200)
def test_the_short_way_through_flags_changes_no_grapheme(text: str) -> None:
    assert graphemes_of(text) == regex.findall(r"\X", text)
