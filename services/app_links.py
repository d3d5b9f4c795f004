"""App links: the SMS that carries one.

A code is made per message and cannot be guessed; it names a catalogue entry, never an address, so
it can send nobody anywhere but where the menu says.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from menu import link_text
from menu.effects import SendLink
from menu.program import Program
from telecom.msisdn import Msisdn

# No 0 O 1 I l: a code is read aloud and typed on keypads. 55 signs, 11 of them: 63 bits.
ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
CODE_LENGTH: Final = 11
CODE: Final = re.compile(f"[{ALPHABET}]{{{CODE_LENGTH}}}")


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSms:
    """An app link, ready to be stored and sent."""

    code: str
    link: str
    country: str | None
    text: str
    language: str | None = None


def new_code() -> str:
    """Every code is as likely as any other: one draw, read as a number of base 55."""
    drawn = secrets.randbelow(len(ALPHABET) ** CODE_LENGTH)
    signs = []
    for _ in range(CODE_LENGTH):
        drawn, sign = divmod(drawn, len(ALPHABET))
        signs.append(ALPHABET[sign])
    return "".join(signs)


class AppLinks:
    """`public_url` has no slash at its end."""

    def __init__(self, public_url: str, make_code: Callable[[], str] = new_code) -> None:
        self._public_url = public_url
        self._make_code = make_code

    def write(self, program: Program, effect: SendLink, msisdn: Msisdn) -> LinkSms:
        """The SMS for this caller: the entry of his country, in his language if it is known."""
        code = self._make_code()
        address = f"{self._public_url}/l/{code}"
        written = link_text.write(program, effect, msisdn.region, address)
        return LinkSms(
            code=code,
            link=written.link,
            country=msisdn.region,
            text=written.text,
            language=effect.language,
        )
