"""M905: a link or a number to call in a DLT template that is not among those that were approved, or
one on these lists that no operator approves. Since October 2024 such SMS are blocked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, did_you_mean, error
from menu.dlt_compiler import allowed_by
from menu.dlt_texts import CODE
from menu.schema import Dlt
from menu.source import Source
from telecom.dlt_template import VARIABLE
from telecom.dlt_values import CALL_BACK, LINK, bare_number, links_in, numbers_in

RULE: Final = "M905"
_DOMAIN: Final = re.compile(r"([A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}")


def check(source: Source) -> Iterator[Diagnostic]:
    dlt = source.menu.dlt
    if dlt is None:
        return
    yield from _lists(source, dlt)
    allowed = allowed_by(dlt)
    for name, its in dlt.templates.items():
        place = source.value_place("dlt", "templates", name, "text")
        # A link may go on in a variable: what counts is all of it.
        text = VARIABLE.sub(CODE, its.text)
        for link in links_in(text):
            if not allowed.has_link(link):
                shown = link.replace(CODE, "...")
                hint = did_you_mean(shown, dlt.links) or "Have it approved, and list it there."
                yield error(place, RULE, f'"{shown}" is not under dlt.links.', hint)
        for number in numbers_in(VARIABLE.sub("\n", its.text)):
            if not allowed.has_number(number):
                hint = "Have it approved, and list it there."
                yield error(place, RULE, f'"{number}" is not under dlt.numbers.', hint)


def _lists(source: Source, dlt: Dlt) -> Iterator[Diagnostic]:
    for at, link in enumerate(dlt.links):
        place = source.value_place("dlt", "links", at)
        if not (LINK.fullmatch(link) or _DOMAIN.fullmatch(link)):
            hint = "Such as https://web.umang.gov.in or umang.gov.in"
            yield error(place, RULE, f'"{link[:50]}" is neither a link nor a domain.', hint)
        elif "?" in link[:-1]:
            hint = 'End it with "?": what follows is the part that changes.'
            yield error(place, RULE, "Operators approve a link up to its question mark.", hint)
    for at, number in enumerate(dlt.numbers):
        if not CALL_BACK.fullmatch(bare_number(number)):
            place = source.value_place("dlt", "numbers", at)
            hint = "Short codes such as 1930 have no list: they are fixed words of a template."
            reason = f'"{number[:50]}" is no mobile, landline or toll-free number of India.'
            yield error(place, RULE, reason, hint)
    if dlt.short_address and not allowed_by(dlt).has_link(dlt.short_address + CODE):
        place = source.value_place("dlt", "short_address")
        hint = f"Have it approved, and list it there: {dlt.short_address}*"
        yield error(place, RULE, f'"{dlt.short_address}" is not under dlt.links.', hint)
