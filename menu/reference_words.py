"""Every word of the menu language, read off its shapes: what may stand there, and what it means."""

from __future__ import annotations

import inspect
import re
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Final, Literal, TypeGuard, Union

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from menu import (
    case_schema,
    data_schema,
    dlt_schema,
    entry_schema,
    question_scalars,
    question_schema,
    screen_schema,
    service_scalars,
    service_schema,
    shapes,
    text_schema,
    top_schema,
    way_schema,
)
from menu import schema as menu_schema
from menu.phrases import BUILT_IN, LAST_RESORT
from menu.shapes import Shape

# What may stand behind a colon, by its type in the shapes.
VALUES: Final[tuple[tuple[object, str], ...]] = (
    (shapes.Name, "a name"),
    (shapes.LanguageCode, "a language"),
    (shapes.Flag, "true or false"),
    (text_schema.Yes, "true"),
    (text_schema.Texts, "a text, or one for each language"),
    (text_schema.CountedTexts, "a text, one for each language, or forms for one and many"),
    (text_schema.Key, "a key"),
    (text_schema.Keys, "digits, * and #"),
    (way_schema.OneLine, "a condition or sum"),
    (text_schema.Text, "a text"),
    (way_schema.Go, "a way"),
    (way_schema.OneWay, "a screen, or a sub-menu"),
    (question_schema.AnyAsk, "a question"),
    (screen_schema.AnyOption, "an option"),
    (screen_schema.AnyHandOver, "a helpline's name, or its lines"),
    (entry_schema.AnyEntry, "a screen, or its lines"),
    (entry_schema.Age, "1 to 1440"),
    (screen_schema.Names, "a screen, or a list of them"),
    (menu_schema.IncludedFile, "a file"),
    (data_schema.AnyColumn, "a type, or its lines"),
    (data_schema.DataFile, "a CSV file"),
    (data_schema.Column.model_fields["type"].annotation, "a type of column"),
    (dlt_schema.DltNames, "a template's name, or a list of them"),
    (dlt_schema.TemplateId, "12 to 19 digits"),
    (dlt_schema.EntityId, "19 digits"),
    (dlt_schema.ShortAddress, "an address that ends in /"),
    (question_scalars.Number, "a number"),
    (question_scalars.Length, "1 to 160"),
    (question_scalars.Tries, "1 to 9"),
    (question_scalars.Decimals, "0 to 4"),
    (question_scalars.Day, "a day"),
    (question_scalars.Pattern, "a pattern"),
    (question_scalars.Currency, "three capitals"),
    (question_scalars.ChoiceValue, "a-z, 0-9, _ and -"),
    (top_schema.Country, "two capitals"),
    (top_schema.TimeZone, "a time zone"),
    (top_schema.Start, "a time"),
    (top_schema.Time, "a time"),
    (top_schema.Openings, "hours, or a list of them"),
    (case_schema.At, "a day and a time"),
    (case_schema.AnySampleAnswer, "an outcome, or its lines"),
    (service_scalars.Url, "an address"),
    (service_scalars.PlainUrl, "an address"),
    (service_scalars.SecretName, "`${NAME}`"),
    (service_scalars.HeaderName, "a header"),
    (service_scalars.HeaderValue, "plain letters and signs"),
    (service_scalars.FixedText, "plain letters and signs"),
    (service_scalars.Template, "a text with `{blanks}`"),
    (service_scalars.Characters, "1 to 160"),
    (service_scalars.Seconds, "seconds"),
    (service_scalars.Hops, "1 to 3"),
    (service_scalars.Amount, "seconds"),
    (service_schema.Path, "JMESPath"),
    (service_schema.Statuses, "a status, or a list"),
    (service_schema.Take.model_fields["type"].annotation, "a type"),
    (service_schema.Kind, "a type"),
)
NEEDED: Final = "needed"


@dataclass(frozen=True, slots=True)
class Word:
    """`written` is how it stands in a menu, `field` how the shape calls it. `unless` is what holds
    where it is left out."""

    shape: type[Shape]
    field: str
    written: str
    values: str
    unless: str
    meaning: str


