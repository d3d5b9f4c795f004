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


def fits(pattern: str, why: str, hint: str) -> AfterValidator:
    """The check that a whole value is as the pattern says. `why` goes on from the value."""

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise wrong(f'"{value[:50]}" {why}', hint)
        return value

    return AfterValidator(check)


def _flag(value: object) -> object:
    if value not in ("true", "false"):
        raise wrong("This is neither true nor false.", "Write true or false, in small letters.")
    return value == "true"


_NAME_HINT: Final = "Use small letters a-z, digits and _, a letter first, 40 at most."
_LANGUAGE_HINT: Final = "Codes look like en, hi, bn."
Name = Annotated[str, fits(NAME, "cannot be a name.", _NAME_HINT), InEditors(matching(NAME))]
LanguageCode = Annotated[
    str,
    fits(LANGUAGE, "is not a language code.", _LANGUAGE_HINT),
    InEditors(matching(LANGUAGE)),
]
Flag = Annotated[bool, BeforeValidator(_flag)]
