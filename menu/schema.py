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
from menu.dlt_schema import Dlt, DltNames, DltPhrases, DltTemplate
from menu.entry_schema import SEVERAL, Called, Dialled, Entry, EntryPoints, Keyword, SmsEntryPoints
from menu.files import MENU_FILE
from menu.question_schema import KIND_TAGS, AnyAsk, Ask
from menu.screen_schema import (
    LANGUAGE_OPTIONS,
    ONE_OPTION,
    ROW_OPTIONS,
    AnyOption,
    LanguageOptions,
    Option,
    RowOptions,
    Screen,
)
from menu.service_schema import ServiceShape
from menu.shapes import Flag, LanguageCode, Name, Shape, matching, wrong
from menu.text_schema import BY_LANGUAGE, COUNTED, ONE_TEXT, Counted, CountedTexts, Text, Texts
from menu.top_schema import AnyResume, Country, Helpline, Opening, Openings, Resume, TimeZone
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
    "Dialled",
    "Dlt",
    "DltPhrases",
    "DltTemplate",
    "Entry",
    "EntryPoints",
    "Go",
    "Helpline",
    "Keyword",
    "LanguageOptions",
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
    {ONE_TEXT, BY_LANGUAGE, COUNTED, SEVERAL, ONE_OPTION, ROW_OPTIONS, LANGUAGE_OPTIONS}
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
    """Beside 0: the screen before."""
    home: Texts | None = None
    """Beside 00: the first screen."""
    exit: Texts | None = None
    """Beside 0 on the first screen: the end."""
    more: Texts | None = None
    """Beside 98: the next page."""
    wrong_choice: Texts | None = None
    """No option, or none of a few answers, is what was typed."""
    not_found: Texts | None = None
    """No row fits what was typed."""
    which_one: Texts | None = None
    """Above the rows that fit what was typed."""
    more_letters: Texts | None = None
    """Above the rows, where more fit than are shown."""
    goodbye: Texts | None = None
    """To somebody who leaves."""
    busy: Texts | None = None
    """Something does not work at the moment."""
    session_over: Texts | None = None
    """The dialogue was over already, or its menu is gone."""
    stopped: Texts | None = None
    """The answer to STOP. {name} is the name of the menu."""
    started: Texts | None = None
    """The answer to START. {name} is the name of the menu."""
    help: Texts | None = None
    """The answer to HELP: how to end SMS, and whom to call. {name} is the name of the menu."""
    language_set: Texts | None = None
    """The answer to LANG with a language, which {language} names."""
    which_language: Texts | None = None
    """The answer to LANG alone. {codes} are what may follow it."""
    no_sms: Texts | None = None
    """To somebody on the phone who sent STOP, where an SMS would have followed."""
    too_many_sms: Texts | None = None
    """To somebody who has had as many SMS as may be sent to him."""
    answer_later: Texts | None = None
    """To somebody whose service is slow, where `when_slow: sms` sends the answer."""
    yes: Texts | None = None
    """The first answer of a question with yes and no."""
    no: Texts | None = None
    """The second answer of a question with yes and no."""
    wrong_text: Texts | None = None
    """An answer has other signs than letters and digits."""
    too_short: Texts | None = None
    """A text is too short; {limit} is the least."""
    too_long: Texts | None = None
    """A text is too long; {limit} is the most."""
    wrong_number: Texts | None = None
    """An answer is no number."""
    too_small: Texts | None = None
    """A number is too small; {limit} is the least."""
    too_large: Texts | None = None
    """A number is too large; {limit} is the most."""
    wrong_date: Texts | None = None
    """An answer is no day."""
    too_early: Texts | None = None
    """A day is too early; {limit} is the first."""
    too_late: Texts | None = None
    """A day is too late; {limit} is the last."""
    wrong_phone: Texts | None = None
    """An answer is no telephone number."""
    wrong_pin_code: Texts | None = None
    """An answer is no postal code."""
    wrong_answer: Texts | None = None
    """An answer is not written as the pattern says."""
    too_many_tries: Texts | None = None
    """To somebody whose last try was wrong, before the end."""
    closed_now: Texts | None = None
    """Below a helpline, outside its hours."""
    unfinished: Texts | None = None
    """Above the offer to somebody who was cut off."""
    go_on: Texts | None = None
    """The offer to go on where he was."""
    start_again: Texts | None = None
    """The offer to begin anew."""
    last_answer: Texts | None = None
    """Above the offer of the last answer, and above it: {time} is when it was given."""
    read_it: Texts | None = None
    """The offer to read it."""
    answer_waits: Texts | None = None
    """In its place, while there is none yet."""
    did_you_mean: Texts | None = None
    """Whether a text was nearly a keyword: {keyword}, which "1" stands for."""
    link_over: Texts | None = None
    """On the web page of a short link that is too old, above what to dial or ring."""


