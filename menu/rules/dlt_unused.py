"""M908 (warning): a DLT template that no text names. It costs nothing, but perhaps a text lacks it,
and a header that nobody uses for 30 days is suspended."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, warning
from menu.dlt_texts import named_templates
from menu.source import Source

RULE: Final = "M908"


def check(source: Source) -> Iterator[Diagnostic]:
    dlt = source.menu.dlt
    named = {name for _, name in named_templates(source)}
    for name, its in dlt.templates.items() if dlt else ():
        place = source.name_place("dlt", "templates", name)
        if name not in named:
            hint = "What waits to be sent with it still needs it for a day."
            yield warning(place, RULE, f'No text names the DLT template "{name}".', hint)
        elif its.language not in source.displayed:
            reason = f'The menu has no texts in "{its.language}", the language of this template.'
            yield warning(place, RULE, reason, "Correct it, or remove the template.")
