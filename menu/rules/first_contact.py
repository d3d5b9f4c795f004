"""M305 (warning): `sms_unknown_language` is the first thing that a stranger receives; it should
cost one SMS and show on every phone: one segment of GSM-7, with the short address filled in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, warning
from menu.link_text import LINK
from menu.source import Source
from telecom.encoding import Encoding, Limit, encoding_of

RULE: Final = "M305"
ADDRESS: Final = "https://bridge.example/l/".ljust(45, "x")  # as long as short addresses get
SEGMENT: Final = Limit(septets=160, ucs2=70)


def check(source: Source) -> Iterator[Diagnostic]:
    for name, link in source.menu.links.items():
        text = link.sms_unknown_language
        if not text:
            continue
        place = source.value_place("links", name, "sms_unknown_language")
        filled = text.replace(LINK, ADDRESS)
        if encoding_of(filled) is not Encoding.GSM7:
            char = next(char for char in filled if encoding_of(char) is not Encoding.GSM7)
            reason = f'"{char}" is not in GSM-7; old phones may show boxes.'
            yield warning(place, RULE, reason, "Write this text in plain Latin letters.")
        elif overflow := SEGMENT.overflow(filled):
            reason = f"With the address this text is {overflow} septets longer than one SMS."
            yield warning(place, RULE, reason, "Shorten it.")
