"""M907: a header that DLT does not have: 3 to 6 letters or digits. The operator itself puts letters
before it and behind it, as in "AD-UMANGX-S"; a promotional one is made of digits (a warning)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, error, warning
from menu.source import Source
from telecom.dlt_template import Category

RULE: Final = "M907"
_HEADER: Final = re.compile(r"[A-Za-z0-9]{3,6}")
_AS_SHOWN: Final = re.compile(r"(?:[A-Z]{2}-)?([A-Za-z0-9]{3,6})(?:-[PSTG])?")


def check(source: Source) -> Iterator[Diagnostic]:
    dlt = source.menu.dlt
    for name, its in dlt.templates.items() if dlt else ():
        if its.header is None:
            continue
        place = source.value_place("dlt", "templates", name, "header")
        if not _HEADER.fullmatch(its.header):
            shown = _AS_SHOWN.fullmatch(its.header)
            hint = f"Write {shown[1]}: the operator adds the rest." if shown else ""
            reason = f'"{its.header[:50]}" is no header: it has 3 to 6 letters or digits.'
            yield error(place, RULE, reason, hint)
        elif its.header.isdigit() is not (its.category is Category.PROMOTIONAL):
            wanted = "digits" if its.category is Category.PROMOTIONAL else "letters"
            reason = f"Headers of category {its.category} are made of {wanted}."
            yield warning(place, RULE, reason, "Compare it with the DLT portal.")
