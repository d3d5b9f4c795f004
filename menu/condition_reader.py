"""Reads a condition of one line, checks that its parts fit together, and builds what works it out.

The syntax is read by Python's own parser; of what it allows, only the nodes below are known here,
and none of them can call, loop, or reach anything but the values of the session.
"""

from __future__ import annotations

import ast
import operator
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Final

from menu.conditions import Condition, Expression, Facts, Value, Work
from menu.data_schema import Kind
from menu.date_limits import moved, parse_iso
from menu.diagnostics import did_you_mean
from menu.moments import WEEKDAYS
from menu.value_types import ValueKind, ValueType

MOST_WRITTEN: Final = 200
MOST_DIGITS: Final = Decimal(10) ** 15
RESERVED: Final = frozenset(
    {"now", "today", "open", "language", "true", "false", "yes", "no", "and", "or", "not", "in"}
)


class BadExpression(Exception):
    """`why` and `hint` are whole sentences."""

    def __init__(self, why: str, hint: str = "") -> None:
        self.why, self.hint = why, hint
        super().__init__(why)


class Is(StrEnum):
    """What an expression comes to, in an author's words."""

    TEXT = "a text"
    NUMBER = "a number"
    DATE = "a day"
    FLAG = "yes or no"
    UNKNOWN = "something"  # a name that gets its value from itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The names that expressions may use. `columns` are those of the rows saved under a name."""

    values: Mapping[str, ValueType] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()
    columns: Mapping[str, Mapping[str, Kind]] = field(default_factory=dict)
    openings: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Part:
    """`known`: the only values that it can have, where that is sure. `text`: a literal."""

    comes_to: Is
    work: Work
    known: frozenset[str] | None = None
    text: str | None = None


def read_condition(text: str, scope: Scope) -> Condition:
    """Raises BadExpression."""
    return Condition(text, _read(text, scope).work)


def read_expression(text: str, scope: Scope) -> tuple[Expression, Is]:
    """Raises BadExpression."""
    part = _read(text, scope)
    return Expression(text, part.work), part.comes_to


