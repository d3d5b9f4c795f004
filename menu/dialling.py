"""How somebody gets to a screen: the shortest way in by each channel, and the shortcut that may be
dialled at once. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from menu.engine import enter_prefilled
from menu.graphing import Edge, Graph, Way, Why
from menu.program import Program
from menu.screens import ANY_PHONE

_UNUSUAL = frozenset({Why.FAILURE, Why.LAST_TRY})


@dataclass(frozen=True, slots=True)
class Route:
    """`shortcut` is what may be dialled in one go, "" where something must be seen first."""

    way: Way
    edges: tuple[Edge, ...]
    shortcut: str = ""

    @property
    def told(self) -> str:
        """`dial *384*7#, press 4 (Helplines), write an answer`"""
        return ", ".join([self.way.told, *filter(None, map(_told, self.edges))])


def routes_to(graph: Graph, program: Program, screen: str) -> list[Route]:
    """The shortest of each channel, if there is one."""
    best: dict[str, Route] = {}
    for way in graph.entries:
        path = _path(graph, way.screen, screen)
        if path is None or (way.channel == "missed_call" and any(map(_is_pressed, path))):
            continue  # nobody answers a missed call
        known = best.get(way.channel)
        if known is None or len(path) < len(known.edges):
            best[way.channel] = Route(way, path, _shortcut(program, way, path, screen))
    return list(best.values())


def _path(graph: Graph, start: str, end: str) -> tuple[Edge, ...] | None:
    """The fewest steps; those after a failure only where there is no other way."""
    behind: defaultdict[str, list[Edge]] = defaultdict(list)
    for edge in sorted(graph.edges, key=lambda edge: edge.why in _UNUSUAL):
        behind[edge.source].append(edge)
    came: dict[str, Edge | None] = {start: None}
    waiting = [start]
    for name in waiting:
        for edge in behind[name]:
            if edge.target not in came:
                came[edge.target] = edge
                waiting.append(edge.target)
    if end not in came:
        return None
    path: list[Edge] = []
    last = came[end]
    while last is not None:
        path.append(last)
        last = came[last.source]
    return tuple(reversed(path))


def _shortcut(program: Program, way: Way, path: tuple[Edge, ...], screen: str) -> str:
    """The engine itself is asked whether it would go that far."""
    if way.channel != "ussd" or any(not edge.key and edge.why is not Why.ONWARD for edge in path):
        return ""
    keys = [edge.key for edge in path if edge.key]
    step = enter_prefilled(program, program.ussd[way.said], None, keys, ANY_PHONE)
    if step.place.screen != screen or step.walked != len(keys) or step.needs:
        return ""
    return way.said.removesuffix("#") + "".join(f"*{key}" for key in keys) + "#"


def _is_pressed(edge: Edge) -> bool:
    return edge.why not in (Why.ONWARD, Why.FAILURE)


def _told(edge: Edge) -> str:
    if edge.key:
        return f"press {edge.key} ({edge.label})"
    words = {
        Why.ROW: f"choose {edge.label}",
        Why.ANSWER: "write an answer",
        Why.FAILURE: "the service fails",
        Why.LAST_TRY: "answer wrongly to the last try",
        Why.AFTER: "come to the end of the sub-menu",
    }
    return words.get(edge.why, "")