class Link(Shape):
    """An app link: its addresses and the text message that brings it."""

    web: Text
    """The address for every phone that has no entry of its own."""
    android: Text | None = None
    """The address for phones with Android."""
    ios: Text | None = None
    """The address for iPhones."""
    kaios: Text | None = None
    """The address for the Jio phone and others with KaiOS."""
    elsewhere: dict[Name, list[Text]] = Field(default_factory=dict)
    """Other links for callers from other countries: the link's name and two-letter codes."""
    sms: Texts
    """The text message; {link} is replaced by a short address."""
    sms_unknown_language: Text | None = None
    """The text message for a caller whose language nobody knows yet."""
    dlt: DltNames = Field(default_factory=list)
    """The DLT templates of these texts, of whichever language each is."""


class Menu(Shape):
    """Menus for phones that are not smart."""

    version: Annotated[Literal[1], BeforeValidator(_version)]
    """1: the version of this language."""
    name: Text
    """What people know the service by: the answers to STOP, START and HELP begin with it."""
    languages: list[LanguageCode] = Field(min_length=1, max_length=40)
    """The languages of this menu. The first is shown where a text is missing in another."""
    country: Country = "IN"
    """Where most callers are: its two letters. For telephone numbers and money; IN unless told."""
    timezone: TimeZone = "Asia/Kolkata"
    """Whose clocks count for days and opening hours, such as Africa/Nairobi."""
    open: dict[Name, Openings] = Field(default_factory=dict)
    """Opening hours under a name: conditions ask for them as open.NAME."""
    resume: AnyResume = Field(default_factory=Resume)
    """For how long somebody who was cut off may go on where he was; off: never."""
    plain_letters: Flag = False
    """true sends curly quotes, long dashes and the like as plain ones, wherever an SMS becomes one
    of plain letters by it, or takes fewer segments."""
    include: list[IncludedFile] = Field(default_factory=list)
    """Further files of this menu, such as crops.yaml, beside this one."""
    phrases: Phrases = Field(default_factory=Phrases)
    """Own words in the place of the program's."""
    entry_points: EntryPoints
    """Where people come in."""
    links: dict[Name, Link] = Field(default_factory=dict)
    """App links that screens send by SMS, each under a name."""
    helplines: dict[Name, Helpline] = Field(default_factory=dict)
    """People whom screens hand callers over to, each under a name."""
    data: dict[Name, DataSource] = Field(default_factory=dict)
    """Data sets: tables that are kept in CSV files, each under a name."""
    dlt: Dlt | None = None
    """What is registered with India's DLT: texts to Indian numbers are held to it."""
    services: dict[Name, ServiceShape] = Field(default_factory=dict, max_length=200)
    """Services that screens call, each under a name."""
    screens: dict[Name, Screen] = Field(min_length=1)
    """What is shown, each screen under a name that "go" leads to."""
    tests: list[Case] = Field(default_factory=list)
    """What "flask menus test" tries out; callers never meet it."""
