"""A text that is registered with India's DLT: fixed words, and variables between them. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from telecom.dlt_values import Tag

VARIABLE: Final = re.compile(r"\{#(" + "|".join(Tag) + r")#\}")


class Category(StrEnum):
    """`service-explicit` was abolished in 2025: what was registered so is promotional."""

    TRANSACTIONAL = "transactional"
    SERVICE_IMPLICIT = "service-implicit"
    SERVICE_EXPLICIT = "service-explicit"
    PROMOTIONAL = "promotional"
    GOVERNMENT = "government"

    @property
    def is_promotional(self) -> bool:
        return self in (Category.PROMOTIONAL, Category.SERVICE_EXPLICIT)


@dataclass(frozen=True, slots=True)
class Variable:
    """`most` is how many characters its value may have; `at` where it stands in the text."""

    tag: Tag
    most: int
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DltTemplate:
    """`words` are the fixed words around the variables: one more than there are variables.

    `at` is where it stands in the menu, "menus.yaml:12:5".
    """

    name: str
    template_id: str
    header: str | None
    category: Category
    language: str
    text: str
    words: tuple[str, ...]
    variables: tuple[Variable, ...]
    at: str

    @property
    def fixed(self) -> int:
        """How many characters of it are fixed."""
        return sum(map(len, self.words))


def parts_of(
    text: str, lengths: Mapping[Tag, int], tags: Sequence[Tag] = ()
) -> tuple[tuple[str, ...], tuple[Variable, ...]]:
    """The fixed words and the variables of a registered text.

    `tags` say what the variables are, in their order, where the operator keeps that beside a text
    that only has `{#var#}`.
    """
    words, variables, end = [], [], 0
    for place, found in enumerate(VARIABLE.finditer(text)):
        words.append(text[end : found.start()])
        tag = tags[place] if place < len(tags) and found[1] == Tag.VAR else Tag(found[1])
        variables.append(Variable(tag, lengths[tag], found.start()))
        end = found.end()
    return (*words, text[end:]), tuple(variables)