def shapes_in(shape: type[Shape] = menu_schema.Menu) -> list[type[Shape]]:
    """This shape and all inside it, each once, in the order of a walk; what several of them have in
    common comes first."""
    found: list[type[Shape]] = []
    waiting = [shape]
    while waiting:
        here = waiting.pop(0)
        bases = [base for base in here.__mro__[:0:-1] if _is_shape(base) and base is not Shape]
        if here not in found:
            found += [base for base in bases if base not in found]
            found.append(here)
            inside = [each for hint in _hints(here).values() for each in _shapes_of(hint)]
            waiting = [*inside, *waiting]
    return found


def words_of(shape: type[Shape]) -> Iterator[Word]:
    """Those that it adds to what it has in common with others."""
    hints = _hints(shape)
    for field, its in shape.model_fields.items():
        if owner_of(shape, field) is not shape:
            continue
        yield Word(
            shape=shape,
            field=field,
            written=its.alias or field,
            values=_values(hints[field], its),
            unless=_built_in(field) if shape is menu_schema.Phrases else _unless(its),
            meaning=" ".join((its.description or "").split()),
        )


def owner_of(shape: type[Shape], field: str) -> type[Shape]:
    """The shape that says what this field of it is."""
    return next(each for each in shape.__mro__ if field in inspect.get_annotations(each))


def meaning_of(shape: type[Shape]) -> str:
    """Its own docstring; none where it has only that of what it is made of."""
    return " ".join((shape.__dict__.get("__doc__") or "").split())


def _hints(shape: type[Shape]) -> dict[str, Any]:
    return {
        name: hint
        for name, hint in typing.get_type_hints(shape, include_extras=True).items()
        if name in shape.model_fields
    }


def _shapes_of(hint: Any) -> Iterator[type[Shape]]:
    if _is_shape(hint):
        yield hint
    for part in typing.get_args(hint):
        if not isinstance(part, str):
            yield from _shapes_of(part)


def _is_shape(hint: Any) -> TypeGuard[type[Shape]]:
    return isinstance(hint, type) and issubclass(hint, Shape)


def _values(hint: Any, its: FieldInfo) -> str:
    parts = [part for part in _parts(hint) if part is not types.NoneType]
    if len(parts) == 1 and parts[0] is not hint:
        hint = parts[0]
    known = next((said for kind, said in VALUES if kind == hint), None)
    if known:
        return known
    bare = _bare(hint)
    origin, arguments = typing.get_origin(bare), typing.get_args(bare)
    if origin is Literal:
        return " or ".join(f"`{each}`" for each in arguments)
    if origin is dict:
        return f"names, each with {_values(arguments[1], its)}"
    if origin is list:
        return f"a list: {_values(arguments[0], its)}"
    if _is_shape(bare):
        return "lines"
    if isinstance(bare, type) and issubclass(bare, StrEnum):
        return ", ".join(f"`{each}`" for each in bare)
    pattern = re.fullmatch(r"\^(\w+)\$", _pattern(hint))
    return f"`{pattern[1]}`" if pattern else "a text"


def _parts(hint: Any) -> tuple[Any, ...]:
    is_union = typing.get_origin(hint) in (Union, types.UnionType)
    return typing.get_args(hint) if is_union else (hint,)


def _bare(hint: Any) -> Any:
    return typing.get_args(hint)[0] if typing.get_origin(hint) is Annotated else hint


def _pattern(hint: Any) -> str:
    for each in getattr(hint, "__metadata__", ()):
        for rule in getattr(each, "metadata", ()):
            if found := getattr(rule, "pattern", None):
                return str(found)
    return ""


def _built_in(phrase: str) -> str:
    return f"`{BUILT_IN[phrase][LAST_RESORT]}`"


def _unless(its: FieldInfo) -> str:
    if its.is_required():
        return NEEDED
    if its.default is PydanticUndefined or its.default is None or its.default == "":
        return ""
    return f"`{str(its.default).lower() if isinstance(its.default, bool) else its.default}`"