def _read(text: str, scope: Scope) -> _Part:
    if len(text) > MOST_WRITTEN or "\n" in text:
        raise BadExpression("This is too long.", f"One line of {MOST_WRITTEN} characters at most.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        hint = 'Write such as: amount > 500 and plan == "gold"'
        raise BadExpression(f'"{text[:60]}" cannot be read.', hint) from None
    return _Reader(scope).part(tree.body)


class _Reader:
    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def part(self, node: ast.expr) -> _Part:
        match node:
            case ast.Constant(value=bool() as flag):
                return _Part(Is.FLAG, lambda _facts: flag)
            case ast.Constant(value=str() as text):
                return _Part(Is.TEXT, lambda _facts: text, text=text)
            case ast.Constant(value=int() | float()):
                number = _number(ast.unparse(node))
                return _Part(Is.NUMBER, lambda _facts: number)
            case ast.Name(id=name):
                return self._name(name)
            case ast.Attribute(value=ast.Name(id=owner), attr=name):
                return self._inside(owner, name)
            case ast.BoolOp(op=op, values=nodes):
                return _logical([self.part(each) for each in nodes], isinstance(op, ast.And))
            case ast.UnaryOp(op=ast.Not(), operand=inner):
                inside = self.part(inner).work
                return _Part(Is.FLAG, lambda facts: not inside(facts))
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                zero = _Part(Is.NUMBER, lambda _facts: Decimal(0))
                return _arithmetic(zero, ast.Sub(), self.part(inner))
            case ast.BinOp(left=left, op=op, right=right):
                return _arithmetic(self.part(left), op, self.part(right))
            case ast.Compare(left=left, ops=[ast.In() | ast.NotIn() as op], comparators=[right]):
                return self._one_of(self.part(left), right, isinstance(op, ast.In))
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return _compared(self.part(left), op, self.part(right))
        raise BadExpression(
            f'"{ast.unparse(node)[:60]}" is more than a condition can do.',
            'Known are names, numbers, "texts", and or not, == != < <= > >= in, + - * /.',
        )

    def _name(self, name: str) -> _Part:
        if name == "today":
            return _Part(Is.DATE, lambda facts: facts.moment.today)
        if name == "language":
            return _Part(Is.TEXT, lambda facts: facts.language, self.scope.languages)
        if name in ("true", "yes", "false", "no"):
            flag = name in ("true", "yes")
            return _Part(Is.FLAG, lambda _facts: flag)
        if name in self.scope.values:
            return _value(name, self.scope.values[name])
        if name in self.scope.unknown:
            return _Part(Is.UNKNOWN, lambda _facts: None)
        if name in self.scope.columns:
            hint = f"Write {name}.{next(iter(self.scope.columns[name]), 'column')} or the like."
            raise BadExpression(f'"{name}" is a row.', hint)
        known = [*self.scope.values, *self.scope.columns, "today", "language"]
        hint = did_you_mean(name, known) or f'A text stands in quotes: "{name}".'
        raise BadExpression(f'Nothing is saved as "{name}".', hint)

    def _inside(self, owner: str, name: str) -> _Part:
        if owner == "now":
            return _time(name)
        if owner == "open":
            if name not in self.scope.openings:
                hint = did_you_mean(name, self.scope.openings) or 'Add it under "open:".'
                raise BadExpression(f'No opening hours are called "{name}".', hint)
            return _Part(Is.FLAG, lambda facts: facts.is_open(name))
        if f"{owner}.{name}" in self.scope.values:
            return _value(f"{owner}.{name}", self.scope.values[f"{owner}.{name}"])
        columns = self.scope.columns.get(owner)
        if columns is None:
            hint = did_you_mean(owner, [*self.scope.columns, "now", "open"])
            raise BadExpression(f'Nothing is saved as "{owner}".', hint)
        if name not in columns or columns[name] is Kind.LABEL:
            plain = [each for each, kind in columns.items() if kind is not Kind.LABEL]
            hint = did_you_mean(name, plain)
            raise BadExpression(f'"{owner}" has no column "{name}" to compare.', hint)
        kinds = {Kind.NUMBER: ValueKind.NUMBER, Kind.DATE: ValueKind.DATE}
        kind = kinds.get(columns[name], ValueKind.TEXT)
        return _Part(_IS[kind], lambda facts: _typed(facts.cell(owner, name), kind))

    def _one_of(self, left: _Part, node: ast.expr, is_in: bool) -> _Part:
        if not isinstance(node, ast.List | ast.Tuple) or not node.elts:
            raise BadExpression(
                'Behind "in" stands a list.', 'Write such as: plan in ["gold", "silver"]'
            )
        tests = [_compared(left, ast.Eq(), self.part(each)).work for each in node.elts]
        return _Part(Is.FLAG, lambda facts: is_in == any(test(facts) for test in tests))


_IS: Final[Mapping[ValueKind, Is]] = {
    ValueKind.TEXT: Is.TEXT,
    ValueKind.NUMBER: Is.NUMBER,
    ValueKind.MONEY: Is.NUMBER,
    ValueKind.DATE: Is.DATE,
    ValueKind.YES_NO: Is.FLAG,
    ValueKind.CHOICE: Is.TEXT,
}
KIND_OF: Final[Mapping[Is, ValueKind]] = {
    Is.TEXT: ValueKind.TEXT,
    Is.NUMBER: ValueKind.NUMBER,
    Is.DATE: ValueKind.DATE,
    Is.FLAG: ValueKind.YES_NO,
}


def _value(name: str, its: ValueType) -> _Part:
    known = frozenset(its.labels) if its.kind is ValueKind.CHOICE else None
    return _Part(_IS[its.kind], lambda facts: _typed(facts.values.get(name), its.kind), known)


def _typed(kept: str | None, kind: ValueKind) -> Value:
    """What is kept in a session may be of another age of the menu: what does not fit is absent."""
    if not kept:
        return None
    match kind:
        case ValueKind.NUMBER | ValueKind.MONEY:
            return _number(kept)
        case ValueKind.DATE:
            return parse_iso(kept)
        case ValueKind.YES_NO:
            return kept == "yes"
        case ValueKind.TEXT | ValueKind.CHOICE:
            return kept


def _number(written: str) -> Decimal | None:
    try:
        number = Decimal(written)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) <= MOST_DIGITS else None


def _time(name: str) -> _Part:
    parts: Mapping[str, Callable[[Facts], int]] = {
        "hour": lambda facts: facts.moment.at.hour,
        "minute": lambda facts: facts.moment.at.minute,
        "day": lambda facts: facts.moment.at.day,
        "month": lambda facts: facts.moment.at.month,
        "year": lambda facts: facts.moment.at.year,
    }
    if name == "weekday":
        return _Part(Is.TEXT, lambda facts: facts.moment.weekday, frozenset(WEEKDAYS))
    if name not in parts:
        hint = did_you_mean(name, [*parts, "weekday"])
        raise BadExpression(f'"now" has no "{name}".', hint)
    part = parts[name]
    return _Part(Is.NUMBER, lambda facts: Decimal(part(facts)))


