"""M826: a service gives more than a session holds, or a part under a name that every answer has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, error
from menu.service_parts import AGE, AS_OF
from menu.source import Source

RULE: Final = "M826"
MOST_CHARACTERS: Final = 600  # of three octets: a session has 4 KB, and holds other things too


def check(source: Source) -> Iterator[Diagnostic]:
    for name, declared in source.declared.items():
        total = sum(given.widest for given in declared.gives.values())
        if total > MOST_CHARACTERS:
            place = source.name_place("services", name, "gives")
            reason = f"The parts of this answer may have {total} characters together."
            hint = f"{MOST_CHARACTERS} is the most; give less, or a smaller max."
            yield error(place, RULE, reason, hint)
        for part in sorted(declared.gives.keys() & {AGE, AS_OF}):
            place = source.name_place("services", name, "gives", part)
            reason = f'Every answer has its own "{part}".'
            yield error(place, RULE, reason, "Choose another name.")
