"""A screen as its author wrote it becomes a `program.Screen`: languages filled, choices written."""

from __future__ import annotations

from menu import schema
from menu.data_schema import Kind
from menu.language import Texts
from menu.program import Ask, Option, RowOptions, Screen
from menu.screens import lines_of
from menu.source import Source
from menu.templates import has_blanks
from menu.texts import filled


def compile_screen(source: Source, name: str, screen: schema.Screen) -> Screen:
    text = filled(screen.text, source.displayed)
    choices = tuple(_choices(source, screen))
    options = [choice for choice in choices if isinstance(choice, Option)]
    is_written = len(options) == len(choices) and screen.ask is None
    return Screen(
        name=name,
        text=text,
        has_blanks=any(map(has_blanks, text.values())),
        choices=choices,
        lines={
            language: lines_of((option.key, option.label[language]) for option in options)
            for language in source.displayed
        }
        if is_written
        else None,
        ask=_ask(source, screen),
        sends_link=screen.send_link,
    )


def _choices(source: Source, screen: schema.Screen) -> list[Option | RowOptions]:
    options: dict[int, Option | RowOptions] = {
        position: Option(
            key=key,
            label=filled(option.label, source.displayed),
            go=option.go,
            sets_language=option.language,
        )
        for position, key, option in screen.numbered_options()
    }
    for position, rows in screen.row_options():
        options[position] = RowOptions(
            data_set=rows.from_,
            where=tuple(rows.where.items()),
            label=row_label(source, rows.from_, rows.label),
            save_as=rows.save_as,
            go=rows.go,
        )
    return [options[position] for position in sorted(options)]


def _ask(source: Source, screen: schema.Screen) -> Ask | None:
    if screen.ask is None or screen.go is None:
        return None
    return Ask(
        data_set=screen.ask.find_in,
        label=row_label(source, screen.ask.find_in, screen.ask.label),
        save_as=screen.ask.save_as,
        go=screen.go,
    )


def row_label(source: Source, data_set: str, own: schema.Texts | None) -> Texts:
    """What is shown of each row: as the author says, else its first label, else its key."""
    if own is not None:
        return filled(own, source.displayed)
    columns = source.menu.data[data_set].columns if data_set in source.menu.data else {}
    labels = [name for name, column in columns.items() if column.type is Kind.LABEL]
    keys = [name for name, column in columns.items() if column.type is Kind.KEY]
    return filled("".join(f"{{{name}}}" for name in [*labels, *keys][:1]), source.displayed)
