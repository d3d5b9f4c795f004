"""What a menu registers with DLT becomes a `DltBook`, each template with its place in the file."""

from __future__ import annotations

from menu.schema import Dlt
from menu.source import Source
from telecom.dlt_book import DltBook
from telecom.dlt_template import DltTemplate, parts_of
from telecom.dlt_values import LENGTHS, Allowed, Tag, bare_number


def compile_dlt(source: Source) -> DltBook | None:
    """None where nothing is registered."""
    dlt = source.menu.dlt
    if dlt is None:
        return None
    return DltBook(
        templates=tuple(compile_template(source, dlt, name) for name in dlt.templates),
        allowed=allowed_by(dlt),
        entity_id=dlt.entity_id,
        short_address=dlt.short_address,
    )


def compile_template(source: Source, dlt: Dlt, name: str) -> DltTemplate:
    its = dlt.templates[name]
    words, variables = parts_of(its.text, lengths_of(dlt), its.tags)
    return DltTemplate(
        name=name,
        template_id=its.id,
        header=its.header,
        category=its.category,
        language=its.language,
        text=its.text,
        words=words,
        variables=variables,
        at=str(source.name_place("dlt", "templates", name)),
    )


def lengths_of(dlt: Dlt) -> dict[Tag, int]:
    """Those of the operator, unless the author knows others."""
    own = {tag: getattr(dlt.lengths, tag.value) for tag in Tag}
    return {tag: own[tag] or most for tag, most in LENGTHS[dlt.operator].items()}


def allowed_by(dlt: Dlt) -> Allowed:
    return Allowed(links=tuple(dlt.links), numbers=frozenset(map(bare_number, dlt.numbers)))
