"""M304: the SMS of a link has no `{link}`, or a text has a placeholder that nothing would fill: it
would be shown as it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from menu.diagnostics import Diagnostic, Place, error
from menu.document import KeyPath
from menu.limits_told import LIMIT
from menu.link_text import LINK
from menu.phrases import PLACEHOLDERS
from menu.source import Source
from menu.templates import without_blanks
from menu.texts import written

RULE: Final = "M304"
_PLACEHOLDER: Final = re.compile(r"\{[^{}\n]*\}?|\}")


def check(source: Source) -> Iterator[Diagnostic]:
    for place, text in _link_texts(source):
        if LINK not in text:
            reason = f"This text has no place for the address: {LINK} is missing."
            yield error(place, RULE, reason, f"Write {LINK} where the address shall stand.")
        yield from _unknown(place, text.replace(LINK, ""), f"Only {LINK} is known here.")
    # M702 and M703 look into these
    with_blanks = {(*path, "label") for path, _ in source.lookups()}
    with_blanks |= {path for path, _ in source.filled_texts()}
    for path, texts in (*source.texts(), *source.own_phrases()):
        if path[0] != "links":
            filled = _filled(path)
            for suffix, text in written(texts):
                place = source.value_place(*path, *suffix)
                left = _without(text, filled)
                if path in with_blanks:
                    left = without_blanks(left)
                yield from _unknown(place, left, _hint(filled))


def _filled(path: KeyPath) -> Sequence[str]:
    """What the program itself fills in."""
    if path[0] == "phrases":
        return PLACEHOLDERS.get(str(path[-1]), ())
    return (LIMIT,) if "errors" in path and path[-1] != "kind" else ()


def _link_texts(source: Source) -> Iterator[tuple[Place, str]]:
    for name, link in source.menu.links.items():
        for suffix, text in written(link.sms):
            yield source.value_place("links", name, "sms", *suffix), text
        if link.sms_unknown_language:
            place = source.value_place("links", name, "sms_unknown_language")
            yield place, link.sms_unknown_language


def _without(text: str, filled: Sequence[str]) -> str:
    for name in filled:
        text = text.replace(name, "")
    return text


def _hint(filled: Sequence[str]) -> str:
    if filled:
        return f"Only {' and '.join(filled)} is known here."
    return "Write the text without { and }."


def _unknown(place: Place, text: str, hint: str) -> Iterator[Diagnostic]:
    for found in dict.fromkeys(_PLACEHOLDER.findall(text)):
        yield error(place, RULE, f'Nothing fills "{found}".', hint)
