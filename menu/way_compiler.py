"""`go:`, `when:` and `set:` as an author wrote them become what the engine asks."""

from __future__ import annotations

from collections.abc import Mapping

from menu.condition_reader import BadExpression, read_condition, read_expression
from menu.conditions import Condition, Expression, Facts
from menu.source import Source
from menu.way_schema import Branch, OneWay, SubMenu
from menu.way_schema import Go as WrittenGo
from menu.ways import Go, Target, Way


def compile_go(source: Source, go: WrittenGo) -> Go:
    if isinstance(go, str):
        return go
    if not isinstance(go, list):
        return Way(_target(go))
    branches = tuple(
        (compile_condition(source, item.when), _target(item.go))
        for item in go
        if isinstance(item, Branch)
    )
    last = go[-1]
    return Way(_target(last.go if isinstance(last, Branch) else last), branches)


def compile_condition(source: Source, text: str) -> Condition:
    """One that is wrong holds never: only menus of another age, which were not checked, have it."""
    try:
        return read_condition(text, source.scope)
    except BadExpression:
        return Condition(text, _nothing)


def compile_sets(source: Source, lines: Mapping[str, str]) -> tuple[tuple[str, Expression], ...]:
    return tuple((name, _expression(source, text)) for name, text in lines.items())


def _expression(source: Source, text: str) -> Expression:
    try:
        expression, _ = read_expression(text, source.scope)
    except BadExpression:
        return Expression(text, _nothing)
    return expression


def _target(way: OneWay) -> Target:
    if isinstance(way, SubMenu):
        return Target(way.screen or "", then=way.then or "")
    return Target(way)


def _nothing(facts: Facts) -> None:  # noqa: ARG001 - as all of them
    return None
