"""The shape of menus.yaml: which names stand where, and what their values look like.

Only shapes are checked here; whether names fit together is the business of the rules. The
docstrings below the fields are shown by editors, through menus.schema.json. Screens, texts and
tests have files of their own (screen_schema, text_schema, case_schema).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from menu.case_schema import OPENINGS, Case, Step
from menu.data_schema import DataSource
from menu.entry_schema import SEVERAL, Called, Entry, EntryPoints, Keyword, SmsEntryPoints
from menu.files import MENU_FILE
from menu.question_schema import KIND_TAGS, AnyAsk, Ask
from menu.screen_schema import ONE_OPTION, ROW_OPTIONS, AnyOption, Option, RowOptions, Screen
from menu.shapes import Flag, LanguageCode, Name, Shape, matching, wrong
from menu.text_schema import BY_LANGUAGE, COUNTED, ONE_TEXT, Counted, CountedTexts, Text, Texts
from menu.top_schema import Country, Helpline, Opening, Openings, TimeZone
from menu.way_schema import WAY_TAGS, Go

__all__ = [
    "OPENINGS",
    "TAGS",
    "AnyAsk",
    "AnyOption",
    "Ask",
    "Called",
    "Case",
    "Counted",
    "CountedTexts",
    "Entry",
    "EntryPoints",
    "Go",
    "Helpline",
    "Keyword",
    "Link",
    "Menu",
    "Opening",
    "Option",
    "Phrases",
    "RowOptions",
    "Screen",
    "SmsEntryPoints",
    "Step",
    "Text",
    "Texts",
]

# pydantic's additions to a path
TAGS = frozenset(
    {ONE_TEXT, BY_LANGUAGE, COUNTED, SEVERAL, ONE_OPTION, ROW_OPTIONS}
    | {*KIND_TAGS, *WAY_TAGS, "[key]"}
)


def _version(value: object) -> object:
    if value != "1":
        raise wrong("This program reads menus of version 1.", "Write: version: 1")
    return 1


IncludedFile = Annotated[str, WithJsonSchema(matching(MENU_FILE))]  # menu.merging judges it


class Phrases(Shape):
    """The program's own words, where the built-in ones shall be replaced."""

    back: Texts | None = None
    home: Texts | None = None
    exit: Texts | None = None
    more: Texts | None = None
    wrong_choice: Texts | None = None
    not_found: Texts | None = None
    which_one: Texts | None = None
    more_letters: Texts | None = None
    goodbye: Texts | None = None
    busy: Texts | None = None
    session_over: Texts | None = None
    stopped: Texts | None = None
    started: Texts | None = None
    help: Texts | None = None
    language_set: Texts | None = None
    which_language: Texts | None = None
    no_sms: Texts | None = None
    too_many_sms: Texts | None = None
    yes: Texts | None = None
    no: Texts | None = None
    wrong_text: Texts | None = None
    too_short: Texts | None = None
    too_long: Texts | None = None
    wrong_number: Texts | None = None
    too_small: Texts | None = None
    too_large: Texts | None = None
    wrong_date: Texts | None = None
    too_early: Texts | None = None
    too_late: Texts | None = None
    wrong_phone: Texts | None = None
    wrong_pin_code: Texts | None = None
    wrong_answer: Texts | None = None
    too_many_tries: Texts | None = None
    closed_now: Texts | None = None
    did_you_mean: Texts | None = None


class Link(Shape):
    """An app link: its addresses and the text message that brings it."""

    web: Text
    """The address for every phone that has no entry of its own."""
    android: Text | None = None
    ios: Text | None = None
    kaios: Text | None = None
    elsewhere: dict[Name, list[Text]] = Field(default_factory=dict)
    """Other links for callers from other countries: the link's name and two-letter codes."""
    sms: Texts
    """The text message; {link} is replaced by a short address."""
    sms_unknown_language: Text | None = None
    """The text message for a caller whose language nobody knows yet."""


class Menu(Shape):
    """Menus for phones that are not smart."""

    version: Annotated[Literal[1], BeforeValidator(_version)]
    name: Text
    languages: list[LanguageCode] = Field(min_length=1, max_length=40)
    """The languages of this menu. The first is shown where a text is missing in another."""
    country: Country = "IN"
    """Where most callers are: its two letters. For telephone numbers and money; IN unless told."""
    timezone: TimeZone = "Asia/Kolkata"
    """Whose clocks count for days and opening hours, such as Africa/Nairobi."""
    open: dict[Name, Openings] = Field(default_factory=dict)
    """Opening hours under a name: conditions ask for them as open.NAME."""
    plain_letters: Flag = False
    """true sends curly quotes, long dashes and the like as plain ones, wherever an SMS becomes one
    of plain letters by it, or takes fewer segments."""
    include: list[IncludedFile] = Field(default_factory=list)
    """Further files of this menu, such as crops.yaml, beside this one."""
    phrases: Phrases = Field(default_factory=Phrases)
    entry_points: EntryPoints
    links: dict[Name, Link] = Field(default_factory=dict)
    helplines: dict[Name, Helpline] = Field(default_factory=dict)
    """People whom screens hand callers over to."""
    data: dict[Name, DataSource] = Field(default_factory=dict)
    """Data sets: tables that are kept in CSV files."""
    screens: dict[Name, Screen] = Field(min_length=1)
    tests: list[Case] = Field(default_factory=list)
    """What "flask menus test" tries out; callers never meet it."""
