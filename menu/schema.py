"""The shape of menus.yaml: which names stand where, and what their values look like.

Only shapes are checked here; whether names fit together is the business of the rules. The
docstrings below the fields are shown by editors, through menus.schema.json.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    WithJsonSchema,
    model_validator,
)

from menu.data_schema import DataSource
from menu.files import MENU_FILE
from menu.shapes import Flag, LanguageCode, Name, Shape, matching, wrong

ONE_TEXT: Final = "<one text>"
BY_LANGUAGE: Final = "<by language>"
ONE_OPTION: Final = "<option>"
ROW_OPTIONS: Final = "<options from rows>"
OPENINGS: Final = ("dial", "text", "ring")  # how a caller may begin


def _text(value: str) -> str:
    """Without the line end that block texts have, in the one spelling that is counted and sent."""
    text = unicodedata.normalize("NFC", value.strip())
    if not text:
        raise wrong("A text is missing here.", "Write it, or remove the line.")
    return text


def _key(value: str) -> str:
    if not re.fullmatch(r"[0-9]{1,2}", value):
        raise wrong(f'"{value[:50]}" is not a key.', 'A key is one or two digits, such as "3".')
    return value


def _version(value: object) -> object:
    if value != "1":
        raise wrong("This program reads menus of version 1.", "Write: version: 1")
    return 1


def _keys(value: str) -> str:
    if not re.fullmatch(r"[0-9*#]+", value):
        hint = 'Press digits, * and #, such as "1"; other words are for "type".'
        raise wrong(f'"{value[:50]}" cannot be pressed.', hint)
    return value


def _yes(value: object) -> object:
    if value != "true":
        raise wrong("Only true can stand here.", "Write true, or remove the step.")
    return True


def _text_kind(value: object) -> str:
    return BY_LANGUAGE if isinstance(value, dict) else ONE_TEXT


def _as_entry(value: object) -> object:
    return {"go": value} if isinstance(value, str) else value


_PLAIN: Final = {"type": "string", "minLength": 1}
Text = Annotated[str, AfterValidator(_text), WithJsonSchema(_PLAIN)]
Key = Annotated[str, AfterValidator(_key), WithJsonSchema({"type": ["string", "integer"]})]
Keys = Annotated[str, AfterValidator(_keys), WithJsonSchema({"type": ["string", "integer"]})]
Yes = Annotated[Literal[True], BeforeValidator(_yes)]
Texts = Annotated[
    Annotated[Text, Tag(ONE_TEXT)]
    | Annotated[dict[LanguageCode, Text], Field(min_length=1), Tag(BY_LANGUAGE)],
    Discriminator(_text_kind),
]


IncludedFile = Annotated[str, WithJsonSchema(matching(MENU_FILE))]  # menu.merging judges it


class Entry(Shape):
    """Where somebody enters the menus."""

    go: Name
    """The screen that is shown."""
    language: LanguageCode | None = None
    """The language that is chosen by entering here, and remembered for the caller."""


AnyEntry = Annotated[Entry, BeforeValidator(_as_entry, json_schema_input_type=Name | Entry)]


class SmsEntryPoints(Shape):
    keywords: dict[str, AnyEntry] = Field(default_factory=dict)
    """Words that people send, in small or capital letters, and where they lead."""
    default: AnyEntry | None = None
    """Where every other text message leads."""


class EntryPoints(Shape):
    ussd: dict[str, AnyEntry] = Field(default_factory=dict)
    """Service codes such as "*384*97183#", in quotes, and where they lead."""
    sms: SmsEntryPoints = Field(default_factory=SmsEntryPoints)
    missed_call: dict[str, AnyEntry] = Field(default_factory=dict)
    """Numbers to be called, such as "+919718397183", and where they lead."""


class Phrases(Shape):
    """The program's own words, where the built-in ones shall be replaced."""

    back: Texts | None = None
    home: Texts | None = None
    exit: Texts | None = None
    more: Texts | None = None
    wrong_choice: Texts | None = None
    not_found: Texts | None = None
    which_one: Texts | None = None
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


class Option(Shape):
    """A choice on a screen."""

    label: Texts
    key: Key | None = None
    """The digit to press. Without it the options are numbered from 1 in their order."""
    go: Name
    """The screen that follows."""
    language: LanguageCode | None = None
    """The language that is chosen by this option, and remembered for the caller."""


class RowOptions(Shape):
    """A choice for each row of a data set."""

    from_: Name = Field(alias="from")
    """The data set."""
    where: dict[Name, Text] = Field(default_factory=dict)
    """Only rows with these cells: the column, and what must stand in it, such as "{dept.id}"."""
    label: Texts | None = None
    """What is shown of each row, such as "{name}"; without it the data set's first label column."""
    save_as: Name
    """The name under which later screens find the row: "{name of it.column}"."""
    go: Name
    """The screen that follows."""

    @property
    def data_set(self) -> str:
        return self.from_


def _option_kind(value: object) -> str:
    return ROW_OPTIONS if isinstance(value, dict) and "from" in value else ONE_OPTION


