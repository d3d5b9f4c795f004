"""M904: variables that no operator registers: more than were approved, two without words between
them, a type that does not exist, or types beside a text whose operator wants them inside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, did_you_mean, error
from menu.schema import Dlt, DltTemplate
from menu.source import Source
from telecom.dlt_template import VARIABLE
from telecom.dlt_values import TAGS_BESIDE, Operator, Tag

RULE: Final = "M904"
_LOOKS_LIKE_ONE: Final = re.compile(r"\{ *#? *([A-Za-z]+) *#? *\}")
_NEIGHBOURS: Final = re.compile(r"#\}\s*\{#")


def check(source: Source) -> Iterator[Diagnostic]:
    dlt = source.menu.dlt
    for name, its in dlt.templates.items() if dlt else ():
        place = source.value_place("dlt", "templates", name, "text")
        for reason, hint in (*_written(its.text), *_count(its)):
            yield error(place, RULE, reason, hint)
        if dlt is not None:
            place = source.value_place("dlt", "templates", name, "tags" if its.tags else "text")
            for reason, hint in _tags(dlt, its):
                yield error(place, RULE, reason, hint)


def _written(text: str) -> Iterator[tuple[str, str]]:
    for found in _LOOKS_LIKE_ONE.finditer(text):
        if not VARIABLE.fullmatch(found[0]):
            known = [f"{{#{tag}#}}" for tag in Tag]
            wanted = f"{{#{found[1].lower()}#}}"
            hint = f"Write {wanted}." if wanted in known else did_you_mean(wanted, known)
            yield f'"{found[0]}" is no variable of DLT.', hint
    if _NEIGHBOURS.search(text):
        yield "Two variables stand side by side.", "Operators want fixed words between them."


def _count(its: DltTemplate) -> Iterator[tuple[str, str]]:
    count = len(VARIABLE.findall(its.text))
    if count > its.variables:
        hint = f'If the operator approved them, say so: "variables: {count}".'
        yield f"{count} variables are more than the {its.variables} that operators approve.", hint


def _tags(dlt: Dlt, its: DltTemplate) -> Iterator[tuple[str, str]]:
    found = VARIABLE.findall(its.text)
    if its.tags and len(its.tags) != len(found):
        reason = f"{len(its.tags)} types for {len(found)} variables."
        yield reason, 'One for each {#var#}, in their order; "var" where it has none.'
    if dlt.operator in TAGS_BESIDE:
        if any(each != Tag.VAR for each in found):
            hint = 'Write {#var#} in the text, and what each is under "tags:".'
            yield (
                f'The operator "{dlt.operator}" keeps the types of variables beside the text.',
                hint,
            )
    elif its.tags and dlt.operator is not Operator.STRICTEST:
        reason = f'The operator "{dlt.operator}" wants the types of variables in the text.'
        yield reason, "Write such as {#numeric#} there."
