"""A menu as its author wrote it, with the place of every part: what the rules look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from menu import schema
from menu.condition_reader import Scope
from menu.data_set import DataSet
from menu.declared import asked_types, given_types, set_lines, with_set_types
from menu.diagnostics import Place
from menu.document import Document, KeyPath
from menu.formats import currency_of
from menu.language import Language, Texts
from menu.language_names import own_name
from menu.phrases import BUILT_IN, resolve
from menu.question_schema import AskChoice
from menu.romanised import romanised_of
from menu.service_compiler import compile_service, spec_of
from menu.service_parts import Service
from menu.services import Services, no_services
from menu.text_schema import AnyTexts
from menu.texts import languages_in
from menu.value_types import ValueType
from menu.way_schema import Go, ways_of


@dataclass(frozen=True)
class Flat:
    """A screen as the engine knows it: each question of a form is one."""

    path: KeyPath
    screen: schema.Screen


@dataclass(frozen=True)
class Source:
    menu: schema.Menu
    document: Document
    data_sets: Mapping[str, DataSet] = field(default_factory=dict)
    """Those that could be read; what is wrong with the others, and in these, was told."""
    services: Services = field(default_factory=no_services)
    """What the menu may call, besides what it declares itself; `of` adds that."""

    @classmethod
    def of(
        cls,
        menu: schema.Menu,
        document: Document,
        data_sets: Mapping[str, DataSet],
        services: Services,
    ) -> Source:
        """With the services that the menu declares."""
        own = {name: spec_of(each) for name, each in declared_in(menu).items()}
        return cls(menu, document, data_sets, {**services, **own})

    @cached_property
    def declared(self) -> Mapping[str, Service]:
        """The services that the menu declares itself."""
        return declared_in(self.menu)

    @property
    def languages(self) -> list[Language]:
        return self.menu.languages

    @cached_property
    def romanised(self) -> Mapping[Language, Language]:
        """What stands in for a language where a network carries only Latin letters."""
        texts = (*self.texts(), *self._names_of_languages())
        return romanised_of(self.languages, self.menu.phrases, texts)

    @cached_property
    def displayed(self) -> tuple[Language, ...]:
        """Every language that a phone may show: those of the menu, and the romanised ones."""
        return tuple(dict.fromkeys((*self.languages, *self.romanised.values())))

    @cached_property
    def written_languages(self) -> tuple[Language, ...]:
        """Those of the menu, and the romanised ones that its author began to write."""
        used = {language for _, texts in self.texts() for language in languages_in(texts)}
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

    @cached_property
    def currency(self) -> str:
        return currency_of(self.menu.country)

    @cached_property
    def flat(self) -> Mapping[str, Flat]:
        """Every screen by its name; "form.2" is the second question of a form."""
        flat: dict[str, Flat] = {}
        for name, screen in self.menu.screens.items():
            if not screen.form:
                flat[name] = Flat(("screens", name), screen)
                continue
            names = [f"{name}.{number}" for number in range(2, len(screen.form) + 1)]
            plain: dict[str, object] = {"form": [], "options": [], "confirm": None, "end": False}
            for position, question in enumerate(screen.form):
                onward = names[position] if position < len(names) else screen.go
                part = {"text": question.text, "ask": question.ask, "go": onward, **plain}
                if position:
                    part |= {"set_": {}, "send_link": None, "send_sms": None, "call": None}
                    part["prefetch"] = []
                own = [name, *names][position]
                path = ("screens", name, "form", position)
                flat[own] = Flat(path, screen.model_copy(update=part))
        return flat

    @cached_property
    def flat_screens(self) -> Mapping[str, schema.Screen]:
        return {name: flat.screen for name, flat in self.flat.items()}

    @cached_property
    def values(self) -> Mapping[str, ValueType]:
        """The answers and counts that are kept, by their names. Of two kinds the first counts."""
        known: dict[str, ValueType] = given_types(self.menu.screens, self.services)
        for _, name, its in self.asked_values():
            known.setdefault(name, its)
        return with_set_types(known, set_lines(self.menu.screens), self._scope({}))

    @cached_property
    def scope(self) -> Scope:
        """What conditions may look at: nothing sensitive."""
        return self._scope({name: its for name, its in self.values.items() if not its.is_sensitive})

    def _scope(self, values: Mapping[str, ValueType]) -> Scope:
        columns = {
            saved_as: {column: its.type for column, its in self.menu.data[data_set].columns.items()}
            for saved_as, data_set in self.saved_rows.items()
            if data_set in self.menu.data
        }
        return Scope(
            values=values,
            columns=columns,
            openings=frozenset(self.menu.open),
            languages=frozenset(self.languages),
        )

    def asked_values(self) -> Iterator[tuple[KeyPath, str, ValueType]]:
        """What every question keeps: (path of the question, name, what it is)."""
        languages = (*self.displayed,)
        yield from asked_types(self.asks(), languages, self.phrases, self.currency)

    def asks(self) -> Iterator[tuple[KeyPath, schema.AnyAsk]]:
        """Everything that is asked, with its path."""
        for name, screen in self.menu.screens.items():
            for path, ask in screen.questions():
                yield ("screens", name, *path), ask

    def goes(self) -> Iterator[tuple[KeyPath, Go]]:
        for name, screen in self.menu.screens.items():
            for path, go in screen.goes():
                yield ("screens", name, *path), go

    @cached_property
    def after_sub_menus(self) -> frozenset[str]:
        """Every screen that may follow the end of a sub-menu, home included."""
        ways = (way for _, go in self.goes() for _, way, _ in ways_of(go))
        thens = {way.then for way in ways if not isinstance(way, str) and way.then}
        return frozenset(thens | {entry.go for _, entry in self.entries()})

    def conditions(self) -> Iterator[tuple[KeyPath, str]]:
        """Every condition with its path."""
        for name, screen in self.menu.screens.items():
            for position, option in enumerate(screen.options):
                if not isinstance(option, schema.LanguageOptions) and option.when:
                    yield ("screens", name, "options", position, "when"), option.when
        for path, go in self.goes():
            for suffix, _, when in ways_of(go):
                if when:
                    yield (*path, *suffix[:-1], "when"), when

    def set_lines(self) -> Iterator[tuple[KeyPath, str, str]]:
        """Every line under `set`: (path, name, expression)."""
        yield from set_lines(self.menu.screens)

    def entries(self) -> Iterator[tuple[KeyPath, schema.Entry]]:
        """Every entry point of every channel."""
        points = self.menu.entry_points
        for code, dialled in points.ussd.items():
            yield ("entry_points", "ussd", code), dialled
        for word, keyword in points.sms.keywords.items():
            yield ("entry_points", "sms", "keywords", word), keyword
        if points.sms.default:
            yield ("entry_points", "sms", "default"), points.sms.default
        for called, entry in points.missed_call.items():
            yield ("entry_points", "missed_call", called), entry
            if entry.foreign:
                yield ("entry_points", "missed_call", called, "foreign"), entry.foreign

    def sms_words(self) -> Iterator[tuple[Place, str, schema.Keyword, Language | None]]:
        """Every word that a text may begin with: its place, and the language that it chooses."""
        path = ("entry_points", "sms", "keywords")
        for word, keyword in self.menu.entry_points.sms.keywords.items():
            yield self.name_place(*path, word), word, keyword, keyword.language
            for suffix, other, language in keyword.other_words():
                place = self.value_place(*path, word, *suffix)
                yield place, other, keyword, keyword.language or language

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
            for path, ask in screen.questions():
                if isinstance(ask, schema.Ask):
                    yield ("screens", name, *path), ask

    def filled_texts(self) -> Iterator[tuple[KeyPath, AnyTexts]]:
        """The texts that may have blanks: of screens, of questions in forms, of SMS."""
        for name, screen in self.menu.screens.items():
            if screen.text is not None:
                yield ("screens", name, "text"), screen.text
            for position, question in enumerate(screen.form):
                yield ("screens", name, "form", position, "text"), question.text
            if screen.send_sms is not None:
                yield ("screens", name, "send_sms"), screen.send_sms

    def texts_on_screens(self) -> Iterator[tuple[KeyPath, str, AnyTexts]]:
        """The same, with the names of the screens in `flat`."""
        for path, texts in self.filled_texts():
            yield path, self.screen_at(path), texts

    def screen_at(self, path: KeyPath) -> str:
        """The name in `flat` of the screen that this path leads into."""
        name = str(path[1])
        is_later = len(path) > 3 and path[2] == "form" and path[3] != 0
        return f"{name}.{int(path[3]) + 1}" if is_later else name

    def error_texts(self) -> Iterator[tuple[KeyPath, schema.Texts]]:
        """The own words for what is wrong with an answer."""
        for path, ask in self.asks():
            if not isinstance(ask, schema.Ask):
                for rule in type(ask.errors).model_fields:
                    if texts := getattr(ask.errors, rule):
                        yield (*path, "errors", rule), texts

    def texts(self) -> Iterator[tuple[KeyPath, AnyTexts]]:
        """Everything that is written for people, phrases aside."""
        for name, link in self.menu.links.items():
            yield ("links", name, "sms"), link.sms
        for name, helpline in self.menu.helplines.items():
            yield ("helplines", name, "label"), helpline.label
        yield from self.filled_texts()
        yield from self.error_texts()
        for path, ask in self.asks():
            if isinstance(ask, AskChoice):
                for position, item in enumerate(ask.choices):
                    yield (*path, "choices", position, "label"), item.label
        for path, _, option in self.options():
            yield (*path, "label"), option.label
        for path, lookup in self.lookups():
            if lookup.label:
                yield (*path, "label"), lookup.label

    def _names_of_languages(self) -> Iterator[tuple[KeyPath, AnyTexts]]:
        """What a list of all languages shows, which nobody wrote."""
        for name, screen in self.menu.screens.items():
            for position, _ in screen.language_options():
                for language in self.languages:
                    yield ("screens", name, "options", position), own_name(language, language)

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


def declared_in(menu: schema.Menu) -> dict[str, Service]:
    currency = currency_of(menu.country)
    return {name: compile_service(name, its, currency) for name, its in menu.services.items()}
