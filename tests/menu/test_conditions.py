"""Conditions of one line: what they come to, and what is refused when a menu is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from menu.condition_reader import BadExpression, Scope, read_condition, read_expression
from menu.conditions import written
from menu.data_schema import Kind
from menu.moments import Moment, moment_of
from menu.openings import Hours, is_open
from menu.schema import Opening
from menu.value_types import DATE, NUMBER, ValueKind, ValueType

NOON = 1_795_674_600.0  # Thursday, 26 November 2026, 12:00 in Kolkata
PLAN = ValueType(kind=ValueKind.CHOICE, labels={"gold": {}, "silver": {}})
SCOPE = Scope(
    values={
        "amount": ValueType(kind=ValueKind.MONEY, currency="INR"),
        "count": NUMBER,
        "day": DATE,
        "name": ValueType(kind=ValueKind.TEXT),
        "agreed": ValueType(kind=ValueKind.YES_NO),
        "plan": PLAN,
    },
    columns={"crop": {"id": Kind.KEY, "name": Kind.LABEL, "price": Kind.NUMBER, "seen": Kind.DATE}},
    openings=frozenset({"office"}),
    languages=frozenset({"en", "hi"}),
)
VALUES = {
    "amount": "500", "count": "2", "day": "2026-11-20", "name": "Asha", "agreed": "yes",
    "plan": "gold",
}  # fmt: skip


@dataclass(frozen=True)
class Told:
    values: Mapping[str, str] = field(default_factory=lambda: VALUES)
    moment: Moment = field(default_factory=lambda: moment_of(NOON, ZoneInfo("Asia/Kolkata")))
    language: str = "hi"

    def cell(self, saved_as: str, column: str) -> str | None:
        return {"id": "rice", "price": "2300.50", "seen": "2026-11-25"}.get(column)

    def is_open(self, hours: str) -> bool:
        return hours == "office"


HOLDS = [
    ("amount > 499.99", True),
    ("amount > 500", False),
    ("amount >= 500 and plan == 'gold'", True),
    ('plan in ["gold", "silver"]', True),
    ('plan not in ["silver"]', True),
    ("not agreed", False),
    ("agreed == yes", True),
    ("agreed and not (count > 5 or amount < 10)", True),
    ("count * 250 == amount", True),
    ("amount / count == 250", True),
    ("amount / 0 > 1", False),
    ("-count < 0", True),
    ('name == "Asha"', True),
    ('"Asha" != name', False),
    ("name", True),
    ("today - day == 6", True),
    ("today - day > 7", False),
    ("day + 6 == today", True),
    ('day < "2026-11-21"', True),
    ('today in ["2026-11-26", "2026-12-25"]', True),
    ('now.weekday == "thu"', True),
    ("now.hour == 12 and now.minute == 0", True),
    ("now.year == 2026 and now.month == 11 and now.day == 26", True),
    ("open.office", True),
    ('language == "hi"', True),
    ("crop.price > 2000", True),
    ('crop.id == "rice"', True),
    ('crop.seen == "2026-11-25"', True),
    ("day + 99999999999 > today", True),  # the last day of all
    ("true", True),
    ("0", False),
]


@pytest.mark.parametrize(("text", "expected"), HOLDS)
def test_a_condition(text: str, expected: bool) -> None:
    assert read_condition(text, SCOPE).holds(Told()) is expected


ABSENT = [
    ("amount", False),
    ("amount > 0", False),
    ("amount < 1", False),
    ("amount == 0", False),
    ("amount != 0", True),
    ("count + 1 == 1", True),
    ('plan == "gold"', False),
    ("agreed", False),
    ("agreed == no", False),
    ("not agreed", True),
    ("day < today", False),
    ("day + 1 < today", False),
    ("today - day > 0", False),
]


@pytest.mark.parametrize(("text", "expected"), ABSENT)
@pytest.mark.parametrize("values", [{}, dict.fromkeys(VALUES, ""), {"amount": "x", "day": "x"}])
def test_what_is_absent_is_false_and_counts_as_nothing(
    text: str, expected: bool, values: Mapping[str, str]
) -> None:
    assert read_condition(text, SCOPE).holds(Told(values)) is expected


SETS = [
    ("count + 1", "3"),
    ("count / 3", "0.6667"),
    ("amount * 1000000000000000", None),  # too large to be anything
    ('"gold"', "gold"),
    ("today", "2026-11-26"),
    ("today + 30", "2026-12-26"),
    ("amount > 100", "yes"),
    ('name or "nobody"', "Asha"),
    ("no", "no"),
    ("count - 2", "0"),
]


@pytest.mark.parametrize(("text", "kept"), SETS)
def test_what_is_kept(text: str, kept: str | None) -> None:
    expression, _ = read_expression(text, SCOPE)
    assert written(expression.work(Told())) == kept


REFUSED = [
    "", "amount >", "amount = 5", "a b", "amuont > 5", "amount > '5'", 'plan == "bronze"',
    'now.weekday == "thursday"', "now.second > 1", "open.shop", "crop.name == 'x'", "crop.colour",
    "crop", "name > 'A'", "agreed > no", "name + 'x'", "day + day", "5 - day", "day * 2",
    "amount ** 9", "amount % 2", "amount // 2", "1 < amount < 5", "amount in 5", "amount in []",
    "len(name)", "name.upper()", "__import__('os')", "[x for x in name]", "lambda: 1", "name[0]",
    "f'{name}'", "(amount := 5)", "amount if agreed else 5", "day < 'tomorrow'", "amount is 5",
    "today + name", "today + agreed", "today - '2026-01-01'",
    "\0", "(" * 150 + ")" * 150, "x" * 300, "amount > 5\nand agreed", "name.__class__", "~count",
]  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_what_cannot_be_is_refused_at_load(text: str) -> None:
    with pytest.raises(BadExpression) as refused:
        read_condition(text, SCOPE)
    assert refused.value.why.endswith(".")


WORDS = st.sampled_from(
    ["amount", "count", "day", "name", "agreed", "plan", "today", "now.hour", "open.office", "5",
     '"gold"', '"2026-01-01"', "and", "or", "not", "==", "<", "+", "-", "*", "/", "(", ")", "in",
     '["gold"]', "crop.price", "language"]
)  # fmt: skip


@given(st.lists(WORDS, max_size=9), st.dictionaries(st.sampled_from(list(VALUES)), st.text()))
def test_what_is_loaded_cannot_fail_later(words: list[str], values: dict[str, str]) -> None:
    try:
        condition = read_condition(" ".join(words), SCOPE)
    except BadExpression:
        return
    assert condition.holds(Told(values)) in (True, False)


def hours(**written_as: str) -> Hours:
    opening = Opening.model_validate({k.rstrip("_"): v for k, v in written_as.items()})
    return Hours(opening.weekdays(), *opening.hours())


OPEN = [
    ({"days": "mon-fri", "from_": "09:00", "to": "18:00"}, True),
    ({"days": "mon-fri", "from_": "12:01"}, False),
    ({"days": "mon-fri", "from_": "12:00"}, True),
    ({"days": "mon-fri", "to": "12:00"}, False),
    ({"days": "sat-sun"}, False),
    ({"days": "fri-thu"}, True),
    ({"days": "mon, thu"}, True),
    ({}, True),
    ({"days": "thu", "from_": "22:00", "to": "06:00"}, False),
    ({"days": "wed", "from_": "13:00", "to": "12:30"}, True),  # since yesterday
]


@pytest.mark.parametrize(("opening", "expected"), OPEN)
def test_opening_hours(opening: dict[str, str], expected: bool) -> None:
    assert is_open([hours(**opening)], moment_of(NOON, ZoneInfo("Asia/Kolkata"))) is expected
