"""M821: an address, query or body is filled with what the service does not take, or what it takes
is sent nowhere; the service would be asked for the wrong thing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, did_you_mean, error, warning
from menu.service_addresses import NAMED
from menu.service_parts import BLANK
from menu.service_schema import ServiceShape
from menu.source import Source

RULE: Final = "M821"


def check(source: Source) -> Iterator[Diagnostic]:
    for name, service in source.menu.services.items():
        yield from _braces(source, name, service)
        if service.url is None:
            continue
        for told in sorted(service.takes.keys() - service.used()):
            place = source.name_place("services", name, "takes", told)
            reason = f'"{told}" is told to the service "{name}" and sent nowhere.'
            yield warning(place, RULE, reason, f"Write {{{told}}} into its url, query or body.")


def _braces(source: Source, name: str, service: ServiceShape) -> Iterator[Diagnostic]:
    for path, text in service.templates():
        place = source.value_place("services", name, *path)
        for blank in BLANK.findall(text):
            if blank not in service.takes:
                hint = did_you_mean(blank, service.takes) or f'Add it under "takes": {blank}: text'
                yield error(place, RULE, f'The service takes no "{blank}".', hint)
            elif path == ("url",) and service.takes[blank].optional:
                reason = f'The address needs "{blank}", which may be left out.'
                yield error(place, RULE, reason, "Remove optional, or put it under query.")
        if path == ("url",):
            text = NAMED.sub("", text)
        if "{" in BLANK.sub("", text):
            hint = 'A blank is a name in braces, such as "{crop}".'
            yield error(place, RULE, "This brace begins no blank.", hint)
