"""A compiled menus.yaml: frozen, checked, complete. The engine walks it and never asks twice.

Every `Texts` holds every language of the program; what the author left out was filled from the
first language by the compiler.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from menu.data_set import DataSet
from menu.language import Language, Texts
from menu.paging import Footers

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
    """A numbered choice. `sets_language` is remembered for the caller before `go` is shown."""

    key: str
    label: Texts
    go: str
    sets_language: Language | None = None


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
    go: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A question that is answered with the name of a row. Several that fit are offered."""

    data_set: str
    label: Texts
    save_as: str
    go: str


class WaysOut(NamedTuple):
    """The last lines of a screen's pages: of one where a dialogue begins, of one deeper inside, and
    of one that ends it."""

    at_top: Footers
    deeper: Footers
    ending: Footers


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """`sends_link` names an app link that is sent by SMS when the caller reaches this screen.

    A screen waits for input when it has choices or asks; otherwise it ends the session.
    `lines` are its choices as they are shown, written once by the compiler; None where they
    depend on a data set. `has_blanks`: the text is filled with what the caller chose before.
    """

    name: str
    text: Texts
    has_blanks: bool = False
    choices: tuple[Option | RowOptions, ...] = ()
    lines: Mapping[Language, tuple[str, ...]] | None = None
    ask: Ask | None = None
    sends_link: str | None = None

    @property
    def ends(self) -> bool:
        return not self.choices and self.ask is None

    @property
    def has_effect(self) -> bool:
        return self.sends_link is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPoint:
    """Where a service code, a keyword or a called number enters the menus."""

    screen: str
    sets_language: Language | None = None


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
    tells of which data set a row is that is saved under a name.
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
    missed_call: Mapping[str, EntryPoint]  # by called number in E.164, "+919718397183"

    @property
    def fallback_language(self) -> Language:
        return self.languages[0]

    def shown_in(self, language: Language, *, is_latin: bool) -> Language:
        """The language of the texts for a network that carries every script, or only Latin."""
        return self.romanised.get(language, language) if is_latin else language

    def link_for(self, name: str, country: str | None) -> AppLink:
        """The app link that serves a caller of this country."""
        link = self.links[name]
        return self.links[link.elsewhere.get(country, name)] if country else link
