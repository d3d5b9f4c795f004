"""M906 (warning): a DLT template of promotion for what people asked for. It would only go out from
10 to 21 h, and not to those who want no promotion; "service-explicit" became promotion in 2025."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, warning
from menu.dlt_texts import named_templates
from menu.source import Source
from telecom.dlt_template import Category

RULE: Final = "M906"
_HINT: Final = "Answers come at any hour: register it as service-implicit."


def check(source: Source) -> Iterator[Diagnostic]:
    dlt = source.menu.dlt
    if dlt is None:
        return
    named = {name for _, name in named_templates(source)}
    for name, its in dlt.templates.items():
        if its.category.is_promotional and name in named:
            place = source.value_place("dlt", "templates", name, "category")
            reason = "Promotion is carried from 10:00 to 21:00 IST only, and not to everybody."
            if its.category is Category.SERVICE_EXPLICIT:
                reason = f'"service-explicit" was abolished: it is promotion. {reason}'
            yield warning(place, RULE, reason, _HINT)
