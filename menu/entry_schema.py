"""The shape of the entry points: where a dial, a text or a missed call enters the menus."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final

from pydantic import BeforeValidator, Discriminator, Field, Tag

from menu.document import KeyPath
from menu.question_scalars import count_of
from menu.shapes import Flag, LanguageCode, Name, Shape
from menu.text_schema import BY_LANGUAGE, ONE_TEXT, Text

SEVERAL: Final = "<several words>"
LANG: Final = "lang"  # the argument that names a language
MOST_ARGS: Final = 6


def _as_entry(value: object) -> object:
    return {"go": value} if isinstance(value, str) else value


def _word_kind(value: object) -> str:
    return (
        BY_LANGUAGE if isinstance(value, dict) else SEVERAL if isinstance(value, list) else ONE_TEXT
    )


_Several = Annotated[list[Text], Field(min_length=1, max_length=20)]
_Words = Annotated[
    Annotated[Text, Tag(ONE_TEXT)] | Annotated[_Several, Tag(SEVERAL)], Discriminator(_word_kind)
]
Aliases = Annotated[
    Annotated[Text, Tag(ONE_TEXT)]
    | Annotated[_Several, Tag(SEVERAL)]
    | Annotated[dict[LanguageCode, _Words], Field(min_length=1), Tag(BY_LANGUAGE)],
    Discriminator(_word_kind),
]


class Entry(Shape):
    """Where somebody enters the menus."""

    go: Name
    """The screen that is shown."""
    language: LanguageCode | None = None
    """The language that is chosen by entering here, and remembered for the caller."""


AnyEntry = Annotated[Entry, BeforeValidator(_as_entry, json_schema_input_type=Name | Entry)]


Age = Annotated[int, count_of(1440)]


class LastAnswer(Shape):
    """The last answer of somebody who dials again."""

    minutes: Age
    """So old it may be, 1440 (a day) at most."""


class Dialled(Entry):
    """Where a service code leads."""

    last_answer: LastAnswer | None = None
    """Offers who dials again what a service answered him last, such as { minutes: 60 }."""


AnyDialled = Annotated[Dialled, BeforeValidator(_as_entry, json_schema_input_type=Name | Dialled)]


class Keyword(Entry):
    """Where a word leads that people send, and what may follow it."""

    args: list[Name] = Field(default_factory=list, max_length=MOST_ARGS)
    """What may stand behind the word: the names under which questions save, in their order; lang is
    a language, first or last."""
    aliases: Aliases | None = None
    """Other words for the same; by language, who uses one is taken to read that language."""

    def other_words(self) -> Iterator[tuple[KeyPath, str, str | None]]:
        """Every alias: the end of its path, the word, and the language that it chooses."""
        if isinstance(self.aliases, dict):
            for language, words in self.aliases.items():
                for suffix, word in _each(words):
                    yield ("aliases", language, *suffix), word, language
        elif self.aliases is not None:
            for suffix, word in _each(self.aliases):
                yield ("aliases", *suffix), word, None


def _each(words: str | list[str]) -> Iterator[tuple[KeyPath, str]]:
    if isinstance(words, str):
        yield (), words
    else:
        yield from (((position,), word) for position, word in enumerate(words))


AnyKeyword = Annotated[Keyword, BeforeValidator(_as_entry, json_schema_input_type=Name | Keyword)]


class Called(Entry):
    """Where a missed call leads."""

    usual: Flag = False
    """true repeats by SMS what the caller asked for last; "go" is for who has asked nothing yet."""
    foreign: AnyEntry | None = None
    """The screen for callers from other countries than the menu's."""


AnyCalled = Annotated[Called, BeforeValidator(_as_entry, json_schema_input_type=Name | Called)]


class SmsEntryPoints(Shape):
    """What text messages bring."""

    keywords: dict[str, AnyKeyword] = Field(default_factory=dict)
    """Words that people send, in small or capital letters, and where they lead."""
    default: AnyEntry | None = None
    """Where every other text message leads."""


class EntryPoints(Shape):
    """Where people come in, and the screen that they meet first."""

    ussd: dict[str, AnyDialled] = Field(default_factory=dict)
    """Service codes such as "*384*97183#", in quotes, and where they lead."""
    sms: SmsEntryPoints = Field(default_factory=SmsEntryPoints)
    """What people send, and where it leads."""
    missed_call: dict[str, AnyCalled] = Field(default_factory=dict)
    """Numbers to be called, such as "+919718397183", and where they lead."""
