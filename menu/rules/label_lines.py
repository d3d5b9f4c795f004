"""M205: the label of an option has several lines. On the phone the second line would look like
an option without a number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, error
from menu.source import Source
from menu.texts import written

RULE: Final = "M205"


def check(source: Source) -> Iterator[Diagnostic]:
    labels = [(path, texts) for path, texts in source.texts() if path[-1] == "label"]
    for path, texts in labels:
        for suffix, text in written(texts):
            if "\n" in text:
                place = source.value_place(*path, *suffix)
                yield error(place, RULE, "A label has only one line.", "Write it in one line.")
