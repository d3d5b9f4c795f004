"""Reads a condition of one line, checks that its parts fit together, and builds what works it out.

The syntax is read by Python's own parser; of what it allows, only the nodes below are known here,
and none of them can call, loop, or reach anything but the values of the session.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from menu.condition_parts import BadExpression as BadExpression
from menu.condition_parts import Is as Is
from menu.condition_parts import Part, arithmetic, compared, find_number, logical
from menu.conditions import Condition, Expression, Facts, Value
from menu.data_schema import Kind
from menu.date_limits import parse_iso
from menu.diagnostics import did_you_mean
from menu.expression_tree import tree_of
from menu.moments import WEEKDAYS
from menu.value_types import ValueKind, ValueType

MOST_WRITTEN: Final = 200
RESERVED: Final = frozenset(
    {"now", "today", "open", "language", "true", "false", "yes", "no", "and", "or", "not", "in"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The names that expressions may use. `columns` are those of the rows saved under a name."""

    values: Mapping[str, ValueType] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()
    columns: Mapping[str, Mapping[str, Kind]] = field(default_factory=dict)
    openings: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()


def read_condition(text: str, scope: Scope) -> Condition:
    """Raises BadExpression."""
    return Condition(text, _read(text, scope).work)


def read_expression(text: str, scope: Scope) -> tuple[Expression, Is]:
    """Raises BadExpression."""
    part = _read(text, scope)
    return Expression(text, part.work), part.comes_to


def _read(text: str, scope: Scope) -> Part:
    if len(text) > MOST_WRITTEN or "\n" in text:
        raise BadExpression("This is too long.", f"One line of {MOST_WRITTEN} characters at most.")
    try:
        tree = tree_of(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        hint = 'Write such as: amount > 500 and plan == "gold"'
        raise BadExpression(f'"{text[:60]}" cannot be read.', hint) from None
    return _Reader(scope).part(tree.body)


class _Reader:
    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def part(self, node: ast.expr) -> Part:
        match node:
            case ast.Constant(value=bool() as flag):
                return Part(Is.FLAG, lambda _facts: flag)
            case ast.Constant(value=str() as text):
                return Part(Is.TEXT, lambda _facts: text, text=text)
            case ast.Constant(value=int() | float()):
                number = find_number(ast.unparse(node))
                return Part(Is.NUMBER, lambda _facts: number)
            case ast.Name(id=name):
                return self._name(name)
            case ast.Attribute(value=ast.Name(id=owner), attr=name):
                return self._inside(owner, name)
            case ast.BoolOp(op=op, values=nodes):
                return logical([self.part(each) for each in nodes], isinstance(op, ast.And))
            case ast.UnaryOp(op=ast.Not(), operand=inner):
                inside = self.part(inner).work
                return Part(Is.FLAG, lambda facts: not inside(facts))
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                zero = Part(Is.NUMBER, lambda _facts: Decimal(0))
                return arithmetic(zero, ast.Sub(), self.part(inner))
            case ast.BinOp(left=left, op=op, right=right):
                return arithmetic(self.part(left), op, self.part(right))
            case ast.Compare(left=left, ops=[ast.In() | ast.NotIn() as op], comparators=[right]):
                return self._one_of(self.part(left), right, isinstance(op, ast.In))
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return compared(self.part(left), op, self.part(right))
        raise BadExpression(
            f'"{ast.unparse(node)[:60]}" is more than a condition can do.',
            'Known are names, numbers, "texts", and or not, == != < <= > >= in, + - * /.',
        )

    def _name(self, name: str) -> Part:
        if name == "today":
            return Part(Is.DATE, lambda facts: facts.moment.today)
        if name == "language":
            return Part(Is.TEXT, lambda facts: facts.language, self.scope.languages)
        if name in ("true", "yes", "false", "no"):
            flag = name in ("true", "yes")
            return Part(Is.FLAG, lambda _facts: flag)
        if name in self.scope.values:
            return _value(name, self.scope.values[name])
        if name in self.scope.unknown:
            return Part(Is.UNKNOWN, lambda _facts: None)
        if name in self.scope.columns:
            hint = f"Write {name}.{next(iter(self.scope.columns[name]), 'column')} or the like."
            raise BadExpression(f'"{name}" is a row.', hint)
        known = [*self.scope.values, *self.scope.columns, "today", "language"]
        hint = did_you_mean(name, known) or f'A text stands in quotes: "{name}".'
        raise BadExpression(f'Nothing is saved as "{name}".', hint)

    def _inside(self, owner: str, name: str) -> Part:
        if owner == "now":
            return _time(name)
        if owner == "open":
            if name not in self.scope.openings:
                hint = did_you_mean(name, self.scope.openings) or 'Add it under "open:".'
                raise BadExpression(f'No opening hours are called "{name}".', hint)
            return Part(Is.FLAG, lambda facts: facts.is_open(name))
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
        return Part(_IS[kind], lambda facts: _typed(facts.cell(owner, name), kind))

    def _one_of(self, left: Part, node: ast.expr, is_in: bool) -> Part:
        if not isinstance(node, ast.List | ast.Tuple) or not node.elts:
            raise BadExpression(
                'Behind "in" stands a list.', 'Write such as: plan in ["gold", "silver"]'
            )
        tests = [compared(left, ast.Eq(), self.part(each)).work for each in node.elts]
        return Part(Is.FLAG, lambda facts: is_in == any(test(facts) for test in tests))


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


def _value(name: str, its: ValueType) -> Part:
    known = frozenset(its.labels) if its.kind is ValueKind.CHOICE else None
    return Part(_IS[its.kind], lambda facts: _typed(facts.values.get(name), its.kind), known)


def _typed(kept: str | None, kind: ValueKind) -> Value:
    """What is kept in a session may be of another age of the menu: what does not fit is absent."""
    if not kept:
        return None
    match kind:
        case ValueKind.NUMBER | ValueKind.MONEY:
            return find_number(kept)
        case ValueKind.DATE:
            return parse_iso(kept)
        case ValueKind.YES_NO:
            return kept == "yes"
        case ValueKind.TEXT | ValueKind.CHOICE:
            return kept


def _time(name: str) -> Part:
    parts: Mapping[str, Callable[[Facts], int]] = {
        "hour": lambda facts: facts.moment.at.hour,
        "minute": lambda facts: facts.moment.at.minute,
        "day": lambda facts: facts.moment.at.day,
        "month": lambda facts: facts.moment.at.month,
        "year": lambda facts: facts.moment.at.year,
    }
    if name == "weekday":
        return Part(Is.TEXT, lambda facts: facts.moment.weekday, frozenset(WEEKDAYS))
    if name not in parts:
        hint = did_you_mean(name, [*parts, "weekday"])
        raise BadExpression(f'"now" has no "{name}".', hint)
    part = parts[name]
    return Part(Is.NUMBER, lambda facts: Decimal(part(facts)))
