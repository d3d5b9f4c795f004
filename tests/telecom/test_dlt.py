"""Texts against DLT templates: what operators take, what they refuse, and what is told of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from telecom.dlt_book import DltBook, DltRefusal, seconds_to_opening
from telecom.dlt_codes import CODES, advice_for
from telecom.dlt_match import MOST_CHARACTERS, Difference, difference, values_in
from telecom.dlt_template import Category, DltTemplate, parts_of
from telecom.dlt_values import (
    LENGTHS,
    Allowed,
    Operator,
    Tag,
    ValueFault,
    bare_number,
    fault_of,
    numbers_in,
)

NOON = datetime(2026, 11, 26, 6, 30, tzinfo=UTC)  # 12:00 IST
ALLOWED = Allowed(
    links=("umang.gov.in", "https://play.google.com/store/apps/details?", "https://s.in/l/*"),
    numbers=frozenset({"18001801551", "9876543210"}),
)


def template(
    text: str, category: Category = Category.SERVICE_IMPLICIT, name: str = "one"
) -> DltTemplate:
    words, variables = parts_of(text, LENGTHS[Operator.STRICTEST])
    return DltTemplate(
        name=name,
        template_id="110700000000000001",
        header=None,
        category=category,
        language="en",
        text=text,
        words=words,
        variables=variables,
        at="menus.yaml:9:5",
    )


def book(*texts: str) -> DltBook:
    templates = tuple(template(text, name=str(at)) for at, text in enumerate(texts))
    return DltBook(templates=templates, allowed=ALLOWED)


PRICE = "UMANG: {#alphanumeric#} costs Rs {#numeric#} a quintal."
WORDS, VALUE = DltRefusal.WORDS, DltRefusal.VALUE


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("UMANG: Wheat costs Rs 2300 a quintal.", None),
        ("UMANG: Basmati rice costs Rs 9 a quintal.", None),
        ("UMANG: गेहूं costs Rs 2300 a quintal.", None),
        ("UMANG: Wheat costs Rs 2300 a quintal", WORDS),
        ("UMANG: Wheat costs Rs 2300 a quintal..", WORDS),
        ("UMANG:  Wheat costs  Rs 2300 a quintal.", WORDS),
        ("UMANG:  Wheat costs Rs 2300 a quintal.", VALUE),  # the space would be the variable's
        ("Umang: Wheat costs Rs 2300 a quintal.", WORDS),
        ("UMANG: Wheat\ncosts Rs 2300 a quintal.", WORDS),
        ("UMANG:  costs Rs 2300 a quintal.", WORDS),  # nothing stands there
        ("UMANG: Wheat costs Rs 2,300 a quintal.", VALUE),
        ("UMANG: Wheat costs Rs 23.50 a quintal.", VALUE),
        ("UMANG: Wheat (new) costs Rs 2300 a quintal.", VALUE),
        (f"UMANG: {'w' * 30} costs Rs 2300 a quintal.", None),
        (f"UMANG: {'w' * 31} costs Rs 2300 a quintal.", VALUE),
        ("", WORDS),
        ("x" * (MOST_CHARACTERS + 1), WORDS),
    ],
)
def test_the_words_are_compared_exactly(text: str, refusal: DltRefusal | None) -> None:
    assert book(PRICE).judge(text, NOON).refusal == refusal


@pytest.mark.parametrize(
    ("tag", "value", "fault"),
    [
        (Tag.NUMERIC, "0", None),
        (Tag.NUMERIC, "9" * 15, None),
        (Tag.NUMERIC, "9" * 16, ValueFault.TOO_LONG),
        (Tag.NUMERIC, "-5", ValueFault.NOT_DIGITS),
        (Tag.NUMERIC, "२३", ValueFault.NOT_DIGITS),
        (Tag.ALPHANUMERIC, "Kisan 24", None),
        (Tag.ALPHANUMERIC, "उमंग", None),
        (Tag.ALPHANUMERIC, "A-1", ValueFault.SIGNS),
        (Tag.ALPHANUMERIC, "15-08-2026", ValueFault.SIGNS),
        (Tag.ALPHANUMERIC, " ", ValueFault.EMPTY),
        (Tag.VAR, "Rs 2,300 (new)", None),
        (Tag.VAR, "x" * 31, ValueFault.TOO_LONG),
        (Tag.VAR, "x ", ValueFault.SPACE),
        (Tag.NUMERIC, " 5", ValueFault.SPACE),
        (Tag.VAR, "see www.bad.example", ValueFault.LINK),
        (Tag.VAR, "see www.umang.gov.in.", None),
        (Tag.URL, "https://web.umang.gov.in/web/#/", None),
        (Tag.URL, "https://umang.gov.in.evil.example", ValueFault.LINK),
        (Tag.URL, "https://umang.gov.in@evil.example", ValueFault.LINK),
        (Tag.URL, "https://s.in/l/Ab3dE6gH9jK", None),
        (Tag.URL, "https://s.in/l/", ValueFault.LINK),
        (Tag.URLOTT, "https://play.google.com/store/apps/details?id=a", None),
        (Tag.URLOTT, "https://play.google.com/store/apps", ValueFault.LINK),
        (Tag.CBN, "1800 180 1551", None),
        (Tag.CBN, "+919876543210", None),
        (Tag.CBN, "1800 180 1552", ValueFault.NUMBER),
        (Tag.EMAIL, "help@umang.gov.in", None),
        (Tag.EMAIL, "help@umang", ValueFault.EMAIL),
    ],
)
def test_what_a_variable_takes(tag: Tag, value: str, fault: ValueFault | None) -> None:
    assert fault_of(tag, LENGTHS[Operator.STRICTEST][tag], value, ALLOWED) == fault


@pytest.mark.parametrize(
    ("written", "bare"),
    [("+91 98765 43210", "9876543210"), ("011-23456789", "1123456789"), ("1930", "1930")],
)
def test_numbers_to_call_are_compared_without_what_stands_before_them(
    written: str, bare: str
) -> None:
    assert bare_number(written) == bare


def test_amounts_and_links_are_no_numbers_to_call() -> None:
    text = "Rs 1,25,000 on 15-08-2026, https://a.example/9876543210, call 98765 43210 or 1930"
    assert list(map(bare_number, numbers_in(text))) == ["9876543210"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("UMANG: Wheat costs  Rs 5 a quintal.", Difference(19, " ", "R")),
        ("UMANG: Wheat costs Rs 5 a quintal", Difference(33, "", ".")),
        ("UMANG: Wheat costs Rs 5 a Quintal.", Difference(26, "Q", "q")),
        ("UMANG - Wheat costs Rs 5 a quintal.", Difference(5, " ", ":")),
        ("UMANG: Wheat costs Rs 5 a quintal. ", Difference(34, " ", "")),
        ("UMANG: Wheat costs Rs 2,3 a quintal.", None),  # a value, not a word
    ],
)
def test_the_first_difference_is_told(text: str, expected: Difference | None) -> None:
    assert difference(template(PRICE), text) == expected


def is_bare(value: str) -> bool:
    return value.strip(" ") == value


# Every type of variable with values that it takes.
VALUES = {
    Tag.VAR: st.text("abc XYZ,.-/019कखग", min_size=1, max_size=30).filter(is_bare),
    Tag.NUMERIC: st.text("0123456789", min_size=1, max_size=15),
    Tag.ALPHANUMERIC: st.text("abcXYZ 019कखग", min_size=1, max_size=30).filter(is_bare),
    Tag.URL: st.text("abc/-019", max_size=20).map("https://web.umang.gov.in/".__add__),
    Tag.URLOTT: st.text("abc=&.019", min_size=1, max_size=7).map(
        "https://play.google.com/store/apps/details?".__add__
    ),
    Tag.CBN: st.sampled_from(["18001801551", "1800 180 1551", "+919876543210", "09876543210"]),
    Tag.EMAIL: st.text("abc.019", min_size=1, max_size=20).map(lambda who: f"{who}@a.example"),
}
FIXED = st.text("UMANGdefgh ;:!’।मंडी\n", min_size=1, max_size=12)
FILLED = st.lists(
    st.sampled_from(list(Tag)).flatmap(lambda tag: st.tuples(st.just(tag), VALUES[tag])),
    min_size=1,
    max_size=4,
).flatmap(
    lambda filled: st.tuples(
        st.just(filled), st.lists(FIXED, min_size=len(filled) + 1, max_size=len(filled) + 1)
    )
)


def woven(words: list[str], between: list[str]) -> str:
    return "".join(part for pair in zip(words, [*between, ""], strict=True) for part in pair)


@given(FILLED)
def test_every_value_that_fits_is_accepted(
    filled: tuple[list[tuple[Tag, str]], list[str]],
) -> None:
    variables, words = filled
    registered = woven(words, [f"{{#{tag}#}}" for tag, _ in variables])
    text = woven(words, [value for _, value in variables])
    judged = book(registered).judge(text, NOON)
    assert judged.refusal is None
    assert judged.template is not None
    assert judged.template.text == registered


@given(FILLED, st.data())
def test_every_changed_character_of_a_fixed_word_is_refused(
    filled: tuple[list[tuple[Tag, str]], list[str]], data: st.DataObject
) -> None:
    variables, words = filled
    registered = woven(words, [f"{{#{tag}#}}" for tag, _ in variables])
    place = data.draw(st.integers(0, len(words) - 1))
    at = data.draw(st.integers(0, len(words[place]) - 1))
    other = data.draw(st.sampled_from("Q~ ’\n"))
    assume(other != words[place][at])
    changed = [*words]
    changed[place] = words[place][:at] + other + words[place][at + 1 :]
    text = woven(changed, [value for _, value in variables])
    # With another reading of the same words the text is still what was registered.
    values = values_in(template(registered), text)
    assume(values is None or woven(words, list(values)) != text)
    judged = book(registered).judge(text, NOON)
    assert judged.refusal is DltRefusal.WORDS
    found = difference(template(registered), text)
    assert found is not None
    assert found.here != found.there


@given(st.integers(0, 20), st.sampled_from("XQ;\t’ "))
def test_one_character_of_a_plain_template_is_enough(at: int, other: str) -> None:
    """The same without any other reading: there is no variable."""
    text = "UMANG: mandi is open."
    assume(at < len(text) and text[at] != other)
    changed = text[:at] + other + text[at + 1 :]
    assert book(text).judge(changed, NOON).refusal is DltRefusal.WORDS
    assert difference(template(text), changed) == Difference(at, other, text[at])


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_text_breaks_the_comparison(registered: str, text: str) -> None:
    shelf = book(registered, "{#var#}")
    shelf.judge(text, NOON)
    shelf.unlike(text)
    assert (difference(template(registered), text) is None) == (
        values_in(template(registered), text) is not None
    )


def test_of_several_templates_the_one_that_says_most_is_taken() -> None:
    shelf = book("UMANG: {#var#}", "UMANG: wheat {#numeric#}", "UMANG: {#var#} {#numeric#}")
    judged = shelf.judge("UMANG: wheat 5", NOON)
    assert judged.template is not None
    assert judged.template.text == "UMANG: wheat {#numeric#}"


@pytest.mark.parametrize(
    ("at", "seconds"),
    [("04:29", 60), ("04:30", 0), ("15:29", 0), ("15:30", 13 * 3600), ("18:30", 10 * 3600)],
)
def test_promotion_waits_for_its_hours(at: str, seconds: float) -> None:
    """Times in UTC; India is 5:30 ahead."""
    now = datetime.fromisoformat(f"2026-11-26T{at}+00:00")
    assert seconds_to_opening(now) == seconds
    offer = template("UMANG: today. STOP", Category.SERVICE_EXPLICIT)
    judged = DltBook(templates=(offer,)).judge(offer.text, now)
    assert judged.refusal == (DltRefusal.HOURS if seconds else None)
    # The same text, registered as a service as well, goes out at any hour.
    both = DltBook(templates=(offer, template(offer.text)))
    assert both.judge(offer.text, now).refusal is None


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ("633", 633),
        ("REJECTED 633", 633),
        ("err:635, template", 635),
        ("TEMPLATE_NOT_MATCHED", 633),
        ("Template not matched", 633),
        ("Header-Inactive", 621),
        ("HEADER_INACTIVE", 621),
        ("6330", None),
        ("0.633", None),
        ("699", None),
        ("Success", None),
        ("", None),
    ],
)
def test_codes_of_dlt_are_found_in_what_vendors_write(told: str, code: int | None) -> None:
    found = advice_for(told)
    assert (found[0] if found else None) == code


def test_every_code_says_what_to_do() -> None:
    assert len(CODES) > 25
    assert all(advice.means and advice.cure.endswith(".") for advice in CODES.values())
    assert len({advice.word for advice in CODES.values()}) == len(CODES)