AnyOption = Annotated[
    Annotated[Option, Tag(ONE_OPTION)] | Annotated[RowOptions, Tag(ROW_OPTIONS)],
    Discriminator(_option_kind),
]


class Ask(Shape):
    """A question that is answered with a name; several rows that fit are offered as options."""

    find_in: Name
    """The data set whose rows are looked through."""
    label: Texts | None = None
    """What is shown of each row that fits, such as "{name}"."""
    save_as: Name
    """The name under which later screens find the row: "{name of it.column}"."""

    @property
    def data_set(self) -> str:
        return self.find_in


class Screen(Shape):
    text: Texts
    options: list[AnyOption] = Field(default_factory=list)
    ask: Ask | None = None
    """Lets people write the name of what they look for."""
    go: Name | None = None
    """The screen that follows the answer of "ask"."""
    send_link: Name | None = None
    """The app link that is sent by SMS when somebody reaches this screen."""
    end: Flag = False
    """true on a screen that ends the dialogue."""

    def numbered_options(self) -> Iterator[tuple[int, str, Option]]:
        """Every option that stands by itself: its place in the list (from 0), and the key that
        chooses it, which is its own, else that of its place."""
        for position, option in enumerate(self.options):
            if isinstance(option, Option):
                yield position, option.key or str(position + 1), option

    def row_options(self) -> Iterator[tuple[int, RowOptions]]:
        for position, option in enumerate(self.options):
            if isinstance(option, RowOptions):
                yield position, option

    def leads(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Every screen that may follow, with the path of what leads there."""
        for position, option in enumerate(self.options):
            yield ("options", position, "go"), option.go
        if self.ask and self.go:
            yield ("go",), self.go


class Step(Shape):
    """One thing that the caller does, or that must hold then; exactly one line."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    dial: Text | None = None
    """Dial a service code; "*384*97183*1#" answers ahead."""
    press: Keys | None = None
    """Answer the dialogue with these keys."""
    type: Text | None = None
    """Answer the dialogue with a text."""
    text: Text | None = None
    """Send this SMS."""
    ring: Text | None = None
    """Give a missed call to this number."""
    repeat: Yes | None = None
    """The gateway brings the last thing once more: the same answer, and nothing more happens."""
    drop: Yes | None = None
    """The bridge loses its memory of the dialogue; the phone does not."""
    sees: Text | None = None
    """The screen says this."""
    sees_not: Text | None = None
    """The screen does not say this."""
    ends: Flag | None = None
    """Whether the dialogue is over."""
    sms: Text | None = None
    """The next SMS that came says this."""
    no_sms: Yes | None = None
    """No SMS came that was not looked at yet."""
    language: LanguageCode | None = None
    """The language that is remembered for the caller."""

    @model_validator(mode="after")
    def _is_one(self) -> Step:
        if len(self.model_fields_set) != 1:
            hint = 'Begin a new line with "- " for each.'
            raise wrong("A step is exactly one thing to do or to see.", hint)
        return self

    @property
    def verb(self) -> str:
        """The name of its one line."""
        return next(iter(self.model_fields_set))


class Case(Shape):
    """A test: what a caller does, and what must be seen then."""

    name: Text
    caller: Text | None = None
    """The caller's number in international form; an Indian one unless told."""
    language: LanguageCode | None = None
    """The language that is remembered for the caller from before; none unless told."""
    dial: Text | None = None
    """The first step, if the caller begins by dialling this service code."""
    text: Text | None = None
    """The first step, if the caller begins by sending this SMS."""
    ring: Text | None = None
    """The first step, if the caller begins with a missed call to this number."""
    steps: list[Step] = Field(min_length=1)

    @model_validator(mode="after")
    def _begins_once(self) -> Case:
        if len(self.model_fields_set & set(OPENINGS)) > 1:
            hint = "Write the others as steps."
            raise wrong(f"A test begins with one of {', '.join(OPENINGS)}.", hint)
        return self

    def numbered_steps(self) -> Iterator[tuple[tuple[str | int, ...], Step]]:
        """Every step with its path inside the case; the opening of the case comes first."""
        for verb in OPENINGS:
            if (value := getattr(self, verb)) is not None:
                yield (verb,), Step.model_validate({verb: value})
        for position, step in enumerate(self.steps):
            yield ("steps", position), step


class Menu(Shape):
    """Menus for phones that are not smart."""

    version: Annotated[Literal[1], BeforeValidator(_version)]
    name: Text
    languages: list[LanguageCode] = Field(min_length=1, max_length=40)
    """The languages of this menu. The first is shown where a text is missing in another."""
    include: list[IncludedFile] = Field(default_factory=list)
    """Further files of this menu, such as crops.yaml, beside this one."""
    phrases: Phrases = Field(default_factory=Phrases)
    entry_points: EntryPoints
    links: dict[Name, Link] = Field(default_factory=dict)
    data: dict[Name, DataSource] = Field(default_factory=dict)
    """Data sets: tables that are kept in CSV files."""
    screens: dict[Name, Screen] = Field(min_length=1)
    tests: list[Case] = Field(default_factory=list)
    """What "flask menus test" tries out; callers never meet it."""
