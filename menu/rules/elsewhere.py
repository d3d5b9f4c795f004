"""M406: `elsewhere` sends callers of a country to another link, and something is wrong with that:
the code is no country, a country is sent to two links, or on to a third one or back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from phonenumbers import SUPPORTED_REGIONS

from menu.diagnostics import Diagnostic, error
from menu.source import Source

RULE: Final = "M406"
_CODES: Final = "Use two-letter country codes (ISO 3166), such as US, AE; the United Kingdom is GB."


def check(source: Source) -> Iterator[Diagnostic]:
    links = source.menu.links
    for name, link in links.items():
        seen: dict[str, str] = {}
        for other, countries in link.elsewhere.items():
            for position, country in enumerate(countries):
                place = source.value_place("links", name, "elsewhere", other, position)
                first = seen.setdefault(country, other)
                if country not in SUPPORTED_REGIONS:
                    yield error(place, RULE, f'"{country}" is not a country.', _CODES)
                elif first != other or country in countries[:position]:
                    reason = f'{country} already has the link "{first}".'
                    yield error(place, RULE, reason, "Remove one of them.")
                elif other == name or country in _countries_of(source, other):
                    reason = f'{country} is sent on from "{other}" once more.'
                    hint = "Name the last link of the chain here, and only it."
                    yield error(place, RULE, reason, hint)


def _countries_of(source: Source, name: str) -> frozenset[str]:
    """The countries that a link gives to others; an unknown link is another rule's business."""
    link = source.menu.links.get(name)
    given = link.elsewhere.values() if link else ()
    return frozenset(country for countries in given for country in countries)
