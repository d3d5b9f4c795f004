"""What an error says of the limit that an answer breaks: "The most is {limit}." Pure."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

from menu.answer_forms import Wrong
from menu.known import plain_day
from menu.language import Language
from menu.program import Program

LIMIT: Final = "{limit}"


def tell(program: Program, text: str, wrong: Wrong, language: Language) -> str:
    """Days as they are typed, numbers as the language writes them."""
    if LIMIT not in text or wrong.limit is None:
        return text
    return text.replace(LIMIT, _shown(program, wrong.limit, language))


def _shown(program: Program, limit: Decimal | date | int, language: Language) -> str:
    if isinstance(limit, date):
        return plain_day(limit)
    return program.formats[language].number(Decimal(limit))
