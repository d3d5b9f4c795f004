"""A compiled menus.yaml: frozen, checked, complete. The engine walks it and never asks twice.

Every `Texts` holds every language of the program; what the author left out was filled from the
first language by the compiler.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from menu.answer_forms import AnswerForm
from menu.conditions import Condition, Expression
from menu.data_set import DataSet
from menu.formats import Formats
from menu.language import Language, Texts
from menu.openings import Hours
from menu.paging import Footers
from menu.service_parts import Service
from menu.switches import NO_SWITCHES, Switches
from menu.texts import Plural
from menu.value_types import ValueType
from menu.ways import Go
from telecom.dlt_book import DltBook

BACK_KEY = "0"
HOME_KEY = "00"
MORE_KEY = "98"
RESERVED_KEYS = frozenset({BACK_KEY, HOME_KEY, MORE_KEY, "99"})


class Platform(StrEnum):
    ANDROID = "android"
    IOS = "ios"
    KAIOS = "kaios"
    WEB = "web"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A numbered choice. `sets_language` is remembered for the caller before `go` is shown.

    It is there while `when` holds; `sets` are the values that it keeps. `is_final`: nobody comes
    back to it by "back", because what lies behind it happens once.
    """

    key: str
    label: Texts
    go: Go
    sets_language: Language | None = None
    when: Condition | None = None
    sets: tuple[tuple[str, Expression], ...] = ()
    is_final: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RowOptions:
    """A numbered choice for each row of a data set whose cells are as `where` says.

    The row is saved under a name, for the texts of later screens. `where` and `label` may hold
    blanks (menu.templates).
    """

    data_set: str
    where: tuple[tuple[str, str], ...] = ()
    label: Texts
    save_as: str
    go: Go
    when: Condition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A question that is answered with the name of a row. Several that fit are offered.

    `offers_guess`: so is the only one, unless it was named exactly, because what follows has an
    effect.
    """

    data_set: str
    label: Texts
    save_as: str
    go: Go
    tries: int | None = None
    after_last_try: str | None = None
    offers_guess: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question whose answer is kept as a value, if it is as `form` says.

    `errors` has a text for each rule that `form` may name. `lines` are the answers to choose from,
    as they are shown; none where people write what they like. `is_sensitive`: the answer is never
    kept, and what was typed neither. `takes_zero`: 0 is an answer, so it cannot be "back".
    """

    save_as: str
    form: AnswerForm
    errors: Mapping[str, Texts]
    go: Go
    lines: Mapping[Language, tuple[str, ...]] | None = None
    tries: int | None = None
    after_last_try: str | None = None
    is_sensitive: bool = False
    takes_zero: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A text with blanks, in the forms that it has for one thing and for many."""

    text: Texts
    plurals: Mapping[Language, Plural] = field(default_factory=dict)
    has_blanks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceCall:
    """A service that is asked when somebody reaches a screen. `told` may hold blanks."""

    service: str
    told: tuple[tuple[str, str], ...] = ()
    save_as: str = ""
    by_sms_when_slow: bool = False
    on_error: str
    outcomes: Mapping[str, str] = field(default_factory=dict)  # screens, by what happened instead

    def screen_after(self, outcome: str) -> str:
        return self.outcomes.get(outcome, self.on_error)


class WaysOut(NamedTuple):
    """The last lines of a screen's pages: of one where a dialogue begins, of one deeper inside, of
    one that ends it, and of a question that 0 may answer."""

    at_top: Footers
    deeper: Footers
    ending: Footers
    without_zero: Footers = Footers()


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """`sends_link` names an app link that is sent by SMS when the caller reaches this screen.

    A screen waits for input when it has choices or asks; it leads `onward` without being shown;
    otherwise it ends the session.
    `lines` are its choices as they are shown, written once by the compiler; None where they
    depend on a data set or a condition. `words` are the labels of its options (folded, in every
    language) with their keys. `has_blanks`: the text is filled with what the caller chose before.
    `sets` are the values that are kept on arrival, in this order. `hours` are the opening hours
    outside which it says that nobody is there. `prefetch` are the screens whose services are asked
    while somebody reads this one. `speaks`: the keys of a list of all languages; where
    they stand on the screen depends on where the caller is.
    """

    name: str
    text: Texts
    plurals: Mapping[Language, Plural] = field(default_factory=dict)
    has_blanks: bool = False
    choices: tuple[Option | RowOptions, ...] = ()
    lines: Mapping[Language, tuple[str, ...]] | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    by_key: Mapping[str, Option] = field(default_factory=dict, repr=False)
    speaks: Mapping[str, Language] = field(default_factory=dict)
    ask: Ask | None = None
    question: Question | None = None
    onward: Go | None = None
    sets: tuple[tuple[str, Expression], ...] = ()
    sends_link: str | None = None
    sends_sms: Message | None = None
    call: ServiceCall | None = None
    hours: str = ""
    prefetch: tuple[str, ...] = ()

    @property
    def ends(self) -> bool:
        return not self.choices and self.ask is None and self.question is None

    @property
    def confirms(self) -> bool:
        """It asks yes or no before something happens."""
        return any(isinstance(each, Option) and each.is_final for each in self.choices)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPoint:
    """Where a service code, a keyword or a called number enters the menus.

    `args` are the names that the questions save under which are answered behind a keyword, in
    their order; LANG among them is a language. `is_usual`: a call there repeats the caller's last
    query. `foreign` is for callers from other countries. `answer_seconds`: so long who dials again
    is offered his last answer (0: never).
    """

    screen: str
    sets_language: Language | None = None
    args: tuple[str, ...] = ()
    is_usual: bool = False
    foreign: EntryPoint | None = None
    answer_seconds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AppLink:
    """A catalogue entry. `addresses` always has WEB; other platforms fall back to it.

    `elsewhere` maps a caller's country (ISO 3166, "US") to the app link that serves it.
    `sms` is the text that carries it, with `{link}`; `sms_unknown_language` is sent, in the first
    language, to a caller of whom no language is known.
    """

    name: str
    addresses: Mapping[Platform, str]
    sms: Texts
    sms_unknown_language: str | None = None
    elsewhere: Mapping[str, str]

    def address_for(self, platform: Platform) -> str:
        return self.addresses.get(platform, self.addresses[Platform.WEB])


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """`fingerprint` is the SHA-256 (hex) of the source files.

    `phrases` holds the program's own words by the names of `menu.phrases.BUILT_IN`. Texts are
    there in `languages` and in what `romanised` makes of them: {"hi": "hi-Latn"}. `saved_rows`
    tells of which data set a row is that is saved under a name, `values` what an answer or a count
    is. `resume_seconds`: so long somebody who was dropped is asked whether he goes on; 0: never.
    """

    fingerprint: str
    name: str
    languages: tuple[Language, ...]
    romanised: Mapping[Language, Language]
    phrases: Mapping[str, Texts]
    ways_out: Mapping[Language, WaysOut]
    data_sets: Mapping[str, DataSet] = field(repr=False)
    saved_rows: Mapping[str, str]
    screens: Mapping[str, Screen]
    links: Mapping[str, AppLink]
    ussd: Mapping[str, EntryPoint]  # by service code, "*384*97183#"
    sms_keywords: Mapping[str, EntryPoint]  # by folded keyword, see menu.inputs.fold
    sms_default: EntryPoint | None
    sms_words: Mapping[str, str] = field(default_factory=dict)  # the same, as the author wrote them
    missed_call: Mapping[str, EntryPoint]  # by called number in E.164, "+919718397183"
    values: Mapping[str, ValueType]
    formats: Mapping[Language, Formats]
    currency: str
    zone: ZoneInfo
    openings: Mapping[str, tuple[Hours, ...]]
    resume_seconds: int = 0
    country: str = "IN"
    repeatable: frozenset[str] = frozenset()  # screens that "my usual" may come back to
    services: Mapping[str, Service] = field(default_factory=dict)  # that the menu declares itself
    has_plain_letters: bool = False  # SMS lose typographic characters where that makes them shorter
    dlt: DltBook | None = None  # None: nothing is registered, and no text is held to it
    switches: Switches = NO_SWITCHES  # what is off now: no part of the menu's version

    @property
    def fallback_language(self) -> Language:
        return self.languages[0]

    @property
    def keeps_usuals(self) -> bool:
        """Whether anybody asks for them."""
        return any(entry.is_usual for entry in self.missed_call.values())

    def speaks(self, language: Language | None) -> bool:
        """Whether somebody may be written to in it; in Latin letters, too, where he asked so."""
        return language in self.languages or language in self.romanised.values()

    def shown_in(self, language: Language, *, is_latin: bool) -> Language:
        """The language of the texts for a network that carries every script, or only Latin."""
        return self.romanised.get(language, language) if is_latin else language

    def link_for(self, name: str, country: str | None) -> AppLink:
        """The app link that serves a caller of this country."""
        link = self.links[name]
        return self.links[link.elsewhere.get(country, name)] if country else link
