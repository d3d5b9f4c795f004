"""M901: a text names a DLT template that is not registered under `dlt:`. The operators would know
no template of it either."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, did_you_mean, error
from menu.dlt_texts import named_templates
from menu.source import Source

RULE: Final = "M901"


def check(source: Source) -> Iterator[Diagnostic]:
    known = source.menu.dlt.templates if source.menu.dlt else {}
    for path, name in named_templates(source):
        if name not in known:
            hint = did_you_mean(name, known) or 'Register it under "dlt:", "templates:".'
            reason = f'"{name}" is not a DLT template of this menu.'
            yield error(source.value_place(*path), RULE, reason, hint)
