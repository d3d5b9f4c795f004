"""M902: a text that is not the DLT template it names. Operators compare the fixed words character
for character, and refuse what has a space, a full stop or a quote that the template has not."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, error
from menu.dlt_naming import candidates
from menu.dlt_texts import SmsText, sms_texts
from menu.source import Source
from telecom.dlt_book import likeness
from telecom.dlt_match import Difference, difference, values_in
from telecom.dlt_template import DltTemplate

RULE: Final = "M902"


def check(source: Source) -> Iterator[Diagnostic]:
    told = set()
    for text in sms_texts(source):
        named = candidates(source, text)
        if not named or any(values_in(each, text.text) is not None for each in named):
            continue
        template = max(named, key=lambda each: likeness(each, text.text))
        where = difference(template, text.text)
        if where is None:
            continue
        diagnostic = error(
            source.value_place(*text.path),
            RULE,
            _reason(text, template, where),
            f"Both must be the same, character for character; the template is in {template.at}.",
        )
        if diagnostic not in told:
            told.add(diagnostic)
            yield diagnostic


def _reason(text: SmsText, template: DltTemplate, where: Difference) -> str:
    before = text.as_written(text.text[: where.at])
    here, there = _said(text.as_written(where.here)), _said(where.there)
    tail = before[-12:].replace("\n", " ")
    after = f', after "{tail}"' if tail else ""
    return (
        f'This text is not the DLT template "{template.name}": character {len(before) + 1}{after},'
        f" is {here} here, and {there} in the template."
    )


def _said(char: str) -> str:
    """A character as one can tell it from those that look like it."""
    if not char:
        return "the end"
    if len(char) > 1:
        return char if char.startswith(("{", "a value")) else f'"{char}"'
    if char == "\n":
        return "a line end"
    if char == " ":
        return "a space"
    if char.isascii():
        return f'"{char}"'
    return f'"{char}" ({unicodedata.name(char, "no name").lower()})'
