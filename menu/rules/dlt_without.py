"""M909 (warning): a text that goes by SMS names no DLT template of its language. With templates in
the menu, a text that is none of them is not sent to numbers of India: it would be refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, warning
from menu.dlt_naming import candidates
from menu.dlt_texts import sms_texts
from menu.source import Source

RULE: Final = "M909"


def check(source: Source) -> Iterator[Diagnostic]:
    known = source.menu.dlt.templates if source.menu.dlt else {}
    told = set()
    for text in sms_texts(source):
        # Names that are unknown were told of by M901.
        if candidates(source, text) or any(name not in known for name in text.names):
            continue
        language = f' in "{text.language}"' if text.language else ""
        if (text.what, language) not in told:
            told.add((text.what, language))
            place = source.value_place(*text.path)
            reason = f"An SMS of {text.what}{language} has no DLT template: India would refuse it."
            key = "dlt" if text.names_at[0] != "dlt" else ".".join(map(str, text.names_at))
            hint = f'Register it, and name it with "{key}:".'
            yield warning(place, RULE, reason, hint)
