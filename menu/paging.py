"""Cuts a screen into pages that fit a phone. Pure.

A page holds as many whole lines as there is room for; what leads on and back is counted in. Lines
are counted in the encoding of their page: one of plain Latin letters has the room of GSM-7.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from telecom.encoding import Encoding, Limit, encoding_of, size_of
from telecom.split import fit, split

KEPT_SCREENS: Final = 4_096  # cut once, shown to everybody after; about 1 KB each


class Footers(NamedTuple):
    """The last line of each page: of the only one, or of the first, the middle and the last."""

    only: str = ""
    first: str = ""
    middle: str = ""
    last: str = ""


@lru_cache(maxsize=KEPT_SCREENS)
def pages_of(head: str, lines: tuple[str, ...], footers: Footers, limit: Limit) -> tuple[str, ...]:
    """At least one page. `lines` are the choices; one that is too long for a page is cut short."""
    whole = _joined([head, *lines], footers.only)
    if limit.fits(whole):
        return (whole,)
    narrow = min(footers, key=lambda footer: _room(footer, limit))
    waiting = _parts_of(head, narrow, limit) + [_short(line, narrow, limit) for line in lines]
    pages: list[str] = []
    while True:
        last = _joined(waiting, footers.last)
        if pages and (len(waiting) <= 1 or limit.fits(last)):
            return (*pages, last)
        footer = footers.middle if pages else footers.first
        count = _count(waiting, footer, limit)
        pages.append(_joined(waiting[:count], footer))
        del waiting[:count]


def _count(waiting: Sequence[str], footer: str, limit: Limit) -> int:
    """How many of the waiting lines this page takes: one at least, and one is left to come."""
    count = 1
    while count < len(waiting) - 1 and limit.fits(_joined(waiting[: count + 1], footer)):
        count += 1
    return count


def _parts_of(head: str, footer: str, limit: Limit) -> list[str]:
    if not head or limit.fits(_joined([head], footer)):
        return [head] if head else []
    return split(head, _limit_beside(footer, limit))


def _short(line: str, footer: str, limit: Limit) -> str:
    return line if limit.fits(_joined([line], footer)) else fit(line, _limit_beside(footer, limit))


def _limit_beside(footer: str, limit: Limit) -> Limit:
    """What a text may have beside this footer, whichever of them makes the page UCS-2."""
    if encoding_of(footer) is Encoding.UCS2:
        room = max(2, _room(footer, limit))
        return Limit(septets=room, ucs2=room)
    septets = limit.septets - size_of(footer).units - 1 if footer else limit.septets
    ucs2 = limit.ucs2 - len(footer) - 1 if footer else limit.ucs2
    return Limit(septets=max(2, septets), ucs2=max(2, ucs2))


def _room(footer: str, limit: Limit) -> int:
    """Units of UCS-2 that are left beside a footer and its line end."""
    return limit.ucs2 - len(footer.encode("utf-16-be", "surrogatepass")) // 2 - bool(footer)


def _joined(lines: Sequence[str], footer: str) -> str:
    return "\n".join([*filter(None, lines), *([footer] if footer else [])])
