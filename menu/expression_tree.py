"""Text to a tree, one thread at a time: Python 3.11 counts the depth of all threads' trees in one
place, and fails with SystemError where two are made at once."""

from __future__ import annotations

import ast
import threading
import warnings
from typing import Final

_ONE_AT_A_TIME: Final = threading.Lock()


def tree_of(text: str) -> ast.Expression:
    """Raises SyntaxError, ValueError, RecursionError, MemoryError."""
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text.strip(), mode="eval")
