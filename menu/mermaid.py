"""The graph of a menu as text in the language of Mermaid, which wikis and code hosts draw. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from menu.graphing import Edge, Graph, Node, Why
from menu.traffic import Traffic

LONGEST_TITLE: Final = 40
# What Mermaid or the HTML that it makes would take for something else, as its own entities.
_ENTITIES: Final = {ord(sign): f"#{ord(sign)};" for sign in '#"<>&`|\\;'}
_UNUSUAL: Final = frozenset({Why.FAILURE, Why.LAST_TRY, Why.AFTER})


def write_mermaid(graph: Graph, traffic: Traffic | None = None) -> str:
    """Names of screens are no names of nodes: `end` is a word of Mermaid's own."""
    names = {name: f"s{number}" for number, name in enumerate(graph.nodes)}
    lines = ["flowchart LR", *_nodes(graph, names), *_entries(graph, names)]
    lines += _edges(graph, names, traffic)
    lines += ["  classDef ends stroke-width:3px", "  classDef entry stroke-dasharray:4"]
    return "\n".join(lines) + "\n"


def _nodes(graph: Graph, names: dict[str, str]) -> Iterator[str]:
    for name, node in graph.nodes.items():
        text = f'"{_escaped(name)}<br>{_escaped(_short(node.title))}"'
        yield f"  {names[name]}{_shaped(node, text)}{':::ends' if node.ends else ''}"


def _shaped(node: Node, text: str) -> str:
    if node.leads_on:
        return f"{{{{{text}}}}}"
    return f"([{text}])" if node.ends else f"[/{text}/]" if node.asks else f"[{text}]"


def _entries(graph: Graph, names: dict[str, str]) -> Iterator[str]:
    """One node for all words that lead from one channel to one screen."""
    told: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for way in graph.entries:
        told[way.channel, way.screen].append(way.told)
    for number, ((_, screen), ways) in enumerate(told.items()):
        if screen in names:
            text = "<br>".join(map(_escaped, ways))
            yield f'  e{number}>"{text}"]:::entry --> {names[screen]}'


def _edges(graph: Graph, names: dict[str, str], traffic: Traffic | None) -> Iterator[str]:
    for (source, target), edges in joined(graph).items():
        if target not in names:
            continue
        told = [_escaped(_short(edge.told)) for edge in edges]
        if traffic is not None:
            told.append(f"{traffic.along(source, target)} times")
        arrow = "-.->" if all(edge.why in _UNUSUAL for edge in edges) else "-->"
        yield f'  {names[source]} {arrow}|"{"<br>".join(told)}"| {names[target]}'


def joined(graph: Graph) -> dict[tuple[str, str], list[Edge]]:
    """The edges from each screen to each, together."""
    found: defaultdict[tuple[str, str], list[Edge]] = defaultdict(list)
    for edge in graph.edges:
        found[edge.source, edge.target].append(edge)
    return dict(found)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_TITLE else text[: LONGEST_TITLE - 3] + "..."


def _escaped(text: str) -> str:
    return " ".join(text.split()).translate(_ENTITIES)
