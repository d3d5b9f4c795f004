"""A loaded document becomes a `schema.Menu`, or everything that is wrong with its shape."""

from __future__ import annotations

from types import UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from menu.diagnostics import Diagnostic, did_you_mean
from menu.diagnostics import error as report
from menu.document import Document, KeyPath
from menu.schema import TAGS, Menu
from menu.shapes import WRONG_VALUE

UNKNOWN_NAME: Final = "M050"
MISSING: Final = "M051"
WRONG_KIND: Final = "M052"
BAD_VALUE: Final = "M053"

_KINDS: Final = {
    "string_type": "a text",
    "list_type": 'a list of lines that begin with "- "',
    "dict_type": '"name: value" lines',
    "model_type": '"name: value" lines',
}


def parse(document: Document) -> tuple[Menu | None, list[Diagnostic]]:
    try:
        return Menu.model_validate(document.plain), []
    except ValidationError as faults:
        errors = faults.errors(include_url=False)
        return None, [_diagnostic(document, error) for error in errors]


def _diagnostic(document: Document, error: ErrorDetails) -> Diagnostic:
    path: KeyPath = tuple(part for part in error["loc"] if part not in TAGS)
    kind, at_key = error["type"], error["loc"][-1] == "[key]"
    name = path[-1] if path else "menu"
    if kind == "extra_forbidden":
        rule, reason, at_key = UNKNOWN_NAME, f'"{name}" is not known here.', True
        hint = did_you_mean(str(name), _names_at(path[:-1]))
    elif kind == "missing":
        rule, reason, at_key = MISSING, f'"{name}" is missing here.', True
        hint = f'Add a line "{name}: ...".'
    elif kind == "too_long":
        rule, reason = BAD_VALUE, f"{_said(name)} is too long a list."
        hint = f"{error['ctx']['max_length']} is the most."
    elif error["input"] == "" or kind in ("too_short", "string_too_short"):
        rule, reason = MISSING, f"{_said(name)} is empty."
        hint = f"Write {_KINDS.get(kind, 'something')} here, or remove the line."
    elif kind == WRONG_VALUE:
        rule, reason, hint = BAD_VALUE, error["ctx"]["reason"], error["ctx"]["hint"]
    else:
        rule, reason = WRONG_KIND, f"{_said(name)} has a value of the wrong kind."
        hint = f"It must be {_KINDS[kind]}." if kind in _KINDS else f"{error['msg']}."
    place = document.key_place(path) if at_key else document.value_place(path)
    return report(place, rule, reason, hint)


def _said(name: str | int) -> str:
    return f"Line {name + 1} of this list" if isinstance(name, int) else f'"{name}"'


def _names_at(path: KeyPath) -> list[str]:
    """The names that the schema knows at a path: of all models that may stand there."""
    kinds: list[Any] = [Menu]
    for part in path:
        kinds = [inside for kind in kinds for inside in _inside(kind, part)]
    return list(dict.fromkeys(name for kind in kinds for name in _fields_of(kind)))


def _inside(kind: Any, part: str | int) -> list[Any]:
    """What may stand under this name, or at this place of a list."""
    kind = _bare(kind)
    if get_origin(kind) in (Union, UnionType):
        return [inside for each in get_args(kind) for inside in _inside(each, part)]
    if _is_model(kind):
        field = _fields_of(kind).get(str(part))
        return _alternatives(field.annotation) if field else []
    return _alternatives(get_args(kind)[-1]) if get_args(kind) else []


def _alternatives(kind: Any) -> list[Any]:
    kind = _bare(kind)
    if get_origin(kind) in (Union, UnionType):
        return [each for member in get_args(kind) for each in _alternatives(member)]
    return [kind]


def _fields_of(kind: Any) -> dict[str, FieldInfo]:
    """By the names that authors write."""
    if not _is_model(kind):
        return {}
    return {field.alias or name: field for name, field in kind.model_fields.items()}


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _bare(kind: Any) -> Any:
    return _bare(get_args(kind)[0]) if get_origin(kind) is Annotated else kind
