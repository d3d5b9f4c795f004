"""Patterns: they mean what they mean in Python's dialect, and cannot run away."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from menu.patterns import MOST_PLACES, BadPattern, parse_pattern

ATOMS = st.sampled_from(
    ["a", "b", ".", "[ab]", "[^a]", "[a-b0-9]", r"[\d.]", r"[\d-]", r"[\.-]", r"\d", r"\."]
)
PATTERNS = st.recursive(
    ATOMS,
    lambda inside: st.one_of(
        st.builds("{}{}".format, inside, inside),
        st.builds("({}|{})".format, inside, inside),
        st.builds("({}){}".format, inside, st.sampled_from(["?", "*", "+", "{2}", "{1,3}"])),
    ),
    max_leaves=8,
)


@given(PATTERNS, st.lists(st.text("ab01.", max_size=8), max_size=10))
def test_it_means_what_it_means_elsewhere(written: str, texts: list[str]) -> None:
    try:
        pattern = parse_pattern(written)
    except BadPattern:
        return  # too large
    for text in texts:
        assert pattern.matches(text) == bool(re.fullmatch(written, text))


REFUSED = [
    "(", ")", "a)", "[", "[]", "[^]", "[b-a]", "*", "a**", "a{2}{3}", "a{3,2}", "a{0}", r"\w", "\\",
    "(?=a)", "(?:a)", r"(a)\1", "^a$", "a" * 201, "(a{100}){100}", "((((((a))))))",
    "((((((a{9}){9}){9}){9}){9}){9})", r"[\d-x]", r"[a-\d]", "(){9}", "(|){200}", "((){200}){200}",
]  # fmt: skip


@pytest.mark.parametrize("written", REFUSED)
def test_what_is_no_pattern(written: str) -> None:
    with pytest.raises(BadPattern) as refused:
        parse_pattern(written)
    assert refused.value.why


def test_the_worst_pattern_looks_at_each_place_once_a_character() -> None:
    looks = 0

    def fits(char: str) -> bool:
        nonlocal looks
        looks += 1
        return char == "a"

    pattern = parse_pattern("(a*)*(a|a)*" + "(a{1,5}){1,5}" * 3)
    counting = type(pattern)(
        pattern.written, (fits,) * len(pattern._tests), pattern._follow, pattern._starts
    )
    assert not counting.matches("a" * 160 + "!")
    assert 0 < looks <= 161 * MOST_PLACES
