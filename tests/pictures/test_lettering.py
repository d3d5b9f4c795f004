"""Letters of Indian scripts are shaped, lines fold between them, and what no font draws is told."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from pictures.fonts import VENDORED, NoFonts, load_fonts
from pictures.lettering import Lettering

FONTS: Final = load_fonts(system=())
LETTERS: Final = Lettering(FONTS, 24)
TEXTS: Final = st.text(st.sampled_from("ab 1क्षिमंड়াঙ্গজ্যகொ\u200d\u200c💥x"), max_size=60)


@pytest.mark.parametrize(
    ("text", "glyphs"),
    [
        ("क्षि", 2),  # the conjunct, and a vowel sign that stands before it
        ("त्र", 1),
        ("ক্ষ", 1),
        ("ঙ্গ", 1),
        ("கொ", 3),  # one vowel sign in two halves, around its letter
        ("క్క", 2),
        ("abc", 3),
    ],
)
def test_conjuncts_are_shaped(text: str, glyphs: int) -> None:
    assert len([*LETTERS.placed(text, 0, 0)]) == glyphs
    assert all(glyph.glyph_id for glyph in LETTERS.placed(text, 0, 0))


@pytest.mark.parametrize("text", ["क्षि", "ক্ষ", "ত্র", "ജ്ഞ"])
def test_a_conjunct_is_narrower_than_its_letters(text: str) -> None:
    assert 0 < LETTERS.width(text) < sum(LETTERS.width(char) for char in text)


def test_a_vowel_sign_is_drawn_before_its_letter() -> None:
    sign, letter = LETTERS.placed("कि", 0, 0)
    alone = next(iter(LETTERS.placed("क", 0, 0)))
    assert letter.glyph_id == alone.glyph_id
    assert sign.x < letter.x


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Rs 1,25,000 – “quoted” €£₹"),
        ("hi", "उमंग: एक ऐप में सरकारी सेवाएं। ₹ ५०"),
        ("bn", "জরুরি নম্বর ৳ ৫০"),
        ("ta", "தமிழ் சேவைகள்"),
        ("te", "తెలుగు"),
        ("kn", "ಕನ್ನಡ"),
        ("ml", "മലയാളം"),
        ("gu", "ગુજરાતી"),
        ("pa", "ਪੰਜਾਬੀ"),
        ("or", "ଓଡ଼ିଆ"),
        ("el", "ΔΦΓΛΩΠΨΣΘΞ"),  # of GSM-7
    ],
)
def test_what_lies_beside_draws_these_scripts(language: str, text: str) -> None:
    assert FONTS.undrawn(text) == set()


def test_what_no_font_draws_is_told() -> None:
    assert FONTS.undrawn("UMANG 漢 उमंग 💥") == {"漢", "💥"}
    assert LETTERS.width("漢") > 0  # an empty box


def test_neighbours_of_one_script_are_shaped_together() -> None:
    runs = [text for text, _ in FONTS.runs("1 ऐप पाएं, ok")]
    assert runs == ["1 ", "ऐप पाएं", ", ok"] or "".join(runs) == "1 ऐप पाएं, ok"
    assert any("ऐप पाएं" in text for text in runs)


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("one two three", 110, ["one two", "three"]),
        ("one\ntwo", 900, ["one", "two"]),
        ("", 90, [""]),
        ("a\n\nb", 90, ["a", "", "b"]),
        ("aaaaaaaaaaaa", 60, ["aaaa", "aaaa", "aaaa"]),
        ("क्षत्रिय", 1, ["क्ष", "त्रि", "य"]),
    ],
)
def test_lines_fold(text: str, width: float, lines: list[str]) -> None:
    assert LETTERS.fold(text, width) == lines


@given(TEXTS, st.integers(20, 300))
def test_no_letter_is_lost_or_broken_and_no_line_too_wide(text: str, width: int) -> None:
    lines = LETTERS.fold(text, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    for line in lines:
        assert LETTERS.width(line) <= width or len(regex.findall(r"\X", line.strip())) == 1


def test_every_font_beside_is_listed_with_its_licence() -> None:
    fonts = {path.name for path in VENDORED.glob("*.ttf")}
    readme = (VENDORED / "README.md").read_text(encoding="utf-8")
    assert len(fonts) == 10
    assert {name for name in fonts if f"| {name} |" in readme} == fonts
    assert "SIL OPEN FONT LICENSE Version 1.1" in (VENDORED / "OFL.txt").read_text()
    assert sum(path.stat().st_size for path in VENDORED.glob("*.ttf")) < 1_000_000


@pytest.mark.parametrize("name", ["missing.ttf", "no-font.ttf"])
def test_a_file_that_is_no_font_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "no-font.ttf").write_bytes(b"not a font at all")
    with pytest.raises(NoFonts, match="is not a font"):
        load_fonts([tmp_path / name])


def test_without_any_font_nothing_is_drawn(tmp_path: Path) -> None:
    with pytest.raises(NoFonts, match="no font to draw with"):
        load_fonts(folder=tmp_path, system=())


def test_fonts_of_the_system_are_asked_last(tmp_path: Path) -> None:
    alone = tmp_path / "alone"
    alone.mkdir()
    latin, bengali = "NotoSans-Regular.ttf", "NotoSansBengaliUI-Regular.ttf"
    (alone / latin).write_bytes((VENDORED / latin).read_bytes())
    (tmp_path / "system").mkdir()
    (tmp_path / "system" / bengali).write_bytes((VENDORED / bengali).read_bytes())
    (tmp_path / "system" / "broken.ttf").write_bytes(b"\0\1\0\0junk")
    assert load_fonts(folder=alone, system=()).undrawn("উমঙ্গ a") == set("উমঙ্গ")
    assert load_fonts(folder=alone, system=[str(tmp_path / "system")]).undrawn("উমঙ্গ a") == set()
