"""M401: a USSD service code that no phone could dial. A code is `*`, groups of digits with `*`
between them, and `#`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, error
from menu.source import Source

RULE: Final = "M401"
_CODE: Final = re.compile(r"[*#][0-9]{1,12}(\*[0-9]{1,12}){0,4}#", re.ASCII)


def check(source: Source) -> Iterator[Diagnostic]:
    for code in source.menu.entry_points.ussd:
        if not _CODE.fullmatch(code):
            place = source.name_place("entry_points", "ussd", code)
            hint = 'Write it as it is dialled and in quotes, such as "*384*97183#".'
            yield error(place, RULE, f'"{code}" is not a service code.', hint)
