"""M303: a text is missing in the first language, the one that stands in for all others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, error
from menu.source import Source
from menu.texts import find_text

RULE: Final = "M303"


def check(source: Source) -> Iterator[Diagnostic]:
    first = source.languages[0]
    for path, texts in source.texts():
        if find_text(texts, first) is None:
            reason = f'This text is missing in "{first}", the first language of the menu.'
            yield error(source.value_place(*path), RULE, reason, f"Add a line: {first}: ...")
