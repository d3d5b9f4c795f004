"""A compiled menus.yaml: frozen, checked, complete. The engine walks it and never asks twice.

Every `Texts` holds every language of the program; what the author left out was filled from the
first language by the compiler.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from menu.data_set import DataSet

Language = str  # a BCP 47 tag as the author wrote it: "en", "hi", "bn"
Texts = Mapping[Language, str]

BACK_KEY = "0"
HOME_KEY = "00"
RESERVED_KEYS = frozenset({BACK_KEY, HOME_KEY, "98", "99"})


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
class Screen:
    """`sends_link` names an app link that is sent by SMS when the caller reaches this screen.

    A screen waits for input exactly when it has options; otherwise it ends the session.
    `shown_at_top` and `shown_deeper` are whole screens, composed once by the compiler: the first
    for a caller who can only leave, the second for one who can go back.
    """

    name: str
    text: Texts
    shown_at_top: Texts
    shown_deeper: Texts
    options: tuple[Option, ...] = ()
    sends_link: str | None = None

    @property
    def ends(self) -> bool:
        return not self.options

    @property
    def has_effect(self) -> bool:
        return self.sends_link is not None

    def find_option(self, key: str) -> Option | None:
        return next((option for option in self.options if option.key == key), None)


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

    `phrases` holds the program's own words by the names of `menu.phrases.BUILT_IN`.
    """

    fingerprint: str
    name: str
    languages: tuple[Language, ...]
    phrases: Mapping[str, Texts]
    screens: Mapping[str, Screen]
    links: Mapping[str, AppLink]
    ussd: Mapping[str, EntryPoint]  # by service code, "*384*97183#"
    sms_keywords: Mapping[str, EntryPoint]  # by folded keyword, see menu.inputs.fold
    sms_default: EntryPoint | None
    missed_call: Mapping[str, EntryPoint]  # by called number in E.164, "+919718397183"
    data_sets: Mapping[str, DataSet] = field(default_factory=dict, repr=False)  # by name

    @property
    def fallback_language(self) -> Language:
        return self.languages[0]

    def link_for(self, name: str, country: str | None) -> AppLink:
        """The app link that serves a caller of this country."""
        link = self.links[name]
        return self.links[link.elsewhere.get(country, name)] if country else link
