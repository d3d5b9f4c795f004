"""One HTML page that shows every screen, all languages side by side. Pure: text and pictures in,
text out.

It needs nothing from outside. Whatever an author wrote is escaped, and the page's own policy lets
no script run but the one that stands beside this file.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Final

from menu.graphing import Edge, Graph
from menu.language import Language
from menu.views import Shown, View
from telecom.encoding import Encoding

HERE: Final = Path(__file__).parent
NAMES: Final = {Encoding.GSM7: "GSM-7", Encoding.UCS2: "UCS-2"}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A view and its picture, where there is one. `scrolls`: the phone shows a part at a time."""

    view: View
    png: bytes | None = field(repr=False)
    scrolls: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """`findings` are lines of the check, by screen; those of no screen under "". `undrawn` are the
    characters that no font draws. `remarks` stand above all."""

    name: str
    languages: Sequence[Language]
    graph: Graph
    drawn: Sequence[Drawn]
    findings: Mapping[str, Sequence[str]]
    undrawn: Sequence[str] = ()
    remarks: Sequence[str] = ()


def write_page(page: Page) -> str:
    style = (HERE / "gallery.css").read_text(encoding="utf-8")
    script = (HERE / "gallery.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{digest}'"
    )
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{_text(page.name)}: every screen</title>",
            f"<style>\n{style}</style>\n</head>\n<body>",
            *_head(page),
            '<nav><input type="search" placeholder="Find a screen or a text" '
            'aria-label="Find a screen or a text"></nav>\n<main>',
            *(part for name in page.graph.nodes for part in _screen(page, name)),
            f"</main>\n<script>{script}</script>\n</body>\n</html>\n",
        ]
    )


def _head(page: Page) -> Iterator[str]:
    wrong = list(dict.fromkeys(each.view.screen for each in page.drawn if each.view.faults))
    screens = len({each.view.screen for each in page.drawn})
    yield f"<header>\n<h1>{_text(page.name)}</h1>"
    tongues = ", ".join(map(_text, page.languages))
    yield (
        f"<p>{screens} screens in {tongues}, as a phone of 128 by 160 pixels shows them. A dotted "
        "line marks where it begins to scroll; a dashed frame is an SMS.</p>"
    )
    for remark in page.remarks:
        yield f"<p>{_text(remark)}</p>"
    if page.undrawn:
        yield f'<p class="bad">No font draws: {_text(" ".join(page.undrawn))}</p>'
    if wrong:
        links = ", ".join(_link(name) for name in wrong)
        yield f'<p class="bad">Too long: {links}</p>'
    yield from _found(page.findings.get("", ()))
    yield "</header>"


def _screen(page: Page, name: str) -> Iterator[str]:
    mine = [each for each in page.drawn if each.view.screen == name]
    if not mine and not page.findings.get(name):
        return
    node = page.graph.nodes[name]
    text = " ".join([name, *(each.view.text for each in mine)])
    yield f'<section id="{_text(name)}" data-text="{_text(text)}">'
    yield f'<h2><a href="#{_text(name)}">{_text(name)}</a></h2>'
    yield f'<p class="about">{_text(str(node.place))}'
    comes = [_text(way.told) for way in page.graph.entries if way.screen == name]
    comes += [_named(edge, edge.source) for edge in page.graph.leading_to(name)]
    goes = [_named(edge, edge.target) for edge in page.graph.leading_from(name)]
    yield (
        f"<br>From {'; '.join(comes)}"
        if comes
        else '<br><span class="bad">Nobody gets here.</span>'
    )
    yield (f"<br>To {'; '.join(goes)}" if goes else "") + "</p>"
    yield from _found(page.findings.get(name, ()))
    yield '<div class="shelf">'
    for language in page.languages:
        own = [each for each in mine if each.view.language == language]
        if own:
            yield f'<div class="tongue" lang="{_text(language)}"><h3>{_text(language)}</h3>'
            yield from map(_figure, own)
            yield "</div>"
    yield "</div>\n</section>"


def _figure(drawn: Drawn) -> str:
    view = drawn.view
    kinds = [
        each
        for each in ("sms" if view.shown is Shown.SMS else "", "wrong" if view.faults else "")
        if each
    ]
    picture = f"<pre>{_text(view.text)}</pre>"
    copied = ""
    if drawn.png is not None:
        source = "data:image/png;base64," + base64.b64encode(drawn.png).decode()
        picture = f'<img src="{source}" alt="{_text(view.text)}" loading="lazy">'
        copied = f"<details><summary>text</summary><pre>{_text(view.text)}</pre></details>"
    told = [f'<span class="bad">{_text(fault)}</span>' for fault in view.faults]
    told += [*map(_text, view.notes)]
    caption = "<br>".join([_text(size_told(view)), *told])
    below = f"<figcaption>{caption}</figcaption>{copied}"
    return f'<figure class="{" ".join(kinds)}">{picture}{below}</figure>'


def size_told(view: View) -> str:
    """`page 1 of 2, 66/70 UCS-2`, `2 SMS, 97/134 UCS-2`"""
    size = f"{view.size.units}/{view.room} {NAMES[view.size.encoding]}"
    if view.shown is Shown.SMS:
        return f"{view.segments} SMS, {size}"
    return f"page {view.page} of {view.pages}, {size}" if view.pages > 1 else size


def _named(edge: Edge, other: str) -> str:
    return f"{_link(other)} ({_text(edge.told)})"


def _link(name: str) -> str:
    return f'<a href="#{_text(name)}">{_text(name)}</a>'


def _found(findings: Iterable[str]) -> Iterator[str]:
    lines = [f"<li>{_text(each)}</li>" for each in findings]
    if lines:
        yield f'<ul class="found bad">{"".join(lines)}</ul>'


def _text(text: str) -> str:
    return escape(text, quote=True)
