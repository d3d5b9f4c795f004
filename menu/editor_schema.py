"""The JSON Schema of menus.yaml, kept in menu/menus.schema.json so that editors help the author."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from menu.schema import Menu

Schema = dict[str, Any]  # a JSON Schema, or a part of one
PATH: Final = Path(__file__).with_name("menus.schema.json")


def render() -> str:
    """The text of the file, made from `menu.schema`."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **_without_null(Menu.model_json_schema()),
        "title": "menus.yaml",
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def write() -> None:
    """After a change of the schema: python -c "from menu import editor_schema as e; e.write()"."""
    PATH.write_text(render(), encoding="utf-8")


def _without_null(part: Schema) -> Schema:
    """A key is left out, or it has a value: in menus.yaml nothing is ever null."""
    clean: Schema = {}
    for key, value in part.items():
        if isinstance(value, dict):
            clean[key] = _without_null(value)
        elif key == "anyOf" and isinstance(value, list) and {"type": "null"} in value:
            first, *others = [kind for kind in value if kind != {"type": "null"}]
            clean |= _without_null(first) if not others else {key: [first, *others]}
        elif not (key == "default" and value is None):
            clean[key] = value
    return clean
