"""The graph of a menu as SVG: columns of boxes from left to right, curves between them. Pure.

Whatever an author wrote is escaped; nothing is asked from outside.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from math import sqrt
from pathlib import Path
from typing import Final, NamedTuple

import regex

from menu.graphing import Edge, Graph, Node, Why
from menu.mermaid import joined
from menu.traffic import Traffic
from pictures.layout import columns_of

BOX_WIDTH: Final = 190
BOX_HEIGHT: Final = 40
COLUMN: Final = 290
ROW: Final = 58
MARGIN: Final = 24
TOP: Final = 56
SAYS: Final = 24  # letters of a screen's text that its box has room for
SAID: Final = 17  # the same of what is dialled or texted
WIDEST_LINE: Final = 9.0
UNUSUAL: Final = frozenset({Why.FAILURE, Why.LAST_TRY, Why.AFTER})
STYLE: Final = Path(__file__).with_name("map.css")


class Spot(NamedTuple):
    """The upper left corner of a box."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class _Map:
    graph: Graph
    traffic: Traffic | None
    spots: Mapping[str, Spot]
    ways: Mapping[str, list[str]]  # what leads in, by screen
    busiest: int

    def times(self, source: str, target: str) -> int:
        return self.traffic.along(source, target) if self.traffic else 0


def write_svg(graph: Graph, name: str, traffic: Traffic | None = None) -> str:
    ways: defaultdict[str, list[str]] = defaultdict(list)
    for way in graph.entries:
        if way.screen in graph.nodes:
            ways[way.screen].append(way.told)
    lines = joined(graph)
    columns = columns_of(graph.nodes, lines, ways)
    tallest = max(map(len, columns), default=1)
    spots = {
        each: Spot(
            MARGIN + COLUMN * (column + 1),
            TOP + ROW * (row + (tallest - len(names)) / 2),
        )
        for column, names in enumerate(columns)
        for row, each in enumerate(names)
    }
    busiest = max([traffic.along(*step) for step in lines] if traffic else [0], default=0)
    drawn = _Map(graph, traffic, spots, ways, busiest)
    width = 2 * MARGIN + COLUMN * len(columns) + BOX_WIDTH
    height = TOP + ROW * tallest + MARGIN
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" role="img" aria-labelledby="name">',
            f'<title id="name">{_text(name)}: {len(graph.nodes)} screens</title>',
            f"<style>{STYLE.read_text(encoding='utf-8')}</style>",
            f'<text x="{MARGIN}" y="30" style="font-size: 18px">{_text(name)}</text>',
            *(part for step, edges in lines.items() for part in _line(drawn, step, edges)),
            *(part for screen in ways if screen in spots for part in _way(drawn, screen)),
            *(part for node in graph.nodes.values() for part in _box(drawn, node)),
            "</svg>\n",
        ]
    )


def _box(drawn: _Map, node: Node) -> Iterator[str]:
    x, y = drawn.spots[node.name]
    is_lost = node.name not in drawn.ways and not drawn.graph.leading_to(node.name)
    kinds = {"ends": node.ends, "asks": node.asks, "lost": is_lost}
    classes = " ".join(["box", *(kind for kind, holds in kinds.items() if holds)])
    yield f'<g class="{classes}" id="screen-{_text(node.name)}">'
    yield f"<title>{_text(_told(drawn, node))}</title>"
    yield f'<rect x="{x}" y="{y}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="6"/>'
    yield f'<text class="name" x="{x + 8}" y="{y + 16}">{_text(_short(node.name))}</text>'
    says = node.title or ("leads on" if node.leads_on else "")
    yield f'<text class="says" x="{x + 8}" y="{y + 32}">{_text(_short(says))}</text>'
    if drawn.traffic is not None:
        came = drawn.traffic.arrivals(node.name)
        yield (
            f'<text class="times" x="{x + BOX_WIDTH - 6}" y="{y + 14}" '
            f'text-anchor="end">{came:,}</text>'
        )
    yield "</g>"


