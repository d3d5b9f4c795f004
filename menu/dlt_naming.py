"""Which of the DLT templates that a text names may be its own: those of its language. Pure."""

from __future__ import annotations

from menu.dlt_compiler import compile_template
from menu.dlt_texts import SmsText, is_of
from menu.source import Source
from telecom.dlt_template import DltTemplate


def candidates(source: Source, text: SmsText) -> list[DltTemplate]:
    dlt = source.menu.dlt
    if dlt is None:
        return []
    return [
        compile_template(source, dlt, name)
        for name in dict.fromkeys(text.names)
        if name in dlt.templates and is_of(dlt.templates[name], text.language)
    ]
