"""A menu as a graph: its screens, what leads from one to another, where people come in and where
they get out. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from menu.diagnostics import Place
from menu.document import KeyPath
from menu.language import Language
from menu.program import Program
from menu.schema import Screen
from menu.source import Flat, Source
from menu.texts import filled
from menu.way_schema import Go, ways_of


class Why(StrEnum):
    """What brings a caller from one screen to the next."""

    CHOICE = "choice"  # a number, or the label written out
    ROW = "row"  # one of a data set
    ANSWER = "answer"
    ONWARD = "onward"  # it leads on by itself
    FAILURE = "failure"  # of a service
    LAST_TRY = "last_try"  # too many wrong answers
    AFTER = "after"  # a sub-menu that begins there is over


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """`key` is what is pressed, where that is fixed; `label` what is read beside it; `when` the
    condition. `sets_language`: the choice is remembered."""

    source: str
    target: str
    why: Why
    key: str = ""
    label: str = ""
    when: str = ""
    sets_language: bool = False
    place: Place

    @property
    def told(self) -> str:
        """In a few words: "4 Helplines", "an answer", "the service fails"."""
        words = f"{self.key} {self.label}".strip() or _WORDS[self.why]
        return f"{words} (when {self.when})" if self.when else words


_WORDS: Mapping[Why, str] = {
    Why.CHOICE: "a choice",
    Why.ROW: "a row",
    Why.ANSWER: "an answer",
    Why.ONWARD: "leads on by itself",
    Why.FAILURE: "the service fails",
    Why.LAST_TRY: "after the last try",
    Why.AFTER: "after the sub-menu",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A screen. `title` is the beginning of what it says."""

    name: str
    title: str
    place: Place
    ends: bool
    leads_on: bool
    asks: bool
    calls: str
    sends: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """An entry point. `said` is what is dialled, texted or rung; "" is every other text."""

    channel: str
    said: str
    screen: str
    place: Place

    @property
    def told(self) -> str:
        """`dial *384*7#`, `text UMANG`, `any other text`, `ring +919718397183`"""
        return f"{_VERBS[self.channel]} {self.said}" if self.said else "any other text"


_VERBS: Mapping[str, str] = {"ussd": "dial", "sms": "text", "missed_call": "ring"}


@dataclass(frozen=True, slots=True)
class Graph:
    """Edges may lead to screens that are not there: a draft is drawn, too."""

    nodes: Mapping[str, Node]
    edges: tuple[Edge, ...]
    entries: tuple[Way, ...]

    def leading_to(self, name: str) -> list[Edge]:
        return [edge for edge in self.edges if edge.target == name]

    def leading_from(self, name: str) -> list[Edge]:
        return [edge for edge in self.edges if edge.source == name]


def graph_of(source: Source, program: Program, language: Language) -> Graph:
    """Labels in this language of the menu."""
    return Graph(
        nodes={name: _node(source, program, name, language) for name in source.flat},
        edges=tuple(
            edge
            for name, flat in source.flat.items()
            for edge in _edges(source, name, flat, language)
        ),
        entries=tuple(_entries(source)),
    )


def _node(source: Source, program: Program, name: str, language: Language) -> Node:
    screen = program.screens[name]
    return Node(
        name=name,
        title=" ".join(screen.text[language].split()),
        place=source.name_place(*source.flat[name].path),
        ends=screen.ends and screen.onward is None,
        leads_on=screen.onward is not None,
        asks=screen.ask is not None or screen.question is not None,
        calls=screen.call.service if screen.call else "",
        sends=screen.sends_link is not None or screen.sends_sms is not None,
    )


class _Lead(NamedTuple):
    go: Go
    why: Why
    at: KeyPath
    key: str = ""
    label: str = ""
    when: str | None = None
    sets_language: bool = False


def _edges(source: Source, name: str, flat: Flat, language: Language) -> Iterator[Edge]:
    for lead in _leads(source, flat.screen, language):
        for target, when, is_after in _targets(lead.go):
            yield Edge(
                source=name,
                target=target,
                why=Why.AFTER if is_after else lead.why,
                key="" if is_after else lead.key,
                label="" if is_after else lead.label,
                when=" and ".join(filter(None, (lead.when, when))),
                sets_language=lead.sets_language,
                place=source.value_place(*flat.path, *lead.at),
            )


def _leads(source: Source, screen: Screen, language: Language) -> Iterator[_Lead]:
    for position, key, option in screen.numbered_options():
        label = filled(option.label, source.displayed)[language]
        sets = option.language is not None
        at = ("options", position)
        yield _Lead(option.go, Why.CHOICE, at, key, label, option.when, sets)
    for position, rows in screen.row_options():
        label = f"a row of {rows.data_set}"
        yield _Lead(rows.go, Why.ROW, ("options", position), "", label, rows.when)
    for position, listed in screen.language_options():
        at = ("options", position)
        yield _Lead(listed.go, Why.ROW, at, "", "a language", sets_language=True)
    if screen.confirm:
        yes, no = source.phrases["yes"][language], source.phrases["no"][language]
        yield _Lead(screen.confirm.yes, Why.CHOICE, ("confirm", "yes"), "1", yes)
        yield _Lead(screen.confirm.no, Why.CHOICE, ("confirm", "no"), "2", no)
    if screen.go is not None:
        yield _Lead(screen.go, Why.ANSWER if screen.ask else Why.ONWARD, ("go",))
    for path, ask in screen.questions():
        if ask.after_last_try:
            yield _Lead(ask.after_last_try, Why.LAST_TRY, (*path, "after_last_try"))
    if screen.call:
        yield _Lead(screen.call.on_error, Why.FAILURE, ("call", "on_error"))
        for outcome, go in screen.call.outcomes.items():
            yield _Lead(go, Why.FAILURE, ("call", "outcomes", outcome), label=outcome)


def _targets(go: Go) -> Iterator[tuple[str, str | None, bool]]:
    """Every screen that follows, its condition, and whether it follows a sub-menu."""
    for _, way, when in ways_of(go):
        if isinstance(way, str):
            yield way, when, False
        elif way.screen:
            yield way.screen, when, False
            if way.then:
                yield way.then, when, True


def _entries(source: Source) -> Iterator[Way]:
    for path, entry in source.entries():
        said = str(path[-1]) if path[-1] not in ("default", "foreign") else ""
        if path[-1] == "foreign":
            said = f"{path[2]} from abroad"
        place = source.value_place(*path)
        yield Way(channel=str(path[1]), said=said, screen=entry.go, place=place)
