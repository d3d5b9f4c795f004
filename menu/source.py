"""A menu as its author wrote it, with the place of every part: what the rules look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from menu import schema
from menu.data_set import DataSet
from menu.diagnostics import Place
from menu.document import Document, KeyPath
from menu.language import Language, Texts
from menu.phrases import BUILT_IN, resolve
from menu.romanised import romanised_of


@dataclass(frozen=True)
class Source:
    menu: schema.Menu
    document: Document
    data_sets: Mapping[str, DataSet] = field(default_factory=dict)
    """Those that could be read; what is wrong with the others, and in these, was told."""

    @property
    def languages(self) -> list[Language]:
        return self.menu.languages

    @cached_property
    def romanised(self) -> Mapping[Language, Language]:
        """What stands in for a language where a network carries only Latin letters."""
        return romanised_of(self.languages, self.menu.phrases, self.texts())

    @cached_property
    def displayed(self) -> tuple[Language, ...]:
        """Every language that a phone may show: those of the menu, and the romanised ones."""
        return tuple(dict.fromkeys((*self.languages, *self.romanised.values())))

    @cached_property
    def written_languages(self) -> tuple[Language, ...]:
        """Those of the menu, and the romanised ones that its author began to write."""
        used = {
            language
            for _, texts in self.texts()
            if not isinstance(texts, str)
            for language in texts
        }
        return (*self.languages, *(each for each in self.romanised.values() if each in used))

    @cached_property
    def phrases(self) -> Mapping[str, Texts]:
        """The program's own words in every language that is shown."""
        return resolve(self.displayed, self.menu.phrases)

    @cached_property
    def saved_rows(self) -> dict[str, str]:
        """The names that rows are saved under, and the data set of each."""
        saved: dict[str, str] = {}
        for _, lookup in self.lookups():
            saved.setdefault(lookup.save_as, lookup.data_set)
        return saved

    def entries(self) -> Iterator[tuple[KeyPath, schema.Entry]]:
        """Every entry point of every channel."""
        points = self.menu.entry_points
        for code, entry in points.ussd.items():
            yield ("entry_points", "ussd", code), entry
        for keyword, entry in points.sms.keywords.items():
            yield ("entry_points", "sms", "keywords", keyword), entry
        if points.sms.default:
            yield ("entry_points", "sms", "default"), points.sms.default
        for called, entry in points.missed_call.items():
            yield ("entry_points", "missed_call", called), entry

    def options(self) -> Iterator[tuple[KeyPath, str, schema.Option]]:
        """Every option that stands by itself: (path, key, option)."""
        for name, screen in self.menu.screens.items():
            for position, key, option in screen.numbered_options():
                yield ("screens", name, "options", position), key, option

    def lookups(self) -> Iterator[tuple[KeyPath, schema.RowOptions | schema.Ask]]:
        """Whatever looks into a data set, with its path."""
        for name, screen in self.menu.screens.items():
            for position, rows in screen.row_options():
                yield ("screens", name, "options", position), rows
            if screen.ask:
                yield ("screens", name, "ask"), screen.ask

    def texts(self) -> Iterator[tuple[KeyPath, schema.Texts]]:
        """Everything that is written for people, phrases aside."""
        for name, link in self.menu.links.items():
            yield ("links", name, "sms"), link.sms
        for name, screen in self.menu.screens.items():
            yield ("screens", name, "text"), screen.text
        for path, _, option in self.options():
            yield (*path, "label"), option.label
        for path, lookup in self.lookups():
            if lookup.label:
                yield (*path, "label"), lookup.label

    def own_phrases(self) -> Iterator[tuple[KeyPath, schema.Texts]]:
        """The phrases that the author replaces."""
        for name in BUILT_IN:
            if texts := getattr(self.menu.phrases, name):
                yield ("phrases", name), texts

    def steps(self) -> Iterator[tuple[schema.Case, KeyPath, schema.Step]]:
        """Every step of every test, in their order."""
        for position, case in enumerate(self.menu.tests):
            for suffix, step in case.numbered_steps():
                yield case, ("tests", position, *suffix), step

    def name_place(self, *path: str | int) -> Place:
        """Where the name at this path stands."""
        return self.document.key_place(path)

    def value_place(self, *path: str | int) -> Place:
        """Where the value at this path stands; of what is not there, the nearest thing around."""
        return self.document.value_place(path)
