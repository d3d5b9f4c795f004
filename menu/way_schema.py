"""The shape of `go:`, `when:` and `set:`: where a screen leads, and on what that depends."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from menu.document import KeyPath
from menu.shapes import Flag, Name, Shape, wrong
from menu.text_schema import Text

ONE_SCREEN: Final = "<screen>"
SUB_MENU: Final = "<sub-menu>"
BY_CONDITION: Final = "<by condition>"

OneLine = Annotated[Text, "one line"]  # read by menu.condition_reader


class SubMenu(Shape):
    """A sub-menu and what follows when it ends, or the end of one."""

    screen: Name | None = None
    """Where the sub-menu begins."""
    then: Name | None = None
    """The screen that follows when the sub-menu ends."""
    return_: Flag = Field(default=False, alias="return")
    """true where a sub-menu ends: what follows is what its caller said."""

    @model_validator(mode="after")
    def _is_one(self) -> SubMenu:
        if self.return_ == (self.screen is not None) or (self.then and self.return_):
            hint = "Write { screen: pay, then: home } or { return: true }."
            raise wrong("This leads neither to a screen nor back.", hint)
        return self


def _one_kind(value: object) -> str:
    return SUB_MENU if isinstance(value, dict | SubMenu) else ONE_SCREEN


OneWay = Annotated[
    Annotated[Name, Tag(ONE_SCREEN)] | Annotated[SubMenu, Tag(SUB_MENU)],
    Discriminator(_one_kind),
]


class Branch(Shape):
    """Where it goes when a condition holds."""

    when: OneLine
    """The condition, such as: amount > 500 and open.office"""
    go: OneWay
    """The screen that follows then."""


BRANCH: Final = "<branch>"


def _item_kind(value: object) -> str:
    if isinstance(value, Branch) or (isinstance(value, dict) and "when" in value):
        return BRANCH
    return _one_kind(value)


Item = Annotated[
    Annotated[Branch, Tag(BRANCH)]
    | Annotated[Name, Tag(ONE_SCREEN)]
    | Annotated[SubMenu, Tag(SUB_MENU)],
    Discriminator(_item_kind),
]


def _ends_plain(items: list[Item]) -> list[Item]:
    if isinstance(items[-1], Branch) or not all(isinstance(each, Branch) for each in items[:-1]):
        hint = "The last line is a screen; each before it has when and go."
        raise wrong("Not every way has its condition, or the last has one.", hint)
    return items


def _kind(value: object) -> str:
    return BY_CONDITION if isinstance(value, list) else _one_kind(value)


Ways = Annotated[list[Item], Field(min_length=1, max_length=20), AfterValidator(_ends_plain)]
Go = Annotated[
    Annotated[Name, Tag(ONE_SCREEN)]
    | Annotated[SubMenu, Tag(SUB_MENU)]
    | Annotated[Ways, Tag(BY_CONDITION)],
    Discriminator(_kind),
]
WAY_TAGS: Final = (ONE_SCREEN, SUB_MENU, BY_CONDITION, BRANCH)


def ways_of(go: Go) -> list[tuple[KeyPath, OneWay, str | None]]:
    """Each way with the end of its path in the file, and its condition."""
    if not isinstance(go, list):
        return [((), go, None)]
    return [
        ((at, "go"), item.go, item.when) if isinstance(item, Branch) else ((at,), item, None)
        for at, item in enumerate(go)
    ]


def screens_of(go: Go) -> list[tuple[KeyPath, str]]:
    """Every screen that is named, with the end of its path."""
    named: list[tuple[KeyPath, str]] = []
    for path, way, _ in ways_of(go):
        if isinstance(way, str):
            named.append((path, way))
        elif way.screen:
            named.append(((*path, "screen"), way.screen))
            named += [((*path, "then"), way.then)] if way.then else []
    return named
