"""A caller's last query: the screen that answered it, and what he had chosen by then."""

from __future__ import annotations

import msgspec


class Usual(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """It is stored: only append fields, with defaults. Nothing sensitive is ever in it, for no
    session holds any."""

    screen: str
    language: str
    rows: dict[str, str] = {}
    values: dict[str, str] = {}
