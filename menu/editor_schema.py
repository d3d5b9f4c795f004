"""The JSON Schemas of menus.yaml and of what it includes, kept beside this so that editors help."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from menu.merging import PARTS
from menu.schema import Menu

Schema = dict[str, Any]  # a JSON Schema, or a part of one
PATH: Final = Path(__file__).with_name("menus.schema.json")
INCLUDED_PATH: Final = Path(__file__).with_name("included.schema.json")


def render() -> str:
    """The text of the file for menus.yaml, made from `menu.schema`."""
    return _text(Menu.model_json_schema(), "menus.yaml")


def render_included() -> str:
    """The same for an included file: the parts that it may have, each of them optional."""
    schema = Menu.model_json_schema()
    parts = schema["properties"]
    schema["properties"] = {name: parts[name] for name in parts if name in PARTS}
    schema["description"] = "A part of a menu, in a file that menus.yaml includes."
    del schema["required"]
    return _text(schema, "a file that menus.yaml includes")


def write() -> None:
    """After a change of the schema: python -c "from menu import editor_schema as e; e.write()"."""
    PATH.write_text(render(), encoding="utf-8")
    INCLUDED_PATH.write_text(render_included(), encoding="utf-8")


def _text(schema: Schema, title: str) -> str:
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **_without_null(schema),
        "title": title,
    }
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


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
