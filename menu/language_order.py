"""Which languages are read where: only to put those on top of a list to choose from. Pure tables.

Nobody is ever taken to read one of them: a circle is where a SIM is used or was sold, and no more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, TypeVar

from menu.language import Language, base_of

# India's telecom circles, with the languages most read there. The gateway of a circle names it.
CIRCLES: Final[Mapping[str, tuple[Language, ...]]] = MappingProxyType(
    {
        "andhra_pradesh": ("te", "hi", "ur"),  # with Telangana
        "assam": ("as", "bn", "hi", "brx"),
        "bihar": ("hi", "ur", "mai", "sat"),  # with Jharkhand
        "delhi": ("hi", "pa", "ur"),
        "gujarat": ("gu", "hi"),
        "haryana": ("hi", "pa"),
        "himachal_pradesh": ("hi", "pa"),
        "jammu_kashmir": ("ur", "hi", "ks", "doi"),
        "karnataka": ("kn", "hi", "ur"),
        "kerala": ("ml",),
        "kolkata": ("bn", "hi", "ur"),
        "madhya_pradesh": ("hi",),  # with Chhattisgarh
        "maharashtra": ("mr", "hi", "kok"),  # with Goa
        "mumbai": ("mr", "hi", "gu"),
        "north_east": ("bn", "mni", "hi"),
        "odisha": ("or", "hi", "sat"),
        "punjab": ("pa", "hi"),
        "rajasthan": ("hi",),
        "tamil_nadu": ("ta",),  # with Chennai
        "uttar_pradesh_east": ("hi", "ur"),
        "uttar_pradesh_west": ("hi", "ur"),
        "west_bengal": ("bn", "hi", "ne", "sat"),  # with Sikkim, the Andamans and Nicobars
    }
)
# India is not here: in a menu of India the order is its author's.
COUNTRIES: Final[Mapping[str, tuple[Language, ...]]] = MappingProxyType(
    {
        "AE": ("ar", "en", "hi", "ml", "ur"),
        "BD": ("bn",),
        "ET": ("am",),
        "GH": ("en",),
        "KE": ("sw", "en", "so"),
        "LK": ("si", "ta"),
        "MZ": ("pt",),
        "NG": ("en", "ha", "yo", "ig"),
        "NP": ("ne", "mai"),
        "PK": ("ur", "pa", "sd"),
        "RW": ("rw", "en", "fr", "sw"),
        "SN": ("fr",),
        "TZ": ("sw", "en"),
        "UG": ("en", "lg", "sw"),
        "ZA": ("zu", "en"),
    }
)
_Line = TypeVar("_Line")


def read_there(region: str) -> tuple[Language, ...]:
    """The languages of a circle, or of a country by its two letters; none of others."""
    return CIRCLES.get(region) or COUNTRIES.get(region, ())


def nearest_first(
    lines: Sequence[_Line], languages: Sequence[Language | None], region: str
) -> list[_Line]:
    """The lines, those of the languages that are read there before those of others.

    `languages` tells of each line which it is, None of lines that are no language: those keep their
    places, and so does all else where nothing is known of the region.
    """
    order = read_there(region)

    def rank(place: int) -> int:
        base = base_of(languages[place] or "")
        return order.index(base) if base in order else len(order)

    places = [place for place, language in enumerate(languages) if language is not None]
    moved = list(lines)
    for place, line in zip(places, [lines[each] for each in sorted(places, key=rank)], strict=True):
        moved[place] = line
    return moved
