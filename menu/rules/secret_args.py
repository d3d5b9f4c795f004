"""M411: a sensitive answer stands behind a keyword. The text that it is part of stays on the phone,
where whoever borrows it can read it, together with what it opens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, error
from menu.source import Source

RULE: Final = "M411"


def check(source: Source) -> Iterator[Diagnostic]:
    secret = {name for name, its in source.values.items() if its.is_sensitive}
    for word, keyword in source.menu.entry_points.sms.keywords.items():
        for position, name in enumerate(keyword.args):
            if name in secret:
                path = ("entry_points", "sms", "keywords", word, "args", position)
                reason = f'"{name}" is sensitive, and would be sent in one text with the rest.'
                yield error(source.value_place(*path), RULE, reason, "Leave it out: it is asked.")
