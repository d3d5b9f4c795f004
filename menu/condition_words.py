"""The names that a condition, or a line under `set`, looks at. Pure."""

from __future__ import annotations

import ast

from menu.condition_reader import MOST_WRITTEN
from menu.expression_tree import tree_of


def words_of(text: str) -> frozenset[str]:
    """ "plan" and "crop.kind" of `plan == "gold" and crop.kind == "rabi"`; none of what cannot be
    read, which another rule tells."""
    if len(text) > MOST_WRITTEN:
        return frozenset()
    try:
        tree = tree_of(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    dotted = {
        f"{node.value.id}.{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }
    owners = {name.partition(".")[0] for name in dotted}
    plain = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return frozenset(dotted | (plain - owners))
