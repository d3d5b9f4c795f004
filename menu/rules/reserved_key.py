"""M203: a key that the program itself needs (0 back or exit, 00 home, 98 more, 99), or that
begins with 0 and could be mistaken for one of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, error
from menu.program import RESERVED_KEYS
from menu.source import Source

RULE: Final = "M203"


def check(source: Source) -> Iterator[Diagnostic]:
    for path, key, _ in source.options():
        if key in RESERVED_KEYS or key.startswith("0"):
            reason = f'The key "{key}" is reserved.'
            hint = "0 is back, 00 is home, 98 is more; use 1 to 97."
            yield error(source.value_place(*path, "key"), RULE, reason, hint)
