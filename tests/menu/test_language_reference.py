"""docs/menu-language.md has every word of the language, with its meaning and a running example."""

from __future__ import annotations

import re

import pytest

from menu import language_reference, reference_tables
from menu.condition_reader import RESERVED, BadExpression, Scope, read_expression
from menu.data_schema import Kind
from menu.files import Files
from menu.formats import FORMATS
from menu.linter import check
from menu.patterns import parse_pattern
from menu.question_schema import KIND_TAGS
from menu.reference_tables import CONDITIONS, HEADINGS, PATTERNS, TABLES, VALUES
from menu.reference_words import VALUES as VALUES_BY_TYPE
from menu.reference_words import meaning_of, shapes_in, words_of
from menu.services import Inquiry, Reply, ServiceSpec
from menu.shapes import Shape
from menu.transcripts import read
from menu.value_types import ValueKind, ValueType

EXAMPLES = language_reference.examples_in(language_reference.EXAMPLES)
PAGE = language_reference.PATH.read_text(encoding="utf-8")
SERVICES = {
    "pf_balance": ServiceSpec(takes=frozenset({"uan", "pin"}), gives={"amount": ValueKind.MONEY})
}


class Balances:
    """The services of the examples."""

    def ask(self, inquiry: Inquiry) -> Reply:
        if inquiry.service == "book":  # its test says nothing of it
            return Reply(outcome="down")
        assert (inquiry.service, inquiry.told["pin"]) == ("pf_balance", "4321")
        if inquiry.told["uan"] == "0000":
            return Reply(outcome="down")
        return Reply(parts={"amount": "12500"})


def test_the_page_is_up_to_date() -> None:
    assert language_reference.render(EXAMPLES) == PAGE, language_reference.write.__doc__


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_is_without_a_fault_and_runs_wholly(name: str) -> None:
    assert [str(found) for found in check(EXAMPLES[name], services=SERVICES)] == []
    transcripts = read(EXAMPLES[name], SERVICES, Balances())
    outcomes = list(transcripts.run())
    assert outcomes
    assert {str(outcome.failure) for outcome in outcomes} == {"None"}
    assert [str(each) for each in transcripts.not_walked(outcomes)] == []


def test_every_word_has_an_example() -> None:
    assert language_reference.words_without_example(EXAMPLES) == []


def test_a_word_without_an_example_is_missed() -> None:
    few: dict[str, Files] = {name: EXAMPLES[name] for name in EXAMPLES if name != "money"}
    missed = language_reference.words_without_example(few)
    assert {("AskMoney", "currency"), ("Blanks", "{name:money}")} & {*missed} != set()
    assert ("AskNumber", "max") not in missed


@pytest.mark.parametrize("shape", shapes_in())
def test_every_word_has_a_meaning_and_every_shape_a_heading(shape: type[Shape]) -> None:
    words = list(words_of(shape))
    assert [word.written for word in words if len(word.meaning) < 3] == []
    assert meaning_of(shape)
    assert f"\n## {HEADINGS[shape.__name__]}\n" in PAGE


def test_nothing_is_told_of_that_is_not_there() -> None:
    assert len(shapes_in()) > 30
    assert list(HEADINGS) == [shape.__name__ for shape in shapes_in()]
    told = {sign.written for sign in VALUES}
    said = {word.values for shape in shapes_in() for word in words_of(shape)}
    assert told <= {each for values in said for each in values.split("with ")[-1:]} | said | {
        "a list", "a file", "a language", "a name", "two capitals",
    }  # fmt: skip
    assert len({said for _, said in VALUES_BY_TYPE}) > 25


def test_the_tables_are_those_of_the_program() -> None:
    columns = [sign.written for sign in reference_tables.COLUMNS]
    assert columns == [kind.value for kind in Kind]
    blanks = {sign.written for sign in reference_tables.BLANKS}
    assert {f"{{name:{each}}}" for each in FORMATS} == {each for each in blanks if ":" in each}
    kinds = {tag.strip("<>") for tag in KIND_TAGS} - {"find"}
    assert {f"`kind: {kind}`" for kind in kinds} <= set(HEADINGS.values())
    for sign in PATTERNS[1:]:
        if sign.written not in "?*+{3}{2,4}\\( | )":
            parse_pattern(sign.written)


SCOPE = Scope(
    values={
        "amount": ValueType(kind=ValueKind.NUMBER),
        "plan": ValueType(kind=ValueKind.TEXT),
        "day": ValueType(kind=ValueKind.DATE),
    },
    columns={"crop": {"kind": Kind.TEXT}},
    openings=frozenset({"NAME"}),
    languages=frozenset({"en", "hi"}),
)
AS_WRITTEN = {
    "true, yes": "true or yes",
    "false, no": "false or no",
    "and": "amount and plan",
    "or": "amount or plan",
    "not": "not amount",
    "in [ ]": 'plan in ["gold"]',
    "not in [ ]": 'plan not in ["gold"]',
}


@pytest.mark.parametrize("written", [sign.written for sign in CONDITIONS])
def test_every_sign_of_a_condition_is_read(written: str) -> None:
    is_operator = not re.search(r"\w", written)
    text = f"amount {written} 1" if is_operator else AS_WRITTEN.get(written, written)
    assert read_expression(text, SCOPE)


def test_what_conditions_reserve_is_told_of() -> None:
    words = {word for sign in CONDITIONS for word in re.findall(r"[a-z]+", sign.written)}
    assert words >= RESERVED
    with pytest.raises(BadExpression):
        read_expression("now.second", SCOPE)


def test_every_link_on_the_page_leads_to_a_heading() -> None:
    headings = re.findall(r"^##+ (.*)$", re.sub(r"(?s)```.*?```", "", PAGE), re.MULTILINE)
    anchors = {language_reference.anchor_of(heading) for heading in headings}
    links = set(re.findall(r"\]\(#([^)]*)\)", PAGE))
    assert len(headings) == len(anchors)
    assert len(links) > len(TABLES)
    assert links <= anchors
