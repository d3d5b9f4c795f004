"""Where the boxes of a graph stand: a column for each number of steps from the way in. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

ROUNDS: Final = 6  # of moving boxes towards their neighbours


def columns_of(
    nodes: Iterable[str], edges: Iterable[tuple[str, str]], starts: Iterable[str]
) -> list[list[str]]:
    """The nodes by how many steps they are from a start, in an order of few crossings; what nobody
    reaches stands in a column of its own, the last."""
    known = list(nodes)
    behind = _neighbours(known, edges)
    depth = _depths(behind, [name for name in starts if name in behind])
    lost = max(depth.values(), default=-1) + 1
    columns: list[list[str]] = [[] for _ in range(lost + 1)]
    for name in known:
        columns[depth.get(name, lost)].append(name)
    both = _both_ways(behind)
    filled = [column for column in columns if column]
    for number in range(ROUNDS):
        order = range(len(filled)) if number % 2 == 0 else range(len(filled) - 1, -1, -1)
        heights = _heights(filled)
        for at in order:
            filled[at].sort(key=lambda name: _middle(name, both, heights))
            heights |= _heights([filled[at]])
    return filled


def _neighbours(known: list[str], edges: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    behind: dict[str, list[str]] = {name: [] for name in known}
    for source, target in edges:
        if source in behind and target in behind:
            behind[source].append(target)
    return behind


def _depths(behind: Mapping[str, list[str]], starts: list[str]) -> dict[str, int]:
    depth = dict.fromkeys(starts, 0)
    waiting = list(depth)
    for name in waiting:
        for target in behind[name]:
            if target not in depth:
                depth[target] = depth[name] + 1
                waiting.append(target)
    return depth


def _both_ways(behind: Mapping[str, list[str]]) -> dict[str, list[str]]:
    both: defaultdict[str, list[str]] = defaultdict(list)
    for source, targets in behind.items():
        for target in targets:
            both[source].append(target)
            both[target].append(source)
    return dict(both)


def _heights(columns: list[list[str]]) -> dict[str, float]:
    """From 0 at the top to 1: columns are of different lengths."""
    return {
        name: (place + 0.5) / len(column) for column in columns for place, name in enumerate(column)
    }


def _middle(name: str, both: Mapping[str, list[str]], heights: Mapping[str, float]) -> float:
    around = [heights[other] for other in both.get(name, ()) if other != name]
    return sum(around) / len(around) if around else heights[name]
