"""M101: an app link is named that is not under `links`. Nothing could be sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, did_you_mean, error
from menu.source import Source

RULE: Final = "M101"


def check(source: Source) -> Iterator[Diagnostic]:
    links = source.menu.links
    for name, screen in source.menu.screens.items():
        if screen.send_link and screen.send_link not in links:
            place = source.value_place("screens", name, "send_link")
            reason = f'"{screen.send_link}" is not a link.'
            yield error(place, RULE, reason, did_you_mean(screen.send_link, links))
    for name, link in links.items():
        for other in link.elsewhere:
            if other not in links:
                place = source.name_place("links", name, "elsewhere", other)
                yield error(place, RULE, f'"{other}" is not a link.', did_you_mean(other, links))