def _logical(parts: list[_Part], is_and: bool) -> _Part:
    """Of like parts it is one of them, as in `name or "nobody"`; of others it is yes or no."""
    works = [part.work for part in parts]
    kinds = {part.comes_to for part in parts} - {Is.UNKNOWN}
    if len(kinds) == 1 and not is_and:
        return _Part(kinds.pop(), lambda facts: _first_true(work(facts) for work in works))
    if is_and:
        return _Part(Is.FLAG, lambda facts: all(work(facts) for work in works))
    return _Part(Is.FLAG, lambda facts: any(work(facts) for work in works))


def _first_true(values: Iterator[Value]) -> Value:
    last: Value = None
    for last in values:
        if last:
            break
    return last


_ORDERS: Final[Mapping[type[ast.cmpop], Callable[..., bool]]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def _compared(left: _Part, op: ast.cmpop, right: _Part) -> _Part:
    left, right = _as_day(left, right), _as_day(right, left)
    kinds = {left.comes_to, right.comes_to} - {Is.UNKNOWN}
    if len(kinds) > 1:
        why = f"{left.comes_to} is compared with {right.comes_to}.".capitalize()
        raise BadExpression(why, "It would never be true.")
    for asked, said in ((left, right), (right, left)):
        if asked.known is not None and said.text is not None and said.text not in asked.known:
            hint = did_you_mean(said.text, asked.known)
            raise BadExpression(f'It can never be "{said.text[:40]}".', hint)
    one, other = left.work, right.work
    if isinstance(op, ast.Eq | ast.NotEq):
        is_eq = isinstance(op, ast.Eq)

        def same(facts: Facts) -> bool:
            value = one(facts)
            return is_eq == (value is not None and value == other(facts))

        return _Part(Is.FLAG, same)
    order = _ORDERS.get(type(op))
    if order is None or kinds & {Is.TEXT, Is.FLAG}:
        raise BadExpression("Only numbers and days have an order.", "Compare others with == or !=.")

    def ordered(facts: Facts) -> bool:
        low, high = one(facts), other(facts)
        return low is not None and high is not None and order(low, high)

    return _Part(Is.FLAG, ordered)


def _as_day(part: _Part, other: _Part) -> _Part:
    """A text beside a day is a day that is written out."""
    if other.comes_to is not Is.DATE or part.text is None:
        return part
    day = parse_iso(part.text)
    if day is None:
        raise BadExpression(f'"{part.text[:40]}" is not a day.', "Write such as 2026-08-15.")
    return _Part(Is.DATE, lambda _facts: day)


def _arithmetic(left: _Part, op: ast.operator, right: _Part) -> _Part:
    sides = (left.comes_to, right.comes_to)
    one, other = left.work, right.work
    is_plus = isinstance(op, ast.Add)
    if Is.DATE in sides and isinstance(op, ast.Add | ast.Sub):
        if sides[0] is not Is.DATE or (is_plus and sides[1] is Is.DATE):
            raise BadExpression("Such a sum has no meaning.", "Write such as: today + 30")
        if sides[1] is Is.DATE:
            return _Part(Is.NUMBER, lambda facts: _days_between(one(facts), other(facts)))
        sign = 1 if is_plus else -1
        return _Part(Is.DATE, lambda facts: _days_on(one(facts), other(facts), sign))
    if not set(sides) <= {Is.NUMBER, Is.UNKNOWN}:
        wrong = next(side for side in sides if side not in (Is.NUMBER, Is.UNKNOWN))
        raise BadExpression(f"One cannot reckon with {wrong}.", "Only with numbers and days.")
    if isinstance(op, ast.Add):
        return _Part(Is.NUMBER, lambda facts: _kept(_zero(one(facts)) + _zero(other(facts))))
    if isinstance(op, ast.Sub):
        return _Part(Is.NUMBER, lambda facts: _kept(_zero(one(facts)) - _zero(other(facts))))
    if isinstance(op, ast.Mult):
        return _Part(Is.NUMBER, lambda facts: _kept(_zero(one(facts)) * _zero(other(facts))))
    if isinstance(op, ast.Div):
        return _Part(Is.NUMBER, lambda facts: _shared(_zero(one(facts)), _zero(other(facts))))
    raise BadExpression("This sign is not known.", "Known are + - * /.")


def _zero(value: Value) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(0)


def _kept(number: Decimal) -> Decimal | None:
    return number if abs(number) <= MOST_DIGITS else None


def _shared(number: Decimal, by: Decimal) -> Decimal | None:
    return _kept(number / by) if by else None


def _days_between(later: Value, earlier: Value) -> Decimal | None:
    if isinstance(later, date) and isinstance(earlier, date):
        return Decimal((later - earlier).days)
    return None


def _days_on(day: Value, count: Value, sign: int) -> date | None:
    return moved(day, sign * int(_zero(count))) if isinstance(day, date) else None
