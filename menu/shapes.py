"""What every shape in menus.yaml is made of: names, language codes, flags."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, JsonValue
from pydantic import WithJsonSchema as InEditors
from pydantic_core import PydanticCustomError

NAME: Final = r"[a-z][a-z0-9_]{0,39}"
LANGUAGE: Final = r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}"
WRONG_VALUE: Final = "menu_value"  # the error type of the checks below


class Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


def wrong(reason: str, hint: str) -> PydanticCustomError:
    """What a check raises: `shape_faults` tells the reason and the hint as they are."""
    return PydanticCustomError(WRONG_VALUE, "{reason}", {"reason": reason, "hint": hint})


def matching(pattern: str) -> dict[str, JsonValue]:
    return {"type": "string", "pattern": f"^{pattern}$"}


def _name(value: str) -> str:
    if not re.fullmatch(NAME, value):
        hint = "Use small letters a-z, digits and _, a letter first, 40 at most."
        raise wrong(f'"{value[:50]}" cannot be a name.', hint)
    return value


def _language(value: str) -> str:
    if not re.fullmatch(LANGUAGE, value):
        raise wrong(f'"{value[:50]}" is not a language code.', "Codes look like en, hi, bn.")
    return value


def _flag(value: object) -> object:
    if value not in ("true", "false"):
        raise wrong("This is neither true nor false.", "Write true or false, in small letters.")
    return value == "true"


Name = Annotated[str, AfterValidator(_name), InEditors(matching(NAME))]
LanguageCode = Annotated[str, AfterValidator(_language), InEditors(matching(LANGUAGE))]
Flag = Annotated[bool, BeforeValidator(_flag)]
