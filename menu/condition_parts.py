"""What a condition is made of: comparisons, sums, and, or. Each part knows what it comes to, so
that what does not fit together is refused when a menu is loaded."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Final

from menu.conditions import Facts, Value, Work
from menu.date_limits import moved, parse_iso
from menu.diagnostics import did_you_mean

MOST_DIGITS: Final = Decimal(10) ** 15


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


@dataclass(frozen=True, slots=True)
class Part:
    """`known`: the only values that it can have, where that is sure. `text`: a literal."""

    comes_to: Is
    work: Work
    known: frozenset[str] | None = None
    text: str | None = None


def logical(parts: list[Part], is_and: bool) -> Part:
    """Of like parts it is one of them, as in `name or "nobody"`; of others it is yes or no."""
    works = [part.work for part in parts]
    kinds = {part.comes_to for part in parts} - {Is.UNKNOWN}
    if len(kinds) == 1 and not is_and:
        return Part(kinds.pop(), lambda facts: _first_true(work(facts) for work in works))
    if is_and:
        return Part(Is.FLAG, lambda facts: all(work(facts) for work in works))
    return Part(Is.FLAG, lambda facts: any(work(facts) for work in works))


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


def compared(left: Part, op: ast.cmpop, right: Part) -> Part:
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

        return Part(Is.FLAG, same)
    order = _ORDERS.get(type(op))
    if order is None or kinds & {Is.TEXT, Is.FLAG}:
        raise BadExpression("Only numbers and days have an order.", "Compare others with == or !=.")

    def ordered(facts: Facts) -> bool:
        low, high = one(facts), other(facts)
        return low is not None and high is not None and order(low, high)

    return Part(Is.FLAG, ordered)


def _as_day(part: Part, other: Part) -> Part:
    """A text beside a day is a day that is written out."""
    if other.comes_to is not Is.DATE or part.text is None:
        return part
    day = parse_iso(part.text)
    if day is None:
        raise BadExpression(f'"{part.text[:40]}" is not a day.', "Write such as 2026-08-15.")
    return Part(Is.DATE, lambda _facts: day)


def arithmetic(left: Part, op: ast.operator, right: Part) -> Part:
    sides = (left.comes_to, right.comes_to)
    one, other = left.work, right.work
    is_plus = isinstance(op, ast.Add)
    if Is.DATE in sides and isinstance(op, ast.Add | ast.Sub):
        if sides[0] is not Is.DATE or (is_plus and sides[1] is Is.DATE):
            raise BadExpression("Such a sum has no meaning.", "Write such as: today + 30")
        if sides[1] not in (Is.DATE, Is.NUMBER, Is.UNKNOWN):
            raise BadExpression(f"One cannot reckon with {sides[1]}.", "Write such as: today + 30")
        if sides[1] is Is.DATE:
            return Part(Is.NUMBER, lambda facts: _days_between(one(facts), other(facts)))
        sign = 1 if is_plus else -1
        return Part(Is.DATE, lambda facts: _days_on(one(facts), other(facts), sign))
    if not set(sides) <= {Is.NUMBER, Is.UNKNOWN}:
        wrong = next(side for side in sides if side not in (Is.NUMBER, Is.UNKNOWN))
        raise BadExpression(f"One cannot reckon with {wrong}.", "Only with numbers and days.")
    if isinstance(op, ast.Add):
        return Part(Is.NUMBER, lambda facts: _kept(_zero(one(facts)) + _zero(other(facts))))
    if isinstance(op, ast.Sub):
        return Part(Is.NUMBER, lambda facts: _kept(_zero(one(facts)) - _zero(other(facts))))
    if isinstance(op, ast.Mult):
        return Part(Is.NUMBER, lambda facts: _kept(_zero(one(facts)) * _zero(other(facts))))
    if isinstance(op, ast.Div):
        return Part(Is.NUMBER, lambda facts: _shared(_zero(one(facts)), _zero(other(facts))))
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


def find_number(written: str) -> Decimal | None:
    try:
        number = Decimal(written)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) <= MOST_DIGITS else None
