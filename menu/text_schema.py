"""Texts, keys and flags as authors write them: what the shapes of menus.yaml are made of."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, WithJsonSchema

from menu.shapes import LanguageCode, wrong

ONE_TEXT: Final = "<one text>"
BY_LANGUAGE: Final = "<by language>"


def _text(value: str) -> str:
    """Without the line end that block texts have, in the one spelling that is counted and sent."""
    text = unicodedata.normalize("NFC", value.strip())
    if not text:
        raise wrong("A text is missing here.", "Write it, or remove the line.")
    return text


def _key(value: str) -> str:
    if not re.fullmatch(r"[0-9]{1,2}", value):
        raise wrong(f'"{value[:50]}" is not a key.', 'A key is one or two digits, such as "3".')
    return value


def _keys(value: str) -> str:
    if not re.fullmatch(r"[0-9*#]+", value):
        hint = 'Press digits, * and #, such as "1"; other words are for "type".'
        raise wrong(f'"{value[:50]}" cannot be pressed.', hint)
    return value


def _yes(value: object) -> object:
    if value != "true":
        raise wrong("Only true can stand here.", "Write true, or remove the step.")
    return True


def _text_kind(value: object) -> str:
    return BY_LANGUAGE if isinstance(value, dict) else ONE_TEXT


_PLAIN: Final = {"type": "string", "minLength": 1}
Text = Annotated[str, AfterValidator(_text), WithJsonSchema(_PLAIN)]
Key = Annotated[str, AfterValidator(_key), WithJsonSchema({"type": ["string", "integer"]})]
Keys = Annotated[str, AfterValidator(_keys), WithJsonSchema({"type": ["string", "integer"]})]
Yes = Annotated[Literal[True], BeforeValidator(_yes)]
Texts = Annotated[
    Annotated[Text, Tag(ONE_TEXT)]
    | Annotated[dict[LanguageCode, Text], Field(min_length=1), Tag(BY_LANGUAGE)],
    Discriminator(_text_kind),
]
