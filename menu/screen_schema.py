"""The shape of a screen: what it says, what may be chosen there, what it asks, where it leads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from menu.dlt_schema import DltNames
from menu.document import KeyPath
from menu.question_schema import AnyAsk, Ask
from menu.shapes import Flag, LanguageCode, Name, Shape
from menu.text_schema import CountedTexts, Key, Text, Texts
from menu.way_schema import Go, OneLine, screens_of

ONE_OPTION: Final = "<option>"
ROW_OPTIONS: Final = "<options from rows>"
LANGUAGE_OPTIONS: Final = "<options for languages>"
MOST_QUESTIONS: Final = 8  # of one form: "back" remembers no more
MOST_PREFETCHED: Final = 3


class Option(Shape):
    """A choice on a screen."""

    label: Texts
    """What people read beside the number, and may write in its place."""
    key: Key | None = None
    """The digit to press. Without it the options are numbered from 1 in their order."""
    go: Go
    """The screen that follows."""
    language: LanguageCode | None = None
    """The language that is chosen by this option, and remembered for the caller."""
    when: OneLine | None = None
    """The option is there only when this holds, such as: amount > 500"""
    set_: dict[Name, OneLine] = Field(default_factory=dict, alias="set")
    """Values that are kept when it is chosen, such as { plan: '"gold"', count: count + 1 }."""


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
    go: Go
    """The screen that follows."""
    when: OneLine | None = None
    """The rows are there only when this holds."""

    @property
    def data_set(self) -> str:
        return self.from_


class LanguageOptions(Shape):
    """A choice for each language of the menu, by its own name."""

    languages: Literal["all"]
    """all. Each has the number of its place under "languages"; on top stand those that are read
    where the caller is."""
    go: Go
    """The screen that follows."""


def _option_kind(value: object) -> str:
    if isinstance(value, RowOptions) or (isinstance(value, dict) and "from" in value):
        return ROW_OPTIONS
    if isinstance(value, LanguageOptions) or (isinstance(value, dict) and "languages" in value):
        return LANGUAGE_OPTIONS
    return ONE_OPTION


AnyOption = Annotated[
    Annotated[Option, Tag(ONE_OPTION)]
    | Annotated[RowOptions, Tag(ROW_OPTIONS)]
    | Annotated[LanguageOptions, Tag(LANGUAGE_OPTIONS)],
    Discriminator(_option_kind),
]


class Confirm(Shape):
    """Asks once more before something happens: 1 is yes, 2 is no."""

    yes: Go
    """The screen that follows yes; nobody comes back from there by "back"."""
    no: Go
    """The screen that follows no."""


class Question(Shape):
    """One question of a form."""

    text: CountedTexts
    """What is asked."""
    ask: AnyAsk
    """What answers are taken."""


class Call(Shape):
    """Asks a service before the screen is shown."""

    service: Name
    """The service."""
    with_: dict[Name, Text] = Field(default_factory=dict, alias="with")
    """What it is told, such as { crop: "{crop.id}" }."""
    save_as: Name | None = None
    """The name under which its answer is found: "{name of it.part}"."""
    when_slow: Annotated[str, Field(pattern="^sms$")] | None = None
    """sms: an answer that takes too long is sent by SMS."""
    on_error: Name
    """The screen when the service does not answer."""
    outcomes: dict[Name, Name] = Field(default_factory=dict)
    """Screens for what may happen instead of an answer, such as { not_found: unknown, slow: wait };
    all else leads to on_error."""


def _as_helpline(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


class HandOver(Shape):
    """Hands the caller over to people."""

    name: Name
    """The helpline."""
    sms: Flag = False
    """true sends its number by SMS as well."""


AnyHandOver = Annotated[
    HandOver, BeforeValidator(_as_helpline, json_schema_input_type=Name | HandOver)
]


def _as_names(value: object) -> object:
    return [value] if isinstance(value, str) else value


Names = Annotated[list[Name], Field(max_length=MOST_PREFETCHED), BeforeValidator(_as_names)]


class Screen(Shape):
    """What is shown in one step of a dialogue, and what follows."""

    text: CountedTexts | None = None
    """What is shown. A form, and a screen that only leads on, has none."""
    options: list[AnyOption] = Field(default_factory=list)
    """What may be chosen, each by a number."""
    ask: AnyAsk | None = None
    """Lets people write an answer, or the name of what they look for."""
    form: list[Question] = Field(default_factory=list, max_length=MOST_QUESTIONS)
    """Several questions, asked one after the other; "back" goes back by one."""
    confirm: Confirm | None = None
    """Asks yes or no before something happens."""
    go: Go | None = None
    """The screen that follows the answer; alone, a screen that only leads on."""
    set_: dict[Name, OneLine] = Field(default_factory=dict, alias="set")
    """Values that are kept when somebody reaches this screen, such as { count: count + 1 }."""
    send_link: Name | None = None
    """The app link that is sent by SMS when somebody reaches this screen."""
    send_sms: CountedTexts | None = None
    """The text that is sent by SMS when somebody reaches this screen."""
    dlt: DltNames = Field(default_factory=list)
    """The DLT templates of the SMS that this screen sends, or is answered by, of whichever language
    each is."""
    helpline: AnyHandOver | None = None
    """Shows the number of this helpline, and ends."""
    call: Call | None = None
    """A service that is asked before this screen is shown."""
    prefetch: Names = Field(default_factory=list)
    """Screens that callers are likely to go to from here, 3 at most: their services are asked while
    this one is read."""
    end: Flag = False
    """true on a screen that ends the dialogue."""

    def numbered_options(self) -> Iterator[tuple[int, str, Option]]:
        """Every option that stands by itself: its place in the list (from 0), and the key that
        chooses it, which is its own, else that of its place."""
        for position, option in enumerate(self.options):
            if isinstance(option, Option):
                yield position, option.key or str(position + 1), option

    def language_options(self) -> Iterator[tuple[int, LanguageOptions]]:
        for position, option in enumerate(self.options):
            if isinstance(option, LanguageOptions):
                yield position, option

    def row_options(self) -> Iterator[tuple[int, RowOptions]]:
        for position, option in enumerate(self.options):
            if isinstance(option, RowOptions):
                yield position, option

    @property
    def find(self) -> Ask | None:
        """A question for a row."""
        return self.ask if isinstance(self.ask, Ask) else None

    @property
    def ends(self) -> bool:
        return self.end or self.helpline is not None

    @property
    def leads_on(self) -> bool:
        """Nothing is shown: it goes on by itself."""
        waits = self.options or self.ask or self.form or self.confirm
        return self.go is not None and not (waits or self.ends)

    def goes(self) -> Iterator[tuple[KeyPath, Go]]:
        """Every "go" of it, with its path."""
        for position, option in enumerate(self.options):
            yield ("options", position, "go"), option.go
        if self.confirm:
            yield ("confirm", "yes"), self.confirm.yes
            yield ("confirm", "no"), self.confirm.no
        if self.go is not None:
            yield ("go",), self.go

    def leads(self) -> Iterator[tuple[KeyPath, str]]:
        """Every screen that may follow, with the path of what leads there."""
        for path, go in self.goes():
            for suffix, screen in screens_of(go):
                yield (*path, *suffix), screen
        for path, ask in self.questions():
            if ask.after_last_try:
                yield (*path, "after_last_try"), ask.after_last_try
        if self.call:
            yield ("call", "on_error"), self.call.on_error
            for outcome, screen in self.call.outcomes.items():
                yield ("call", "outcomes", outcome), screen

    def questions(self) -> Iterator[tuple[KeyPath, AnyAsk]]:
        """Everything that is asked, with its path."""
        if self.ask:
            yield ("ask",), self.ask
        for position, question in enumerate(self.form):
            yield ("form", position, "ask"), question.ask
