"""The shape of `dlt:`: what is registered with India's DLT, so that texts can be held to it."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic import WithJsonSchema as InEditors

from menu.diagnostics import did_you_mean
from menu.question_scalars import Length, Tries
from menu.shapes import LanguageCode, Name, Shape, matching, wrong
from menu.text_schema import Text
from telecom.dlt_match import MOST_CHARACTERS
from telecom.dlt_template import Category
from telecom.dlt_values import Operator, Tag

_TEMPLATE_ID: Final = "[0-9]{12,19}"
_ENTITY_ID: Final = "[0-9]{19}"
_SHORT_ADDRESS: Final = r"https?://[^\s{}]+/"
MOST_NAMED: Final = 60


def _one_of(kind: type[StrEnum], what: str) -> BeforeValidator:
    words = [each.value for each in kind]

    def judge(value: object) -> object:
        if isinstance(value, str) and value not in words:
            raise wrong(f'"{value[:50]}" is not {what}.', did_you_mean(value, words))
        return value

    return BeforeValidator(judge)


def _template_id(value: str) -> str:
    if not re.fullmatch(_TEMPLATE_ID, value):
        raise wrong(f'"{value[:50]}" is no template id.', "It has 12 to 19 digits, and no spaces.")
    return value


def _entity_id(value: str) -> str:
    if not re.fullmatch(_ENTITY_ID, value):
        raise wrong(f'"{value[:50]}" is no entity id.', "It has 19 digits, and no spaces.")
    return value


def _short_address(value: str) -> str:
    if not re.fullmatch(_SHORT_ADDRESS, value):
        hint = "Write such as https://s.example/l/"
        raise wrong(f'"{value[:50]}" is not the beginning of short addresses.', hint)
    return value


def _registered(value: str) -> str:
    if len(value) > MOST_CHARACTERS:
        raise wrong("This text is too long.", f"Operators take {MOST_CHARACTERS} characters.")
    return value


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


TemplateId = Annotated[
    str, AfterValidator(_template_id), InEditors({"type": ["string", "integer"]})
]
EntityId = Annotated[str, AfterValidator(_entity_id), InEditors({"type": ["string", "integer"]})]
AnyTag = Annotated[Tag, _one_of(Tag, "a type of variable")]
DltNames = Annotated[
    list[Name],
    Field(min_length=1, max_length=MOST_NAMED),
    BeforeValidator(_as_list, json_schema_input_type=Name | list[Name]),
]
ShortAddress = Annotated[str, AfterValidator(_short_address), InEditors(matching(_SHORT_ADDRESS))]
RegisteredText = Annotated[Text, AfterValidator(_registered), InEditors({"type": "string"})]


class DltLengths(Shape):
    """How many characters the value of a variable may have, where your operator takes others."""

    var: Length | None = None
    """Of {#var#}; 30 unless told."""
    numeric: Length | None = None
    """Of {#numeric#}; 15 unless told."""
    alphanumeric: Length | None = None
    """Of {#alphanumeric#}; 30 unless told."""
    url: Length | None = None
    """Of {#url#}; 50 unless told."""
    urlott: Length | None = None
    """Of {#urlott#}; 50 unless told."""
    cbn: Length | None = None
    """Of {#cbn#}; 15 unless told."""
    email: Length | None = None
    """Of {#email#}; 40 unless told."""


class DltTemplate(Shape):
    """A registered text."""

    id: TemplateId
    """The id that the operator gave it: 12 to 19 digits."""
    header: Text | None = None
    """The sender that it was registered with, such as UMANGX; else that of gateways.yaml."""
    category: Annotated[Category, _one_of(Category, "a category")]
    """transactional, service-implicit, service-explicit, promotional or government."""
    language: LanguageCode
    """The language that it is written in."""
    text: RegisteredText
    """The text as it is registered, with {#numeric#}, {#alphanumeric#}, {#url#}, {#urlott#},
    {#cbn#}, {#email#} or {#var#} for its variables."""
    tags: list[AnyTag] = Field(default_factory=list, max_length=20)
    """What each {#var#} is, where the operator keeps that beside the text: SmartPing, Tata."""
    variables: Tries = 2
    """As many variables as the operator approved, where he approved more than two."""


class DltPhrases(Shape):
    """The templates of the program's own words that are sent by SMS."""

    stopped: DltNames = Field(default_factory=list)
    """Of the answer to STOP."""
    started: DltNames = Field(default_factory=list)
    """Of the answer to START."""
    help: DltNames = Field(default_factory=list)
    """Of the answer to HELP."""
    language_set: DltNames = Field(default_factory=list)
    """Of the answer to LANG with a language."""
    which_language: DltNames = Field(default_factory=list)
    """Of the answer to LANG alone."""


class Dlt(Shape):
    """What is registered with India's DLT. With it, no other text is sent to a number of India."""

    entity_id: EntityId | None = None
    """The id of the Principal Entity, where gateways.yaml does not tell it: 19 digits."""
    brand: Text | None = None
    """The name that every template must hold."""
    operator: Annotated[Operator, _one_of(Operator, "an operator of DLT")] = Operator.STRICTEST
    """Whose registry it is: airtel, jio, vi, bsnl, smartping or tata. Lengths differ."""
    lengths: DltLengths = Field(default_factory=DltLengths)
    """Other lengths of variables than those of the operator."""
    links: list[Text] = Field(default_factory=list, max_length=200)
    """The links that were approved: whole ones, beginnings that end in ? or *, or domains."""
    numbers: list[Text] = Field(default_factory=list, max_length=200)
    """The numbers to call that were approved."""
    short_address: ShortAddress | None = None
    """What the short addresses of app links begin with, such as https://s.example/l/"""
    templates: dict[Name, DltTemplate] = Field(min_length=1, max_length=500)
    """The registered texts, each under a name that "dlt" of a text says."""
    phrases: DltPhrases = Field(default_factory=DltPhrases)
    """The templates of the program's own words."""