def _told(drawn: _Map, node: Node) -> str:
    marks = {
        "the dialogue ends here": node.ends,
        "asks for an answer": node.asks,
        "leads on by itself": node.leads_on,
        "sends an SMS": node.sends,
        f"asks the service {node.calls}": bool(node.calls),
    }
    lines = [f"{node.name} ({node.place})", node.title]
    lines += [mark for mark, holds in marks.items() if holds]
    if drawn.traffic is not None:
        lines.append(f"{drawn.traffic.arrivals(node.name):,} came here")
        lines.append(f"{drawn.traffic.exits(node.name):,} dialogues ended here")
    return "\n".join(filter(None, lines))


def _way(drawn: _Map, screen: str) -> Iterator[str]:
    """What leads in from outside, left of the screen."""
    told = drawn.ways[screen]
    to = drawn.spots[screen]
    x, y = to.x - COLUMN, to.y + 8
    more = f" and {len(told) - 1} more" if len(told) > 1 else ""
    tip = "\n".join([*told, *_times(drawn, "", screen)])
    yield f'<g class="way"><title>{_text(tip)}</title>'
    yield f'<rect x="{x}" y="{y}" width="{BOX_WIDTH}" height="24" rx="12"/>'
    yield f'<text x="{x + 10}" y="{y + 16}">{_text(_short(told[0], SAID) + more)}</text>'
    start, end = (x + BOX_WIDTH, y + 12), (to.x, to.y + BOX_HEIGHT / 2)
    yield _curve(start, end, "line", _thickness(drawn, drawn.times("", screen))) + "</g>"


def _line(drawn: _Map, step: tuple[str, str], edges: list[Edge]) -> Iterator[str]:
    source, target = step
    if target not in drawn.spots:
        return
    here, there = drawn.spots[source], drawn.spots[target]
    port = _port(drawn, source, target)
    start = (here.x + BOX_WIDTH, here.y + port)
    is_back = there.x <= here.x
    end = (there.x + (BOX_WIDTH if is_back else 0), there.y + BOX_HEIGHT / 2)
    kinds = {"back": is_back, "unusual": all(edge.why in UNUSUAL for edge in edges)}
    classes = " ".join(["line", *(kind for kind, holds in kinds.items() if holds)])
    tip = "\n".join(
        [f"{source} → {target}", *(edge.told for edge in edges), *_times(drawn, source, target)]
    )
    yield f"<g><title>{_text(tip)}</title>"
    yield _curve(start, end, classes, _thickness(drawn, drawn.times(source, target)))
    if keys := ", ".join(edge.key for edge in edges if edge.key):
        yield f'<text class="key" x="{start[0] + 3}" y="{start[1] + 3:g}">{_text(keys)}</text>'
    yield "</g>"


def _port(drawn: _Map, source: str, target: str) -> float:
    """Lines leave a box one below the other, in the order of the screens that they lead to."""
    targets = {edge.target for edge in drawn.graph.leading_from(source)} & drawn.spots.keys()
    ordered = sorted(targets, key=lambda name: drawn.spots[name].y)
    return BOX_HEIGHT * (ordered.index(target) + 1) / (len(ordered) + 1)


def _curve(
    start: tuple[float, float], end: tuple[float, float], classes: str, thickness: float
) -> str:
    """To a box on the right it swings over; back or within a column it goes round on the right."""
    (x1, y1), (x2, y2) = start, end
    bend = (x2 - x1) / 2 if x2 > x1 else 70
    second = x2 - bend if x2 > x1 else x2 + bend
    width = f' style="stroke-width: {thickness:.1f}"' if thickness else ""
    path = f"M{x1:g} {y1:g}C{x1 + bend:g} {y1:g} {second:g} {y2:g} {x2:g} {y2:g}"
    return f'<path class="{classes}" d="{path}"{width}/>'


def _thickness(drawn: _Map, times: int) -> float:
    if drawn.traffic is None or not drawn.busiest:
        return 0.0
    return 0.6 + WIDEST_LINE * sqrt(min(times, drawn.busiest) / drawn.busiest)


def _times(drawn: _Map, source: str, target: str) -> list[str]:
    return [f"{drawn.times(source, target):,} times"] if drawn.traffic is not None else []


def _short(text: str, most: int = SAYS) -> str:
    letters = regex.findall(r"\X", text)
    return text if len(letters) <= most else "".join(letters[: most - 1]) + "…"


def _text(text: str) -> str:
    """Escaped, and without the characters that XML knows not at all."""
    return escape(regex.sub(r"[^\P{C}\n\u200c\u200d]", "\ufffd", text), quote=True)
