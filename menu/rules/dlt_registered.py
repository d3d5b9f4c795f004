"""M910: a registered text that cannot be one: operators take no double spaces, no "<" and ">", want
the brand in every text and a way to opt out in promotion (a warning); and no id stands for two."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, Place, error, warning
from menu.source import Source

RULE: Final = "M910"


def check(source: Source) -> Iterator[Diagnostic]:
    dlt = source.menu.dlt
    if dlt is None:
        return
    first: dict[str, str] = {}
    for name, its in dlt.templates.items():
        place = source.value_place("dlt", "templates", name, "text")
        yield from _signs(place, its.text)
        if dlt.brand and dlt.brand not in its.text:
            hint = "Operators refuse a template without it."
            yield error(place, RULE, f'The brand "{dlt.brand}" is not in this text.', hint)
        if its.category.is_promotional and "stop" not in its.text.lower():
            hint = 'Such as "Opt out: STOP".'
            yield warning(place, RULE, "Promotion must tell how to opt out.", hint)
        if its.id in first:
            place = source.value_place("dlt", "templates", name, "id")
            reason = f'The template "{first[its.id]}" has this id already.'
            yield error(place, RULE, reason, "Compare both with the DLT portal.")
        first.setdefault(its.id, name)


def _signs(place: Place, text: str) -> Iterator[Diagnostic]:
    if "  " in text:
        yield error(place, RULE, "Two spaces stand side by side.", "Operators take one.")
    for sign in "<>":
        if sign in text:
            yield error(place, RULE, f'"{sign}" cannot stand in a template.', "Use a word.")
