"""M108 (warning): a link, a helpline, a table or opening hours that nothing in the menu uses: its
texts are translated and kept up to date for nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from menu.condition_words import words_of
from menu.diagnostics import Diagnostic, warning
from menu.source import Source

RULE: Final = "M108"


def check(source: Source) -> Iterator[Diagnostic]:
    menu = source.menu
    wanted = {
        "links": _links(source),
        "helplines": {each.helpline.name for each in menu.screens.values() if each.helpline},
        "data": {lookup.data_set for _, lookup in source.lookups()},
        "open": _openings(source),
    }
    declared: dict[str, Mapping[str, object]] = {
        "links": menu.links,
        "helplines": menu.helplines,
        "data": menu.data,
        "open": menu.open,
    }
    for part, names in declared.items():
        if wanted[part] - names.keys():
            continue  # a slip of the pen, which another rule tells, may have meant the unused one
        for name in names:
            is_unread = part == "data" and name not in source.data_sets
            if name not in wanted[part] and not is_unread:
                reason = f'Nothing uses "{name}", which stands under "{part}".'
                hint = "Remove it, or name it where it is needed."
                yield warning(source.name_place(part, name), RULE, reason, hint)


def _links(source: Source) -> set[str]:
    """Those that are sent, and those that stand in for them elsewhere."""
    sent = {each.send_link for each in source.menu.screens.values() if each.send_link}
    links = source.menu.links
    return sent | {other for name in sent if name in links for other in links[name].elsewhere}


def _openings(source: Source) -> set[str]:
    lines = [text for _, text in source.conditions()] + [text for _, _, text in source.set_lines()]
    words = {word for text in lines for word in words_of(text) if word.startswith("open.")}
    asked = {word.removeprefix("open.") for word in words}
    return asked | {each.hours for each in source.menu.helplines.values() if each.hours}
