"""M810 (warning): a menu of another country than India asks what time it is, and does not say on
whose clocks: it would be India's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, warning
from menu.question_schema import AskDate
from menu.source import Source

RULE: Final = "M810"
_CLOCK: Final = re.compile(r"\b(now|today|open)\b")


def check(source: Source) -> Iterator[Diagnostic]:
    menu = source.menu
    if menu.country == "IN" or "timezone" in menu.model_fields_set:
        return
    lines = [text for _, text in source.conditions()]
    lines += [text for _, _, text in source.set_lines()]
    asks_days = any(isinstance(ask, AskDate) for _, ask in source.asks())
    if asks_days or any(map(_CLOCK.search, lines)):
        reason = "Days and hours are those of India, unless you say otherwise."
        hint = 'Add a line such as "timezone: Africa/Nairobi".'
        yield warning(source.value_place("country"), RULE, reason, hint)
