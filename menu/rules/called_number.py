"""M404: a missed-call number that is not in international form (E.164): gateways report it so,
and no call would match it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, error
from menu.source import Source

RULE: Final = "M404"
_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)


def check(source: Source) -> Iterator[Diagnostic]:
    for called in source.menu.entry_points.missed_call:
        if not _E164.fullmatch(called):
            place = source.name_place("entry_points", "missed_call", called)
            reason = f'"{called}" is not a number in international form.'
            hint = 'Write + and the country code, without spaces: "+919718397183".'
            yield error(place, RULE, reason, hint)
