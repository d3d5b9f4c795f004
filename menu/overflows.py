"""By how much a text is too long, which character made its room so little, and what would make it
fit. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from telecom.encoding import Encoding, Limit, encoding_of
from telecom.text import graphemes_of, plain_text


def excess_of(page: str, limit: Limit) -> str:
    """ "5 UCS-2 units too long (75; 70 is the most). Without ..."; a page that is too long."""
    overflow, most = limit.overflow(page), limit.room_for(page)
    foreign = find_foreign(page)
    unit = "UCS-2 units" if foreign else "septets"
    cause = ""
    if foreign:
        name = unicodedata.name(foreign, "no name").lower()
        cause = f' Without "{foreign}" ({name}) and its like there is room for {limit.septets}.'
    return f"{overflow} {unit} too long ({most + overflow}; {most} is the most).{cause}"


def cure_of(text: str, page_of: Callable[[str], str], limit: Limit) -> str:
    """What to do about a text on a page that is too long: the least that helps."""
    plain = plain_text(text)
    if plain != text and limit.fits(page_of(plain)):
        odd = next(char for char in text if plain_text(char) != char)
        return f'It fits with "{plain_text(odd)}" for "{odd}".'
    letters = graphemes_of(text)
    for count in range(1, len(letters)):
        if limit.fits(page_of("".join(letters[:-count]).rstrip())):
            return f"It fits with {count} letter{'s' if count > 1 else ''} less."
    return "Shorten it, and what stands beside it."


def find_foreign(text: str) -> str | None:
    """The first character that GSM-7 does not have."""
    return next((char for char in text if encoding_of(char) is not Encoding.GSM7), None)
