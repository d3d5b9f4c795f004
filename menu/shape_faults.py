"""A loaded document becomes a `schema.Menu`, or everything that is wrong with its shape."""

from __future__ import annotations

from types import UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from menu.diagnostics import Diagnostic, did_you_mean
from menu.diagnostics import error as report
from menu.document import Document, KeyPath
from menu.schema import BY_LANGUAGE, ONE_TEXT, Menu
from menu.shapes import WRONG_VALUE

UNKNOWN_NAME: Final = "M050"
MISSING: Final = "M051"
WRONG_KIND: Final = "M052"
BAD_VALUE: Final = "M053"

_TAGS: Final = frozenset({ONE_TEXT, BY_LANGUAGE, "[key]"})  # pydantic's additions to a path
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
    path: KeyPath = tuple(part for part in error["loc"] if part not in _TAGS)
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
    """The names that the schema knows at a path: of the model that stands there."""
    kind: Any = Menu
    for part in path:
        kind = _inside(kind, part)
    model = _model_in(kind)
    return list(model.model_fields) if model else []


def _inside(kind: Any, part: str | int) -> Any:
    if model := _model_in(kind):
        return model.model_fields[str(part)].annotation
    return next(iter(reversed(get_args(_bare(kind)))), None)  # what a list or dict holds


def _model_in(kind: Any) -> type[BaseModel] | None:
    kind = _bare(kind)
    if get_origin(kind) in (Union, UnionType):
        return next(filter(None, map(_model_in, get_args(kind))), None)
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _bare(kind: Any) -> Any:
    return get_args(kind)[0] if get_origin(kind) is Annotated else kind
