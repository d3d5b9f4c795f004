"""Texts, keys and flags as authors write them: what the shapes of menus.yaml are made of."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, WithJsonSchema

from menu.formats import PLURAL_FORMS
from menu.shapes import NAME, LanguageCode, Shape, fits, wrong

ONE_TEXT: Final = "<one text>"
BY_LANGUAGE: Final = "<by language>"
COUNTED: Final = "<counted>"


def _text(value: str) -> str:
    """Without the line end that block texts have, in the one spelling that is counted and sent."""
    text = unicodedata.normalize("NFC", value.strip())
    if not text:
        raise wrong("A text is missing here.", "Write it, or remove the line.")
    return text


def _yes(value: object) -> object:
    if value != "true":
        raise wrong("Only true can stand here.", "Write true, or remove the step.")
    return True


def _text_kind(value: object) -> str:
    return BY_LANGUAGE if isinstance(value, dict) else ONE_TEXT


_PLAIN: Final = {"type": "string", "minLength": 1}
Text = Annotated[str, AfterValidator(_text), WithJsonSchema(_PLAIN)]
_DIGITS: Final = WithJsonSchema({"type": ["string", "integer"]})
_KEY_HINT: Final = 'A key is one or two digits, such as "3".'
_KEYS_HINT: Final = 'Press digits, * and #, such as "1"; other words are for "type".'
Key = Annotated[str, fits(r"[0-9]{1,2}", "is not a key.", _KEY_HINT), _DIGITS]
Keys = Annotated[str, fits(r"[0-9*#]+", "cannot be pressed.", _KEYS_HINT), _DIGITS]
Yes = Annotated[Literal[True], BeforeValidator(_yes)]
Texts = Annotated[
    Annotated[Text, Tag(ONE_TEXT)]
    | Annotated[dict[LanguageCode, Text], Field(min_length=1), Tag(BY_LANGUAGE)],
    Discriminator(_text_kind),
]


def _counted_kind(value: object) -> str:
    if isinstance(value, Counted) or (isinstance(value, dict) and "other" in value):
        return COUNTED
    return _text_kind(value)


_COUNT: Final = rf"{NAME}(\.{NAME})?"


class Counted(Shape):
    """A text in the forms that it has for one thing, for two, for many."""

    count: Annotated[
        str, fits(_COUNT, "is not the name of a number.", "Write such as: count: days")
    ]
    """The name of the number that decides."""
    zero: Text | None = None
    """The form for none, where the language has one: Arabic has."""
    one: Text | None = None
    """The form for one; in some languages also for others, such as 21."""
    two: Text | None = None
    """The form for two, where the language has one."""
    few: Text | None = None
    """The form for few, where the language has one: 3 to 10 in Arabic, 2 to 4 in Russian."""
    many: Text | None = None
    """The form for many, where the language has one: 11 to 99 in Arabic."""
    other: Text
    """The form for every number that has no form of its own."""

    def forms(self) -> dict[str, str]:
        """The forms that are written, by their names."""
        return {name: text for name in PLURAL_FORMS if (text := getattr(self, name))}


_OneOrCounted = Annotated[
    Annotated[Text, Tag(ONE_TEXT)] | Annotated[Counted, Tag(COUNTED)],
    Discriminator(_counted_kind),
]
CountedTexts = Annotated[
    Annotated[Text, Tag(ONE_TEXT)]
    | Annotated[Counted, Tag(COUNTED)]
    | Annotated[dict[LanguageCode, _OneOrCounted], Field(min_length=1), Tag(BY_LANGUAGE)],
    Discriminator(_counted_kind),
]
AnyTexts = str | Counted | dict[str, str] | dict[str, str | Counted]
"""What `menu.texts` reads: both of them."""
