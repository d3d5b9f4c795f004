"""The shape of a screen: what it says, what may be chosen there, what it asks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final

from pydantic import Discriminator, Field, Tag

from menu.shapes import Flag, LanguageCode, Name, Shape
from menu.text_schema import Key, Text, Texts

ONE_OPTION: Final = "<option>"
ROW_OPTIONS: Final = "<options from rows>"


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
